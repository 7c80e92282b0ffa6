/** How many times as fast. */
const SPEED = 20;

/** Longer than every back-off, in milliseconds. Longer timers only end what hangs. */
const LONGEST_MS = 10_000;

/**
 * Lets back-offs, pauses and short timeouts take a twentieth of their time until the test ends, in the node as well
 * as in the sandbox.
 */
export function speedUpClock(): void {
	const now = performance.now.bind(performance);
	jest.spyOn(performance, 'now').mockImplementation(() => SPEED * now());
	const start = globalThis.setTimeout;
	const startEarlier = (callback: () => void, ms = 0) =>
		start(callback, ms > LONGEST_MS ? ms : ms / SPEED);
	jest.spyOn(globalThis, 'setTimeout').mockImplementation(startEarlier);
}
