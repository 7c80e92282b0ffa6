import type { Clock } from '../../nodes/ZApiPinMessage/execution/limiter';

/** A clock whose time passes only when the code under test waits. */
export class VirtualClock implements Clock {
	private time = 0;

	private timers: Array<{ at: number; wake: () => void }> = [];

	now = () => this.time;

	random = () => 0;

	sleep = async (ms: number, signal?: AbortSignal) =>
		await new Promise<void>((wake) => {
			this.timers.push({ at: this.time + ms, wake });
			signal?.addEventListener('abort', () => wake());
		});

	/** Advances the time until the work is done. */
	async run<T>(work: Promise<T>): Promise<T> {
		let isDone = false;
		const finish = () => {
			isDone = true;
		};
		work.then(finish, finish);
		for (;;) {
			// First runs everything that needs no time.
			await new Promise(setImmediate);
			if (isDone) return await work;
			this.timers.sort((a, b) => a.at - b.at);
			const timer = this.timers.shift();
			if (!timer) throw new Error('The work waits for nothing');
			this.time = timer.at;
			timer.wake();
		}
	}
}
