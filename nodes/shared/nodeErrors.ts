import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import type { Answer } from './answer';
import { toErrorText } from './answer';
import type { Failure } from './failures';
import { redact } from './redact';

/** What went wrong, in words that hold no secret. */
export interface Explanation {
	/** What happened. */
	message: string;
	/** What to do to get going again. */
	description: string;
	/** The answer's status; absent when none came. */
	httpCode?: string;
}

/**
 * Explains why a request failed. Carries nothing of the request, as that holds the token, and of the
 * answer only the status and, where it helps, Z-API's own text without secrets.
 *
 * @param failure the row of the failures table that fits the answer
 * @param secrets what to mask in Z-API's text
 */
export function explain(
	{ message, description, quotesAnswer }: Failure,
	answer: Answer,
	secrets: string[],
): Explanation {
	return {
		message,
		description: (quotesAnswer ? toQuote(answer, secrets) : '') + description,
		...(answer.statusCode && { httpCode: String(answer.statusCode) }),
	};
}

/**
 * Gives whatever ended an item's journey the form in which n8n shows it.
 *
 * @param cause a refused input, an explanation of a failed request, or what n8n itself throws when an
 * expression can't be evaluated; the last is shown as it is
 * @param progress a sentence on what became of the other items
 */
export function toItemError(
	node: INode,
	cause: Error | Explanation,
	itemIndex: number,
	progress = '',
): Error {
	const message = `${cause.message} [item ${itemIndex}]`;
	if (cause instanceof UserError) {
		const description = `${cause.description ?? ''} ${progress}`.trim();
		return new NodeOperationError(node, message, { description, itemIndex });
	}
	if (cause instanceof Error) return cause;
	const description = `${cause.description} ${progress}`.trim();
	return new NodeApiError(node, {}, { ...cause, message, description, itemIndex });
}

/** What happened and what to do, as one text for where n8n has no place for a description. */
export function toSentences(error: { message: string; description?: string | null }): string {
	return error.description ? `${error.message}. ${error.description}` : error.message;
}

function toQuote({ body }: Answer, secrets: string[]): string {
	const text = redact(toErrorText(body), secrets)
		.replace(/https?:\/\/\S+/gi, '***')
		.slice(0, 200);
	return text && `Z-API says: “${text}”. `;
}
