import type { Retry } from '../../shared/transport/failures';
import { sleepUntilAborted } from '../../shared/sleep';

/** The result of one attempt at a job. */
export type AttemptResult<T> =
	| { ok: true; value: T }
	| {
			ok: false;
			error: Error;
			/**
			 * How to retry: after this job's own back-off, or after a pause of all jobs, if the service refused
			 * it because of its rate limit. Absent: the job has failed for good.
			 */
			retry?: Retry;
			/** How long the service asks to wait, in milliseconds; absent if it doesn't say. */
			retryAfterMs?: number;
			/** Whether this attempt completed a part of the job. The rest then gets all retries again. */
			isProgress?: boolean;
	  };

/** Clock and random numbers; replaced by tests. */
export interface Clock {
	/** Milliseconds since any fixed moment. */
	now: () => number;
	/** Waits; may end early when the signal aborts. */
	sleep: (ms: number, signal: AbortSignal) => Promise<void>;
	/** From 0 up to, but not including, 1. */
	random: () => number;
}

export interface ScheduleOptions<J> {
	/** Jobs with the same key run one after another, in their order. */
	keyOf: (job: J) => string;
	/** How many attempts may run concurrently, 1 or more. */
	concurrency: number;
	/**
	 * How many retries a job gets, 0 or more. A refusal uses no retry while other jobs get through, as the
	 * service is only slow then.
	 */
	retries: number;
	/** Whether no other job starts after one has failed for good. */
	stopOnFailure: boolean;
	/** Ends everything at once. */
	signal?: AbortSignal;
	clock?: Clock;
}

export interface ScheduleResult<J, T> {
	/** The last result of each job; a job that was not finished is absent. */
	results: Map<J, AttemptResult<T>>;
	/** How often the service asked to slow down. */
	pauses: number;
	/** How long the jobs waited for that reason, in milliseconds. */
	pausedMs: number;
	/** The job whose failure stopped the others. */
	stoppedBy?: { job: J; error: Error };
}

/** The back-off before a job's first retry, and how many times longer each further one is. */
const BACK_OFF_MS = 250;
const BACK_OFF_FACTOR = 4;

/** The first pause, as most limits are per second. Each further one is twice as long. */
const PAUSE_MS = 1000;

/** The longest back-off or pause, unless the service asks for a longer one. */
const MAX_BACK_OFF_MS = 8000;

/**
 * After how many pauses in a row, beyond a job's retries, no other job is attempted. Each of these pauses is
 * followed by another job, as the refusal may concern a single job only.
 */
const PAUSES_TO_GIVE_UP = 3;

/** Limits for `Retry-After`. */
const MIN_RETRY_AFTER_MS = 250;
const MAX_RETRY_AFTER_MS = 60_000;

/** How many attempts may run concurrently at first. */
const SLOW_START = 20;

/** After how many rounds of attempts the concurrency grows by one, once the service has refused some. */
const ROUNDS_PER_INCREASE = 50;

/** After how many periods the pacer exceeds the quota again. Not a whole number, to vary the time in the period. */
const BEYOND_AGAIN = 2.25;

const SYSTEM_CLOCK: Clock = {
	now: () => performance.now(),
	random: Math.random,
	sleep: sleepUntilAborted,
};

/**
 * Runs jobs concurrently, and jobs with the same key one after another. Retries those that may succeed
 * later: with exponential back-off and jitter or, if the service asks for fewer requests, as soon as its
 * limit allows (see `Pacer`). A job that has succeeded is never repeated.
 *
 * @param jobs started in this order
 * @param attempt makes one attempt at a job; if it throws, the job has failed for good
 * @returns the result of each job; when stopped or aborted, after the running attempts have ended
 */
