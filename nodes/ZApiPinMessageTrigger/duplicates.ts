/** In milliseconds. */
const REMEMBERED_FOR = 10 * 60 * 1000;

/** A few megabytes. */
const MOST_REMEMBERED = 20_000;

/** When each call came, oldest first. */
const seen = new Map<string, number>();

/**
 * Tells whether a call came within the last ten minutes already, and remembers it if not. Best effort:
 * each process of n8n remembers its own calls, and the oldest are forgotten when there are too many.
 *
 * @param key the same for the same call of the same webhook
 */
export function isDuplicate(key: string): boolean {
	const now = Date.now();
	for (const [oldest, cameAt] of seen) {
		if (now - cameAt < REMEMBERED_FOR) break;
		seen.delete(oldest);
	}
	if (seen.has(key)) return true;
	const [oldest] = seen.keys();
	if (oldest !== undefined && seen.size >= MOST_REMEMBERED) seen.delete(oldest);
	seen.set(key, now);
	return false;
}

/** Lets the same call start an execution after all. */
export function forget(key: string): void {
	seen.delete(key);
}
