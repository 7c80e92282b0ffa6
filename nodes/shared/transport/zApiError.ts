import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import type { Failure } from './failures';
import { toFailure } from './failures';
import { mask } from './mask';
import type { ZApiResponse } from './response';
import { toErrorText } from './response';

/** A failed request, with texts that contain no secrets. */
export class ZApiError extends UserError {
	constructor(
		readonly failure: Failure,
		description: string,
		/** Status of the response; absent if there was none. */
		readonly httpCode?: string,
		/** How long Z-API asks to wait, in milliseconds; absent if it doesn't say. */
		readonly retryAfterMs?: number,
	) {
		super(failure.message, { description });
	}
}

/**
 * Explains a response that is not a success. Uses nothing of the request, as it contains the token. Of the
 * response, it uses only the status and Z-API's own text without secrets.
 *
 * @param secrets what to mask in Z-API's text; if undefined, the text is not shown
 * @param toAdvice what to do, if it differs from the table of failures
 */
export function toZApiError(
	response: ZApiResponse,
	secrets: string[] | undefined,
	toAdvice: (failure: Failure) => string = ({ description }) => description,
): ZApiError {
	const failure = toFailure(response);
	const quote = failure.quotesResponse && secrets ? toQuote(response, secrets) : '';
	const { statusCode, retryAfterMs } = response;
	return new ZApiError(failure, quote + toAdvice(failure), statusCode?.toString(), retryAfterMs);
}

/**
 * Makes the error that n8n shows for an item.
 *
 * @param error a refused input, a failed request, or n8n's own error for an invalid expression, which is
 * not changed
 * @param itemIndex absent for what concerns the whole execution, such as the credential or an option
 * @param progress a sentence about the other items
 */
export function toItemError(node: INode, error: Error, itemIndex?: number, progress = ''): Error {
	if (!(error instanceof UserError)) return error;
	const texts = {
		message: itemIndex === undefined ? error.message : `${error.message} [item ${itemIndex}]`,
		description: `${error.description ?? ''} ${progress}`.trim(),
	};
	// n8n gives an AI agent the message only.
	const isTool = node.type.endsWith('Tool');
	const { message, description } = isTool
		? { message: toSentences(texts), description: '' }
		: texts;
	if (!(error instanceof ZApiError)) {
		return new NodeOperationError(node, message, { description, itemIndex });
	}
	const { httpCode } = error;
	return new NodeApiError(node, {}, { message, description, itemIndex, httpCode });
}

/** What happened and what to do in one text, for where n8n shows no description. */
export function toSentences(error: { message: string; description?: string | null }): string {
	return error.description ? `${error.message}. ${error.description}` : error.message;
}

function toQuote({ body }: ZApiResponse, secrets: string[]): string {
	// Masked before it becomes text, as JSON spells some secrets differently.
	const text = toErrorText(mask(body, secrets))
		.replace(/https?:\/\/\S+/gi, '***')
		.slice(0, 200);
	return text && `Z-API says: “${text}”. `;
}
