import type { IDataObject } from 'n8n-workflow';

/** The body as a JSON object, or an empty object if it is anything else. */
export function toObject(body: unknown): IDataObject {
	return typeof body === 'object' && body !== null && !Array.isArray(body)
		? (body as IDataObject)
		: {};
}

/** Whether the body is an object or a list: Z-API sends no other JSON. */
export function isJson(body: unknown): boolean {
	return typeof body === 'object' && body !== null;
}

/** Z-API also sends booleans as text. */
export function isTrue(value: unknown): boolean {
	return value === true || value === 'true';
}

/** Not the opposite of `isTrue`: an absent value is neither. */
export function isFalse(value: unknown): boolean {
	return value === false || value === 'false';
}

/** Whether a JSON value is nested deeper than `depth`. Recurses no deeper itself. */
export function isDeeperThan(depth: number, value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return depth === 0 || Object.values(value).some((entry) => isDeeperThan(depth - 1, entry));
}

/** A Unix time that is smaller is in seconds: in milliseconds it would be before 1974. */
const FIRST_MS = 1e11;

/**
 * Reads a Unix time, which Z-API sends in seconds or in milliseconds, as a number or as text.
 *
 * @returns milliseconds; undefined for 0, which stands for none, and for anything that is no time
 * @see https://developer.z-api.io (`GET /chats`, disconnected webhook: seconds; other webhooks: milliseconds)
 */
export function toMs(value: unknown): number | undefined {
	const time = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0;
	if (!(time > 0)) return undefined;
	return time < FIRST_MS ? time * 1000 : time;
}

/** @returns ISO 8601, or undefined if the time is invalid */
export function toIso(ms: number | undefined): string | undefined {
	const date = new Date(ms ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
