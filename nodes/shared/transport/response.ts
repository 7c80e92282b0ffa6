import { isJson, toObject } from '../json';

/** The result of one request: a response with any status, or none. */
export interface ZApiResponse {
	/** HTTP status; absent if there was no response. */
	statusCode?: number;
	/** The parsed body; undefined if it isn't JSON, or nothing that Z-API sends. */
	body?: unknown;
	/** `Retry-After`, in milliseconds; absent if the response has none. */
	retryAfterMs?: number;
	/** Node.js's code for why there was no response, e.g. `ECONNREFUSED`; absent if there was one. */
	networkCode?: string;
}

/** Z-API's texts are shorter. Longer ones are cut before patterns are matched. */
const MAX_ERROR_TEXT = 1000;

/**
 * Z-API's text about what went wrong; empty if there is none.
 *
 * @param body already masked if the text is shown, as a secret that is cut can't be found
 */
export function toErrorText(body: unknown): string {
	const { error, message } = toObject(body);
	return [error, message]
		.map((part) => (isJson(part) ? JSON.stringify(part) : part))
		.filter((part) => typeof part === 'string' && part.trim() !== '')
		.join(': ')
		.slice(0, MAX_ERROR_TEXT);
}

/** Whether the body has an `error`, of whatever type. */
export function hasError(body: unknown): boolean {
	return Boolean(toObject(body).error);
}

export function hasSuccessStatus({ statusCode = 0 }: ZApiResponse): boolean {
	return statusCode >= 200 && statusCode < 300;
}
