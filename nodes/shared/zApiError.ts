import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import type { Failure } from './failures';
import { toFailure } from './failures';
import { mask } from './mask';
import type { ZApiResponse } from './response';
import { toErrorText } from './response';

/** A request that did not succeed, in words that hold no secret. */
export class ZApiError extends UserError {
	constructor(
		readonly failure: Failure,
		description: string,
		/** Status of the response; absent when none came. */
		readonly httpCode?: string,
		/** How long Z-API asks not to be called, in milliseconds; absent when it doesn't say. */
		readonly retryAfterMs?: number,
	) {
		super(failure.message, { description });
	}
}

/**
 * Explains a response that is known not to be a success. Takes nothing of the request, as that holds
 * the token, and of the response only the status and, where it helps, Z-API's own text without secrets.
 *
 * @param secrets what to mask in Z-API's text; undefined: nothing of it is shown
 * @param toAdvice what to do, when the caller knows it better than the table of failures
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
 * Gives whatever ended an item's journey the form in which n8n shows it.
 *
 * @param error a refused input, a failed request, or what n8n itself throws when an expression can't be
 * evaluated; the last is shown as it is
 * @param progress a sentence on what became of the other items
 */
export function toItemError(node: INode, error: Error, itemIndex: number, progress = ''): Error {
	if (!(error instanceof UserError)) return error;
	const message = `${error.message} [item ${itemIndex}]`;
	const description = `${error.description ?? ''} ${progress}`.trim();
	if (!(error instanceof ZApiError)) {
		return new NodeOperationError(node, message, { description, itemIndex });
	}
	const { httpCode } = error;
	return new NodeApiError(node, {}, { message, description, itemIndex, httpCode });
}

/** What happened and what to do, as one text for where n8n has no place for a description. */
export function toSentences(error: { message: string; description?: string | null }): string {
	return error.description ? `${error.message}. ${error.description}` : error.message;
}

function toQuote({ body }: ZApiResponse, secrets: string[]): string {
	// Masked before it becomes text: JSON would spell some secrets differently.
	const text = toErrorText(mask(body, secrets))
		.replace(/https?:\/\/\S+/gi, '***')
		.slice(0, 200);
	return text && `Z-API says: “${text}”. `;
}
