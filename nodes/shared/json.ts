import type { IDataObject } from 'n8n-workflow';

/** The body as a JSON object, or an empty object if it is anything else. */
export function toObject(body: unknown): IDataObject {
	return typeof body === 'object' && body !== null && !Array.isArray(body)
		? (body as IDataObject)
		: {};
}

/** Whether the body is JSON. Z-API only sends objects and lists. */
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

/** @returns ISO 8601, or undefined if the time is invalid */
export function toIso(ms: number | undefined): string | undefined {
	const date = new Date(ms ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
