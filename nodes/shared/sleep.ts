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
