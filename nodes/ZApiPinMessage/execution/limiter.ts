import { sleepUntilAborted } from '../../shared/sleep';

/** Clock and random numbers; replaced by tests. */
export const SYSTEM_CLOCK = {
	/** Milliseconds since any fixed moment. */
	now: () => performance.now(),
	sleep: sleepUntilAborted,
	random: () => Math.random(),
};

export type Clock = typeof SYSTEM_CLOCK;

/** Before a job that has failed is retried. Half of it is random, so that jobs don't retry together. */
export const BACK_OFF = { minTimeout: 250, maxTimeout: 8000, factor: 4, jitter: -0.5 };
/** After a refusal. The jitter makes it longer only, as eight pauses have to outlast 30 seconds. */
const PAUSE = { minTimeout: 250, maxTimeout: 8000, factor: 2, jitter: 0.05 };
/** The longest `Retry-After` that is obeyed, in milliseconds. */
const MAX_RETRY_AFTER = 60_000;
/** What refusals get beyond `retries`, as a busy service needs time. */
const EXTRA_RETRIES = 5;
/** How many attempts may run concurrently at first. */
const INITIAL_CONCURRENCY = 20;
/** After how many rounds of attempts the concurrency has grown by one when slow start is over. */
const ROUNDS_PER_INCREASE = 20;

/**
 * How long to wait before the next attempt.
 *
 * @param timeouts in milliseconds; `jitter` is the part by which it gets longer at most, or shorter
 * @param nth from 0
 */
export function toTimeout(timeouts: typeof BACK_OFF, nth: number, { random }: Clock): number {
	const { minTimeout, maxTimeout, factor, jitter } = timeouts;
	return Math.min(minTimeout * factor ** nth, maxTimeout) * (1 + jitter * random());
}

/** Jobs that run one after another. */
export interface Line {
	/** How often its current job was refused. */
	refusals: number;
	/** Whether it was refused while others got through: its refusals say nothing about the others. */
	isAlone: boolean;
	/** The number of its last attempt, in the order in which all attempts started. */
	startedAs: number;
}

/**
 * A fair queue for permits, with the congestion control of TCP: the concurrency grows by one with each attempt
 * that gets through (slow start) until the service refuses. Then it is halved and grows slowly, but faster the
 * longer nothing is refused (CUBIC), as what was refused may have been a few lines only.
 *
 * As a refusal may concern one line only, it half-opens a circuit breaker: nothing else starts until an
 * attempt that started later ends; if none is running, one starts as a trial. If it gets through, the refused
 * line waits on its own. If it is refused, the service refuses everything: all pause until the next trial.
 */
export class Limiter {
	isStopped = false;
	/** How often refusals made jobs wait, and how long. Waits at the same time count once. */
	pauses = 0;
	pausedMs = 0;

	private readonly maxPauses: number;
	private readonly waiting: Array<{ line: Line; start: (isStarted: boolean) => void }> = [];
	private readonly permits = new Set<Line>();
	private readonly running = new Set<Line>();
	private attempts = 0;
	/** How many attempts may run concurrently: TCP's congestion window. Up to the threshold, it is slow start. */
	private window: number;
	private threshold = Infinity;
	/** Half-open: attempts from this number on decide, and at first what the last refusal means. */
	private trial?: { from: number; askedMs: number; decide?: (isService: boolean) => void };
	/** How many pauses of all lines are under way, and how many there were since an attempt got through. */
	private pausing = 0;
	private fruitlessPauses = 0;
	private passedSincePause = 0;
	private pausedUntil = -Infinity;
	/** One for each wait, as Node.js warns about a signal with many listeners. */
	private readonly waits = new Set<AbortController>();

	constructor(
		private readonly concurrency: number,
		private readonly retries: number,
		private readonly clock: Clock,
	) {
		this.window = Math.min(INITIAL_CONCURRENCY, concurrency);
		this.maxPauses = retries + EXTRA_RETRIES;
	}

	/** Whether the service has refused everything for too long. */
	get isHopeless(): boolean {
		return this.fruitlessPauses > this.maxPauses;
	}

	/** Waits until an attempt may start. A line that has a permit comes first. False: the limiter is stopped. */
	async acquire(line: Line): Promise<boolean> {
		if (this.isStopped) return false;
		return await new Promise((start) => {
			this.waiting[this.permits.has(line) ? 'unshift' : 'push']({ line, start });
			this.startNext();
		});
	}

