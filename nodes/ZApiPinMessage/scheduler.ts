import type { Retry } from '../shared/failures';
import { sleepUntilAborted } from '../shared/sleep';

/** What came of one attempt at a job. */
export type Attempt<T> =
	| { ok: true; value: T }
	| {
			ok: false;
			error: Error;
			/**
			 * How a retry may help: after this job's own back-off, or after a pause of all jobs, as the
			 * service refused it for there being too many. Absent: the job has failed for good.
			 */
			retry?: Retry;
			/** How long the service asks not to be called, in milliseconds; absent when it doesn't say. */
			retryAfterMs?: number;
			/** Whether a part of the job succeeded first: the rest has all retries of its own. */
			isProgress?: boolean;
	  };

/** Clock and random numbers, which tests replace. */
export interface Clock {
	/** Milliseconds since any fixed moment. */
	now: () => number;
	/** Waits; may end early when the signal aborts. */
	sleep: (ms: number, signal: AbortSignal) => Promise<void>;
	/** From 0 up to, but not including, 1. */
	random: () => number;
}

export interface ScheduleOptions<J> {
	/** What a job is about: jobs of one key run one after the other, in their order. */
	keyOf: (job: J) => string;
	/** How many attempts may run at once, 1 or more. */
	concurrency: number;
	/**
	 * How many more attempts a job gets, 0 or more. Being refused uses up none while others get through:
	 * the service is only slow then.
	 */
	retries: number;
	/** Whether no other job may start once one has failed for good. */
	stopOnFailure: boolean;
	/** Ends everything at once. */
	signal?: AbortSignal;
	clock?: Clock;
}

export interface Schedule<T> {
	/** The last attempt at each job, in their order; undefined where it was not finished. */
	attempts: Array<Attempt<T> | undefined>;
	/** How often the service asked to slow down. */
	pauses: number;
	/** How long nothing was started for that reason, in milliseconds. */
	pausedMs: number;
	/** The job whose failure stopped the others. */
	stoppedBy?: { job: number; error: Error };
}

/** The back-off before a job's first retry; each further one is this many times as long. */
const BACK_OFF_MS = 250;
const BACK_OFF_FACTOR = 4;

/** The first pause: limits are mostly per second. Each further one is twice as long. */
const PAUSE_MS = 1000;

/** Neither back-off nor pause grows beyond it by itself. */
const MAX_BACK_OFF_MS = 8000;

/**
 * How many pauses in a row it takes, after those that a job has retries for, until no other job is
 * attempted: each has one to itself, as it may be the job that is refused.
 */
const PAUSES_TO_GIVE_UP = 3;

/** Bounds for what the service asks for. */
const MIN_RETRY_AFTER_MS = 250;
const MAX_RETRY_AFTER_MS = 60_000;

/** How many attempts may be under way at first. */
const SLOW_START = 20;

/** After how many rounds of attempts one more may be under way, once the service has refused some. */
const ROUNDS_PER_INCREASE = 50;

/** After how many periods more than the quota is tried again: each time at another moment of the period. */
const BEYOND_AGAIN = 2.25;

const SYSTEM_CLOCK: Clock = {
	now: Date.now,
	random: Math.random,
	sleep: sleepUntilAborted,
};

/**
 * Runs jobs concurrently, those of one key one after the other, and retries those that may succeed
 * later: with exponential back-off and jitter, or, where the service asks for fewer requests, as soon as
 * its limit allows (see `Pacer`). A job that has succeeded is never repeated.
 *
 * @param jobs started in this order
 * @param attempt attempts a job once; what it throws is that job's failure for good
 * @returns what came of each job; when stopped or aborted, after the attempts under way have ended
 */