export async function schedule<J, T>(
	jobs: readonly J[],
	attempt: (job: J) => Promise<AttemptResult<T>>,
	{ concurrency, retries, stopOnFailure, keyOf, signal, clock = SYSTEM_CLOCK }: ScheduleOptions<J>,
): Promise<ScheduleResult<J, T>> {
	const pacer = new Pacer(concurrency, clock);
	const attempts: Array<AttemptResult<T> | undefined> = jobs.map(() => undefined);
	let stoppedBy: ScheduleResult<J, T>['stoppedBy'];
	/** Set when no other job is attempted, as the service has refused all of them for too long. */
	let lastRefusal: AttemptResult<T> | undefined;
	const stop = () => pacer.stop();
	if (signal?.aborted) stop();
	signal?.addEventListener('abort', stop);

	async function run(job: J, index: number): Promise<void> {
		let last: AttemptResult<T> | undefined;
		let backOffs = 0;
		for (let turn = await pacer.acquire(); turn; turn = await pacer.acquire()) {
			last = await attempt(job).catch(toFailedAttempt);
			const retry = last.ok ? undefined : last.retry;
			if (!last.ok && retry === 'pause') pacer.refuse(turn, last.retryAfterMs);
			else if (!retry) pacer.pass(turn);
			pacer.release(turn);
			// The abort may be why it failed, so the job was not finished.
			if (!last.ok && signal?.aborted) return;

			if (!last.ok && last.isProgress) backOffs = 0;
			const mayRetry = retry === 'pause' ? pacer.fruitlessPauses < retries : backOffs < retries;
			if (!retry || !mayRetry) {
				attempts[index] = last;
				if (!last.ok && stopOnFailure) {
					stoppedBy ??= { job, error: last.error };
					stop();
				} else if (retry === 'pause' && pacer.fruitlessPauses >= retries + PAUSES_TO_GIVE_UP) {
					lastRefusal = last;
					stop();
				}
				return;
			}
			if (retry === 'backOff') await pacer.wait(toBackOff(backOffs++, clock));
		}
		if (lastRefusal) attempts[index] = last;
	}

	const queue = jobs.entries();
	/** For each key: the running job and those that wait for it. */
	const lines = new Map<string, Array<[number, J]>>();
	async function work(): Promise<void> {
		for (const entry of queue) {
			const key = keyOf(entry[1]);
			const line = lines.get(key);
			if (line) {
				line.push(entry);
				continue;
			}
			const ownLine = [entry];
			lines.set(key, ownLine);
			// The line may grow while this loop runs.
			for (const [index, job] of ownLine) await run(job, index);
			lines.delete(key);
			if (pacer.isStopped) return;
		}
	}

	await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
	signal?.removeEventListener('abort', stop);
	return {
		results: new Map(
			jobs.flatMap((job, index) => {
				const one = attempts[index] ?? lastRefusal;
				return one ? [[job, one] as const] : [];
			}),
		),
		pauses: pacer.pauses,
		pausedMs: Math.round(pacer.pausedMs),
		stoppedBy,
	};
}

function toFailedAttempt(error: unknown): AttemptResult<never> {
	return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
}

/** Exponential, half of it random, so that jobs don't all retry at the same time. */
function toBackOff(backOffs: number, { random }: Clock): number {
	return Math.min(BACK_OFF_MS * BACK_OFF_FACTOR ** backOffs, MAX_BACK_OFF_MS) * (1 - random() / 2);
}

/** Permission to start one attempt. */
interface Turn {
	/** When it started. */
	at: number;
	/** How many others were running then. */
	others: number;
	/** Whether it exceeded the quota. */
	isBeyond: boolean;
	/** Whether the service let it through; false while this isn't known. */
	hasPassed: boolean;
}

/**
 * Decides when an attempt may start. It finds the limit of the service by slow start, like TCP: few
 * concurrent attempts at first, and one more for each that got through, until the service refuses one.
 * Then it acts as a circuit breaker: a pause, then one attempt at a time until one gets through. The number
 * of attempts that got through until then is taken as the service's limit: at most `quota` attempts in any
 * `period` (a sliding window log). Concurrency limits, rate limits and token buckets all let this number
 * through again.
 *
 * To find a higher limit, it uses slow start again, with one attempt beyond the quota at first. At a rate
 * limit, this costs one refused request per period. If the quota was too low, it is exceeded within a few
 * round trips. If an attempt within the quota is refused, the service allows smaller bursts only, and both
 * quota and period are halved.
 *
 * AIMD on the concurrency alone is worse: at a rate limit, all concurrent attempts are refused each time.
 */
class Pacer {
	isStopped = false;

	/** How often the service asked to slow down. */
	pauses = 0;

	/** How long attempts had to wait because of it, in milliseconds. */
	pausedMs = 0;

	/** Pauses since an attempt got through. */
	fruitlessPauses = 0;

	private active = 0;

	/** How many attempts may run concurrently. */
	private limit: number;

	/** The highest concurrency at which all attempts got through since the last pause. */
	private proven = 0;

	private quota = Infinity;

	private period = PAUSE_MS;

	/** How many attempts may run beyond the quota; 0 until `beyondFrom`. */
	private beyond = 1;

	private beyondFrom = -Infinity;

	/** Start of the time in which passed attempts are counted. */
	private since: number;

	private resumeAt = -Infinity;

	/** Whether only one attempt at a time may run, until one gets through. */
	private isHalfOpen = false;

	/** The attempt that runs while half open. Earlier ones may still be running. */
	private trial?: Turn;

	/** When the first attempt after the pause started, if it was refused. */
	private refusedAgainAt?: number;

	private readonly turns: Turn[] = [];

	private waiting: Array<(turn?: Turn) => void> = [];

	private startsLaterAt = Infinity;

	/** One for each wait, as Node.js warns about a signal with many listeners. */
	private readonly waits = new Set<AbortController>();

	constructor(
		private readonly concurrency: number,
		private readonly clock: Clock,
	) {
		this.limit = Math.min(SLOW_START, concurrency);
		this.since = clock.now();
	}

	/** Waits for a turn; undefined if the pacer is stopped. */
	async acquire(): Promise<Turn | undefined> {
		if (this.isStopped) return undefined;
		return await new Promise((resolve) => {
			this.waiting.push(resolve);
			this.startNext();
		});
	}

	release(turn: Turn): void {
		this.active--;
		if (turn === this.trial) this.trial = undefined;
		this.startNext();
	}

