import { sleepUntilAborted } from '../../shared/sleep';

/** The last run of each key. */
const last = new Map<string, Promise<unknown>>();

/**
 * Runs functions of the same key one after another.
 *
 * @param timeout how long to wait for the previous one, in milliseconds
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
	await Promise.race([before, sleepUntilAborted(timeout, wait.signal)]);
	wait.abort();
}