export async function schedule<J, T>(
	jobs: readonly J[],
	attempt: (job: J) => Promise<Attempt<T>>,
	{ concurrency, retries, stopOnFailure, keyOf, signal, clock = SYSTEM_CLOCK }: ScheduleOptions<J>,
): Promise<Schedule<T>> {
	const pacer = new Pacer(concurrency, clock);
	const attempts: Array<Attempt<T> | undefined> = jobs.map(() => undefined);
	let stoppedBy: Schedule<T>['stoppedBy'];
	/** After which no other job is attempted, as the service has refused all for too long. */
	let lastRefusal: Attempt<T> | undefined;
	const stop = () => pacer.stop();
	if (signal?.aborted) stop();
	signal?.addEventListener('abort', stop);

	async function run(job: J, index: number): Promise<void> {
		let last: Attempt<T> | undefined;
		let backOffs = 0;
		for (let turn = await pacer.acquire(); turn; turn = await pacer.acquire()) {
			last = await attempt(job).catch(toFailedAttempt);
			const retry = last.ok ? undefined : last.retry;
			if (!last.ok && retry === 'pause') pacer.refuse(turn, last.retryAfterMs);
			else if (!retry) pacer.pass(turn);
			pacer.release(turn);

			if (!last.ok && last.isProgress) backOffs = 0;
			const mayRetry = retry === 'pause' ? pacer.fruitlessPauses < retries : backOffs < retries;
			if (!retry || !mayRetry) {
				attempts[index] = last;
				if (!last.ok && stopOnFailure) {
					stoppedBy ??= { job: index, error: last.error };
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
	/** The jobs of each key that is being worked on: the one that is run, and those that came after it. */
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
			// It may grow meanwhile.
			for (const [index, job] of ownLine) await run(job, index);
			lines.delete(key);
			if (pacer.isStopped) return;
		}
	}

	await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
	signal?.removeEventListener('abort', stop);
	return {
		attempts: attempts.map((one) => one ?? lastRefusal),
		pauses: pacer.pauses,
		pausedMs: Math.round(pacer.pausedMs),
		stoppedBy,
	};
}

function toFailedAttempt(error: unknown): Attempt<never> {
	return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
}

/** Exponential, with half of it left to chance, so that jobs don't come back all at once. */
function toBackOff(backOffs: number, { random }: Clock): number {
	return Math.min(BACK_OFF_MS * BACK_OFF_FACTOR ** backOffs, MAX_BACK_OFF_MS) * (1 - random() / 2);
}

/** Leave to begin one attempt. */
interface Turn {
	/** When it began. */
	at: number;
	/** How many others were under way then. */
	others: number;
	/** Whether it was beyond the quota. */
	isBeyond: boolean;
	/** Whether the service let it through; false also while that isn't known. */
	hasPassed: boolean;
}

/**
 * Decides when an attempt may begin. It finds out what the service allows by slow start, as TCP does:
 * few attempts at first, one more under way for each that got through. Refusals end that. What then
 * follows is a circuit breaker (a pause, then a single attempt until one gets through), and what got
 * through since the start in the time until then is taken for the service's limit: no more than `quota`
 * attempts in any `period` (a sliding window log). A limit on concurrency, on rate, or a bucket of tokens
 * all let as much through again.
 *
 * Whether they let more through is tried by slow start again, one attempt beyond the quota at first: at
 * a limit on rate it costs one refused request a period, and a quota that is too low is left behind in a
 * few round trips. An attempt refused within the quota tells of smaller bursts: both halve.
 *
 * Why not AIMD on concurrency alone: a limit on rate then refuses as many as are under way, each time.
 */
class Pacer {
	isStopped = false;

	/** How often the service asked to slow down. */
	pauses = 0;

	/** How long attempts had to wait for it. */
	pausedMs = 0;

	/** Since something got through. */
	fruitlessPauses = 0;

	private active = 0;

	/** How many may be under way. */
	private limit: number;

	/** The most at once of which all got through, since the last pause. */
	private proven = 0;

	private quota = Infinity;

	private period = PAUSE_MS;

	/** How many may be under way beyond the quota; 0 until `beyondFrom`. */
	private beyond = 1;

	private beyondFrom = -Infinity;

	/** Since when is counted what gets through. */
	private since: number;

	private resumeAt = -Infinity;

	/** Whether only one at a time may be under way, until one gets through. */
	private isHalfOpen = false;

	/** The one attempt that is under way while it is half open; others may still be from before. */
	private trial?: Turn;

	/** When the first one after the pause was refused. */
	private refusedAgainAt?: number;

	private readonly turns: Turn[] = [];

	private waiting: Array<(turn?: Turn) => void> = [];

	private startsLaterAt = Infinity;

	/** One for each wait: a signal that many listen to makes Node.js warn. */
	private readonly waits = new Set<AbortController>();

	constructor(
		private readonly concurrency: number,
		private readonly clock: Clock,
	) {
		this.limit = Math.min(SLOW_START, concurrency);
		this.since = clock.now();
	}

	/** Waits for a turn; undefined when there will be none. */
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

	/** The service refused an attempt, as there were too many. */
	refuse(turn: Turn, retryAfterMs?: number): void {
		const { at, others, isBeyond } = turn;
		// More at once than ever got through: perhaps that is what is limited.
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
		this.quota = Math.max(1, Math.floor((passed * this.period) / elapsed));
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

	/** Starts as many as may start now, and comes back when the next one may. */
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

	/** Waits, but not beyond a stop. */
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