	/** The attempt was not refused. The line keeps its permit, so that none takes its place in a back-off. */
	pass(line: Line): void {
		this.running.delete(line);
		line.isAlone = false;
		if (line.startedAs >= (this.trial?.from ?? 0)) {
			this.decide(false);
			this.fruitlessPauses = 0;
			const passed = ++this.passedSincePause;
			const slow = (3 * passed ** 2) / (ROUNDS_PER_INCREASE * this.window) ** 3;
			const increase = this.window < this.threshold ? 1 : Math.min(slow, 1);
			this.window = Math.min(this.window + increase, this.concurrency);
		}
		this.startNext();
	}

	release(line: Line): void {
		this.permits.delete(line);
		this.startNext();
	}

	/**
	 * The service refused the attempt. Takes the line's permit, and waits if only this line was refused.
	 *
	 * @returns false, with the permit, if the job was refused too often or the service refuses everything
	 */
	async refuse(line: Line, retryAfterMs = 0): Promise<boolean> {
		if (this.isStopped) return true;
		const askedMs = Math.min(retryAfterMs, MAX_RETRY_AFTER);
		this.running.delete(line);
		const isService = line.isAlone ? false : this.findCause(line, askedMs);
		const maxRefusals = this.retries > 0 ? this.maxPauses : 0;
		if (line.refusals++ >= maxRefusals || this.isHopeless) return false;
		this.release(line);
		if (await isService) return true;
		line.isAlone = true;
		await this.pause(Math.max(toTimeout(PAUSE, line.refusals - 1, this.clock), askedMs));
		return true;
	}

	/** Finds whether the service refuses everything; if so, all lines pause. */
	private findCause({ startedAs }: Line, askedMs: number): boolean | Promise<boolean> {
		const { trial } = this;
		if (!trial) {
			return new Promise((decide) => (this.trial = { from: startedAs + 1, askedMs, decide }));
		}
		if (!trial.decide && startedAs < trial.from) {
			if (askedMs > 0) void this.pauseAll(askedMs);
			return true;
		}
		const ms = toTimeout(PAUSE, this.fruitlessPauses++, this.clock);
		void this.pauseAll(Math.max(ms, askedMs, trial.askedMs));
		// If nothing got through, the concurrency was not the reason: slow start again.
		if (this.passedSincePause > 0) this.threshold = this.window = Math.max(1, this.window / 2);
		else this.window = 1;
		this.passedSincePause = 0;
		this.decide(true);
		return true;
	}

	private decide(isService: boolean): void {
		this.trial?.decide?.(isService);
		this.trial = isService ? { from: this.attempts, askedMs: 0 } : undefined;
	}

	private async pauseAll(ms: number): Promise<void> {
		this.pausing++;
		await this.pause(ms);
		this.pausing--;
		this.startNext();
	}

	private async pause(ms: number): Promise<void> {
		const from = Math.max(this.clock.now(), this.pausedUntil);
		if (from > this.pausedUntil) this.pauses++;
		this.pausedUntil = Math.max(this.clock.now() + ms, this.pausedUntil);
		this.pausedMs += this.pausedUntil - from;
		await this.wait(ms);
	}

	/** Starts all attempts that may start now. */
	private startNext(): void {
		while (this.pausing === 0 && !this.isStopped) {
			const { trial, running, waiting, permits } = this;
			if (!trial && running.size >= Math.floor(this.window)) return;
			if (trial && [...running].some(({ startedAs }) => startedAs >= trial.from)) return;
			const index = trial ? this.findTrial() : 0;
			const next = waiting[index];
			// No other line can decide.
			if (!next && trial?.decide) this.decide(false);
			if (!next || (permits.size >= this.concurrency && !permits.has(next.line))) return;
			waiting.splice(index, 1);
			permits.add(next.line);
			running.add(next.line);
			next.line.startedAs = this.attempts++;
			next.start(true);
		}
	}

	/** Finds one of those that were refused least often; any, as neighbors may be refused alike. */
	private findTrial(): number {
		const refusals = this.waiting.map(({ line }) => line.refusals);
		const least = refusals.reduce((one, other) => Math.min(one, other), Infinity);
		const fresh = [...refusals.keys()].filter((index) => refusals[index] === least);
		return fresh[Math.floor(this.clock.random() * fresh.length)] ?? 0;
	}

	/** Waits until the time is over or the limiter is stopped. */
	async wait(ms: number): Promise<void> {
		if (this.isStopped) return;
		const wait = new AbortController();
		this.waits.add(wait);
		const aborted = new Promise((resolve) => (wait.signal.onabort = resolve));
		await Promise.race([this.clock.sleep(ms, wait.signal), aborted]);
		this.waits.delete(wait);
	}

	stop(): void {
		this.isStopped = true;
		this.trial?.decide?.(true);
		for (const wait of this.waits) wait.abort();
		for (const { start } of this.waiting.splice(0)) start(false);
	}
}
