import { sleep } from 'n8n-workflow';

/** The last of each key. */
const last = new Map<string, Promise<unknown>>();

/**
 * Runs one at a time for each key, and forgets the key when none is left.
 *
 * @param timeout how long to wait for the one before, at most, in milliseconds
 */
export async function inTurn<T>(key: string, timeout: number, run: () => Promise<T>): Promise<T> {
	const before = last.get(key);
	const result = before ? waitFor(before, timeout).then(run) : run();
	const ended = result.catch(() => {});
	last.set(key, ended);
	try {
		return await result;
	} finally {
		if (last.get(key) === ended) last.delete(key);
	}
}

async function waitFor(before: Promise<unknown>, timeout: number): Promise<void> {
	const wait = new AbortController();
	// In n8n 2 sleep rejects when it is aborted; in n8n 1 it knows no signal.
	await Promise.race([before, sleep(timeout, wait.signal).catch(() => {})]);
	wait.abort();
}
