import type { IDataObject } from 'n8n-workflow';

/** What came of one request: an answer of whatever status, or none. */
export interface Answer {
	/** HTTP status; absent when no answer came. */
	statusCode?: number;
	/** The body, parsed if it was JSON, else the text as it came. */
	body?: unknown;
	/** For how long the service asks to be left alone, in milliseconds; absent when it doesn't say. */
	retryAfterMs?: number;
	/** Why no answer came, in Node.js's words, e.g. `ECONNREFUSED`; absent when one came. */
	networkCode?: string;
}

/** The body as a JSON object, or an empty object when it is anything else. */
export function toObject(body: unknown): IDataObject {
	return typeof body === 'object' && body !== null && !Array.isArray(body)
		? (body as IDataObject)
		: {};
}

/** Z-API sends booleans also as text. */
export function isTrue(value: unknown): boolean {
	return value === true || value === 'true';
}

/** What the body says went wrong, in Z-API's words; empty when it says nothing. */
export function toErrorText(body: unknown): string {
	const { error, message } = toObject(body);
	return [error, message]
		.map((part) => (typeof part === 'object' && part !== null ? JSON.stringify(part) : part))
		.filter((part) => typeof part === 'string' && part.trim() !== '')
		.join(': ');
}

/** Whether the body reports an error, of whatever type. */
export function carriesError(body: unknown): boolean {
	return Boolean(toObject(body).error);
}

export function isSuccessStatus({ statusCode = 0 }: Answer): boolean {
	return statusCode >= 200 && statusCode < 300;
}
