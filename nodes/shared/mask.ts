/** The fields that Z-API documents for responses: their names are no echo. */
const DOCUMENTED_KEYS = new Set(['zaapId', 'messageId', 'id', 'error', 'message', 'value']);

/**
 * Masks secrets wherever they occur in a value, as Z-API echoes what it was sent.
 *
 * @param value any JSON value, of bounded depth
 * @param secrets what must not be shown, in every spelling, the longest first; matched regardless of case
 * @returns the value itself when there is nothing to mask, else a masked copy
 */
export function mask<T>(value: T, secrets: string[]): T {
	if (secrets.length === 0) return value;
	const pattern = new RegExp(secrets.map(escapePattern).join('|'), 'gi');
	return maskWith(value, pattern) as T;
}

/**
 * Lists the spellings in which secrets can be echoed: as they are, URL-encoded, and within JSON.
 *
 * @returns the longest first, as one that begins like another would leave the rest of that one
 */
export function toSpellings(secrets: string[]): string[] {
	const spellings = secrets.flatMap((secret) => [
		secret,
		encodeURIComponent(secret),
		encodeURIComponent(secret).replace(/%20/g, '+'),
		JSON.stringify(secret).slice(1, -1),
	]);
	return [...new Set(spellings)].sort((one, other) => other.length - one.length);
}

function maskWith(value: unknown, pattern: RegExp): unknown {
	if (typeof value === 'string') return value.replace(pattern, '***');
	if (Array.isArray(value)) return value.map((entry) => maskWith(entry, pattern));
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => [
			DOCUMENTED_KEYS.has(key) ? key : key.replace(pattern, '***'),
			maskWith(entry, pattern),
		]),
	);
}

function escapePattern(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
