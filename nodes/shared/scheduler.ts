/** What came of one try at a job. */
export interface Attempt<T> {
	outcome: T;
	failed?: boolean;
	/** Whether another try may do better. */
	temporary?: boolean;
	/** Whether the service asks for fewer requests, so that every job has to wait. */
	overloaded?: boolean;
	/** How long the service asks to be left alone, in milliseconds; absent when it doesn't say. */
	retryAfterMs?: number;
}

/** Time and chance, passed in so that tests need neither. */
export interface Clock {
	/** Milliseconds since any fixed moment. */
	now: () => number;
	sleep: (ms: number) => Promise<unknown>;
	/** From 0 up to, but not including, 1. */
	random: () => number;
}

/** What is needed of an `AbortSignal`. */
export interface StopSignal {
	aborted: boolean;
	addEventListener: (type: 'abort', listener: () => void) => void;
}

export interface Schedule {
	/** How many jobs may run at once, 1 or more. */
	concurrency: number;
	/** How many more tries a job gets, 0 or more. */
	retries: number;
	/** Whether nothing new may start once a job has failed for good. */
	stopOnFailure: boolean;
	/** Ends everything at once. */
	signal?: StopSignal;
	clock: Clock;
}

export interface Result<T> {
	/** In the order of the jobs; undefined where a job was not brought to its end. */
	outcomes: Array<T | undefined>;
	/** How many jobs did not fail. */
	done: number;
	/** The job that stopped the others. */
	stoppedBy?: number;
}

/** First wait before a job is tried again; each further one is four times as long. */
const BACK_OFF_MS = 250;

/** First wait of all jobs when the service is overloaded: limits are mostly per second. It doubles. */
const HOLD_MS = 1000;

/** Waits don't grow beyond it by themselves. */
const LONGEST_BACK_OFF_MS = 8000;

/** No wait is longer, whatever the service asks for. */
const LONGEST_HOLD_MS = 60_000;

/** No wait that the service asks for is shorter. */
const SHORTEST_HOLD_MS = 250;

/**
 * Brings jobs to their end, several at a time, each tried again where that may help. A job that has
 * succeeded is never tried again.
 *
 * @param count how many jobs there are; they are numbered from 0 and started in this order
 * @param attempt tries a job once; must not throw
 * @returns what came of each job; when stopped or aborted, after what was running has ended
 */
export async function schedule<T>(
	count: number,
	attempt: (job: number) => Promise<Attempt<T>>,
	{ concurrency, retries, stopOnFailure, signal, clock }: Schedule,
): Promise<Result<T>> {
	const result: Result<T> = { outcomes: new Array<T | undefined>(count).fill(undefined), done: 0 };
	const pace = new Pace(concurrency, clock);
	let next = 0;

	if (signal?.aborted) pace.stop();
	signal?.addEventListener('abort', () => pace.stop());

	async function bringToEnd(job: number): Promise<void> {
		let retriesLeft = retries;
		let doneBefore = result.done;
		for (let tries = 0; await pace.enter(); tries++) {
			const startedAt = clock.now();
			const { outcome, failed, temporary, overloaded, retryAfterMs } = await attempt(job);
			if (!failed) result.done++;
			pace.leave(!failed);
			if (overloaded) pace.hold(startedAt, retryAfterMs);

			// While others get through, an overloaded service is only slow: being refused costs no try.
			const isOnlySlow = overloaded && retries > 0 && result.done > doneBefore;
			if (!failed || !temporary || (retriesLeft === 0 && !isOnlySlow)) {
				result.outcomes[job] = outcome;
				if (failed && stopOnFailure) {
					result.stoppedBy ??= job;
					pace.stop();
				}
				return;
			}
			if (!isOnlySlow) retriesLeft--;
			doneBefore = result.done;
			if (!overloaded) await pace.wait(toBackOff(tries, clock));
		}
	}

	async function work(): Promise<void> {
		while (next < count && !pace.stopped) await bringToEnd(next++);
	}

	await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
	return result;
}

/** Exponential, with half of it left to chance, so that jobs don't come back all at once. */
function toBackOff(tries: number, { random }: Clock): number {
	return Math.min(BACK_OFF_MS * 4 ** tries, LONGEST_BACK_OFF_MS) * (1 - random() / 2);
}

/**
 * Decides when a try may begin. Halves the number of those that run at once when the service is
 * overloaded, and lets it grow by one with each success, as TCP does.
 */
class Pace {
	stopped = false;

	private active = 0;

	private limit: number;

	private resumeAt = -Infinity;

	/** Holds in a row without a success between them, but for the first. */
	private holds = -1;

	private succeededSinceHold = false;

	private waiting: Array<() => void> = [];

	private readonly stopping: Promise<void>;

	private resolveStopping = () => {};

	constructor(
		private readonly concurrency: number,
		private readonly clock: Clock,
	) {
		this.limit = concurrency;
		this.stopping = new Promise((resolve) => {
			this.resolveStopping = resolve;
		});
	}

	/** Waits for a turn. Returns false when there will be none. */
	async enter(): Promise<boolean> {
		while (!this.stopped) {
			const holdMs = this.resumeAt - this.clock.now();
			if (holdMs > 0) {
				await this.wait(holdMs);
			} else if (this.active >= this.limit) {
				await new Promise<void>((resolve) => this.waiting.push(resolve));
			} else {
				this.active++;
				return true;
			}
		}
		return false;
	}

	leave(succeeded: boolean): void {
		this.active--;
		this.waiting.shift()?.();
		if (!succeeded) return;
		this.succeededSinceHold = true;
		if (this.limit < this.concurrency) {
			this.limit++;
			this.waiting.shift()?.();
		}
	}

	/** @param startedAt when the try began that met the overload */
	hold(startedAt: number, retryAfterMs?: number): void {
		// Tries that ran already when the hold began are part of what caused it.
		const isNew = startedAt >= this.resumeAt;
		if (isNew) {
			// Without a success since the last hold it is not the number of requests that is at fault.
			if (this.succeededSinceHold) this.limit = Math.ceil(this.limit / 2);
			this.holds = this.succeededSinceHold ? 0 : this.holds + 1;
			this.succeededSinceHold = false;
		}
		if (!isNew && retryAfterMs === undefined) return;
		const holdMs =
			retryAfterMs === undefined
				? Math.min(HOLD_MS * 2 ** this.holds, LONGEST_BACK_OFF_MS) * (1 + this.clock.random() / 10)
				: Math.min(Math.max(retryAfterMs, SHORTEST_HOLD_MS), LONGEST_HOLD_MS);
		this.resumeAt = Math.max(this.resumeAt, this.clock.now() + holdMs);
	}

	/** Waits, but not beyond a stop: the clock need not know of it. */
	async wait(ms: number): Promise<void> {
		await Promise.race([this.clock.sleep(ms), this.stopping]);
	}

	stop(): void {
		this.stopped = true;
		this.resolveStopping();
		for (const resolve of this.waiting.splice(0)) resolve();
	}
}
