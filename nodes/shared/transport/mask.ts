/** Documented fields of responses, whose names are not masked. */
const DOCUMENTED_KEYS = new Set(['zaapId', 'messageId', 'id', 'error', 'message', 'value']);

/**
 * Masks secrets everywhere in a value, as Z-API's responses can repeat them.
 *
 * @param value any JSON value, of bounded depth
 * @param secrets in all spellings, the longest first; case is ignored
 * @returns the value itself if there are no secrets, else a masked copy
 */
export function mask<T>(value: T, secrets: string[]): T {
	if (secrets.length === 0) return value;
	const pattern = new RegExp(secrets.map(escapePattern).join('|'), 'gi');
	return maskWith(value, pattern) as T;
}

/**
 * Lists the spellings of secrets in responses: plain, URL-encoded and in JSON.
 *
 * @returns the longest first, as a shorter one could mask only the beginning of a longer one
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
