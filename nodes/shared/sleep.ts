import { sleep } from 'n8n-workflow';

/**
 * Waits; may end early when the signal aborts. In n8n 2 its own `sleep` rejects then, in n8n 1 it knows no
 * signal.
 *
 * @param ms in milliseconds
 */
export async function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, signal).catch(() => {});
}
