import { UserError } from 'n8n-workflow';
import { type Failure, toFailure } from './failures';
import { mask } from './mask';
import { toErrorText, type ZApiResponse } from './response';

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
