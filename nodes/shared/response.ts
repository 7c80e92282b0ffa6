import type { IDataObject } from 'n8n-workflow';

/** What came of one request: a response of whatever status, or none. */
export interface ZApiResponse {
	/** HTTP status; absent when no response came. */
	statusCode?: number;
	/** The body, parsed if it was JSON, else the text as it came. */
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

/** Longer than any text of Z-API: patterns take their time for what somebody else sends. */
const MAX_ERROR_TEXT = 1000;

/** What the body says went wrong, in Z-API's words, cut to size; empty when it says nothing. */
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
