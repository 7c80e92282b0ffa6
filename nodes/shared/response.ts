import type { IDataObject } from 'n8n-workflow';

/** What came of one request: a response of whatever status, or none. */
export interface ZApiResponse {
	/** HTTP status; absent when no response came. */
	statusCode?: number;
	/** The body, parsed; undefined when it was no JSON, or not what Z-API sends. */
	body?: unknown;
	/** `Retry-After`, in milliseconds; absent when the response has none. */
	retryAfterMs?: number;
	/** Why no response came, as Node.js's code, e.g. `ECONNREFUSED`; absent when one came. */
	networkCode?: string;
}

/** The body as a JSON object, or an empty object when it is anything else. */
export function toObject(body: unknown): IDataObject {
	return typeof body === 'object' && body !== null && !Array.isArray(body)
		? (body as IDataObject)
		: {};
}

/** Whether the body was JSON: all that Z-API sends is an object or a list. */
export function isJson(body: unknown): boolean {
	return typeof body === 'object' && body !== null;
}

/** Z-API also sends booleans as text. */
export function isTrue(value: unknown): boolean {
	return value === true || value === 'true';
}

/** Not the opposite of `isTrue`: what is absent is neither. */
export function isFalse(value: unknown): boolean {
	return value === false || value === 'false';
}

/** No text of Z-API's is as long. What is longer is cut, as patterns are to see no more. */
const MAX_ERROR_TEXT = 1000;

/**
 * What the body says went wrong, in Z-API's words; empty when it says nothing.
 *
 * @param body masked already, if it is to be shown: a part of a secret could not be found any more
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
