import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import type { Answer } from './answer';
import { toErrorText } from './answer';
import { toFailure } from './failures';
import { redact } from './redact';

/**
 * Says in n8n's words that a request went wrong. Carries nothing of the request, as that holds the
 * token, and of the answer only the status and, where it helps, Z-API's own text without secrets.
 *
 * @param secrets what to mask in Z-API's text
 */
export function toNodeApiError(
	node: INode,
	answer: Answer,
	secrets: string[],
	itemIndex: number,
): NodeApiError {
	const { message, description, quotesAnswer } = toFailure(answer);
	const quote = quotesAnswer ? toQuote(answer, secrets) : '';
	return new NodeApiError(
		node,
		{},
		{
			message: withItem(message, itemIndex),
			description: quote + description,
			itemIndex,
			...(answer.statusCode && { httpCode: String(answer.statusCode) }),
		},
	);
}

/**
 * Gives whatever ended an item's journey the form in which n8n shows it.
 *
 * @param cause a refused input, or an error that n8n shows well as it is: a `NodeApiError` of ours, or
 * what n8n itself throws when an expression can't be evaluated
 */
export function toItemError(node: INode, cause: unknown, itemIndex: number): Error {
	if (!(cause instanceof UserError)) return cause as Error;
	return new NodeOperationError(node, withItem(cause.message, itemIndex), {
		description: cause.description ?? undefined,
		itemIndex,
	});
}

interface Explained {
	message: string;
	description?: string | null;
}

/** What happened and what to do, as one text for where n8n has no place for a description. */
export function toSentences({ message, description }: Explained): string {
	return description ? `${message}. ${description}` : message;
}

function withItem(message: string, itemIndex: number): string {
	return `${message} [item ${itemIndex}]`;
}

function toQuote({ body }: Answer, secrets: string[]): string {
	const text = redact(toErrorText(body), secrets)
		.replace(/https?:\/\/\S+/gi, '***')
		.slice(0, 200);
	return text && `Z-API says: “${text}”. `;
}
