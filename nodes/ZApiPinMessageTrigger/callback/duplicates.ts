/** In milliseconds. */
const REMEMBERED_FOR = 10 * 60 * 1000;

/** A few megabytes. */
const MOST_REMEMBERED = 20_000;

/** The time of each call, oldest first. */
const seen = new Map<string, number>();

/**
 * Checks whether the same call came within the last ten minutes, and remembers it if not. Best effort: each
 * process of n8n remembers the calls that it received, and forgets the oldest if there are too many.
 *
 * @param key identifies a call of a webhook
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

/** Forgets a call, so that the same call can start an execution. */
export function forget(key: string): void {
	seen.delete(key);
}
