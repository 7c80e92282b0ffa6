/**
 * Masks secrets wherever they occur in a value, as Z-API echoes what it was sent.
 *
 * @param value any JSON value
 * @param secrets what must not be shown; matched regardless of case
 * @returns the value itself when it holds no secret, else a masked copy
 */
export function mask<T>(value: T, secrets: string[]): T {
	if (secrets.length === 0) return value;
	const pattern = new RegExp(secrets.map(escapePattern).join('|'), 'gi');
	return maskWith(value, pattern) as T;
}

function maskWith(value: unknown, pattern: RegExp): unknown {
	if (typeof value === 'string') return value.replace(pattern, '***');
	if (Array.isArray(value)) return value.map((entry) => maskWith(entry, pattern));
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => [
			key.replace(pattern, '***'),
			maskWith(entry, pattern),
		]),
	);
}

function escapePattern(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
