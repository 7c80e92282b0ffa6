import { sleep } from 'n8n-workflow';

/**
 * Waits; may end early when the signal aborts. n8n 2's `sleep` rejects then. n8n 1's `sleep` takes no
 * signal.
 *
 * @param ms in milliseconds
 */
export async function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, signal).catch(() => {});
}

/** Waits for a promise that never rejects, but only so long, in milliseconds; then returns `late`. */
export async function withTimeout<T>(promise: Promise<T> | T, ms: number, late: T): Promise<T> {
	const done = new AbortController();
	const timedOut = sleepUntilAborted(ms, done.signal).then(() => late);
	const result = await Promise.race([promise, timedOut]);
	done.abort();
	return result;
}