	/** The service let an attempt through. */
	pass(turn: Turn): void {
		turn.hasPassed = true;
		if (turn.at < this.resumeAt) return;
		if (this.isHalfOpen) this.close(turn);
		this.proven = Math.max(this.proven, turn.others + 1);
		if (turn.isBeyond) this.beyond++;
		const increase = this.quota === Infinity ? 1 : 1 / (ROUNDS_PER_INCREASE * this.limit);
		this.limit = Math.min(this.limit + increase, this.concurrency);
	}

	/** The service refused an attempt because of its rate limit. */
	refuse(turn: Turn, retryAfterMs?: number): void {
		const { at, others, isBeyond } = turn;
		// A higher concurrency than ever got through: perhaps the service limits concurrency.
		if (others > 0 && (this.quota === Infinity || others >= this.proven)) {
			this.limit = Math.min(this.limit, others);
		}
		const isNew = at >= this.resumeAt;
		if (!isNew && retryAfterMs === undefined) return;
		const now = this.clock.now();
		if (isNew && isBeyond) {
			if (this.beyond > 0) this.pauses++;
			this.quota = Math.max(this.quota, this.countPassed(at - this.period));
			this.beyond = 0;
			this.beyondFrom = now + BEYOND_AGAIN * this.period;
			if (retryAfterMs === undefined) return;
		} else if (isNew) {
			this.pauses++;
			if (this.isHalfOpen) {
				this.fruitlessPauses++;
				this.refusedAgainAt ??= at;
			} else this.since = Math.max(this.since, at - PAUSE_MS);
			this.isHalfOpen = true;
		}
		const pauseMs =
			retryAfterMs === undefined
				? this.toPause(at)
				: Math.min(Math.max(retryAfterMs, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
		this.resumeAt = Math.max(this.resumeAt, now + pauseMs);
	}

	/** The first attempt after a pause got through. */
	private close(turn: Turn): void {
		const elapsed = (this.refusedAgainAt ?? turn.at) - this.since;
		const passed = this.countPassed(this.since, turn.at);
		if (this.quota === Infinity) this.period = elapsed;
		else if (this.quota > 1) this.period /= 2;
		this.quota = Math.max(1, Math.floor(passed * (this.period / elapsed)));
		this.beyond = 1;
		this.proven = 0;
		this.since = turn.at;
		this.isHalfOpen = false;
		this.refusedAgainAt = undefined;
		this.fruitlessPauses = 0;
	}

	private toPause(refusedAt: number): number {
		const pauses = this.fruitlessPauses;
		const ms = pauses === 0 ? Math.min(PAUSE_MS, this.period) : PAUSE_MS * 2 ** pauses;
		const pauseMs = Math.min(ms, MAX_BACK_OFF_MS) * (1 + this.clock.random() / 20);
		return Math.max(MIN_RETRY_AFTER_MS, refusedAt + pauseMs - this.clock.now());
	}

	private countPassed(from: number, to = Infinity): number {
		return this.turns.filter(({ at, hasPassed }) => hasPassed && at >= from && at < to).length;
	}

	/** Starts all attempts that may start now, and schedules the next start. */
	private startNext(): void {
		const { turns, clock } = this;
		while (!this.isStopped && this.waiting.length > 0) {
			if (this.isHalfOpen ? this.trial : this.active >= Math.floor(this.limit)) return;
			const now = clock.now();
			if (this.beyond === 0 && now >= this.beyondFrom) this.beyond = 1;
			const quotaFrom = (turns.at(-this.quota)?.at ?? -Infinity) + this.period;
			const isBeyond = quotaFrom > now;
			if (this.resumeAt > now || (isBeyond && (this.isHalfOpen || this.active >= this.beyond))) {
				const from = this.beyond === 0 ? Math.min(quotaFrom, this.beyondFrom) : quotaFrom;
				void this.startLater(Math.max(this.resumeAt, from));
				return;
			}
			const turn = { at: now, others: this.active++, isBeyond, hasPassed: false };
			turns.push(turn);
			if (this.isHalfOpen) this.trial = turn;
			this.waiting.shift()?.(turn);
		}
	}

	private async startLater(at: number): Promise<void> {
		if (this.startsLaterAt <= at) return;
		this.startsLaterAt = at;
		const from = this.clock.now();
		await this.wait(at - from);
		if (this.startsLaterAt !== at) return;
		this.startsLaterAt = Infinity;
		this.pausedMs += this.clock.now() - from;
		this.startNext();
	}

	/** Waits until the time is over or the pacer is stopped. */
	async wait(ms: number): Promise<void> {
		if (this.isStopped) return;
		const wait = new AbortController();
		this.waits.add(wait);
		const aborted = new Promise<void>((resolve) =>
			wait.signal.addEventListener('abort', () => resolve()),
		);
		await Promise.race([this.clock.sleep(ms, wait.signal), aborted]);
		this.waits.delete(wait);
	}

	stop(): void {
		this.isStopped = true;
		for (const wait of this.waits) wait.abort();
		for (const resolve of this.waiting.splice(0)) resolve();
	}
}
