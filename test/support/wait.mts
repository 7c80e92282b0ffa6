import pWaitFor from 'p-wait-for';

/**
 * Waits until a condition holds.
 *
 * @param timeout in milliseconds
 * @throws if it doesn't hold by then
 */
export async function waitFor(
	condition: () => boolean | Promise<boolean>,
	timeout = 60_000,
): Promise<void> {
	await pWaitFor(condition, {
		interval: 50,
		timeout: { milliseconds: timeout, message: `Not within ${timeout} ms: ${condition}` },
	});
}
