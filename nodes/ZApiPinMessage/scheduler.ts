import { sleep } from 'n8n-workflow';
import type { Retry } from '../shared/failures';

/** What came of one attempt at a job. */
export type Attempt<T> =
	| { ok: true; value: T }
	| {
			ok: false;
			error: Error;
			/**
			 * How a retry may help: after this job's own back-off, or after a pause of all jobs, as the
			 * service asks for fewer requests. Absent: the job has failed for good.
			 */
			retry?: Retry;
			/** How long the service asks not to be called, in milliseconds; absent when it doesn't say. */
			retryAfterMs?: number;
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

export interface ScheduleOptions {
	/** How many attempts may run at once, 1 or more. */
	concurrency: number;
	/** How many more attempts a job gets, 0 or more. */
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
	/** How many jobs succeeded. */
	succeeded: number;
	/** How often the service asked for fewer requests. */
	pauses: number;
	/** How long was waited for that in all, in milliseconds. */
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

/** Bounds for what the service asks for. */
const MIN_RETRY_AFTER_MS = 250;
const MAX_RETRY_AFTER_MS = 60_000;

const SYSTEM_CLOCK: Clock = {
	now: Date.now,
	random: Math.random,
	// In n8n 2 sleep rejects when it is aborted; in n8n 1 it knows no signal.
	sleep: async (ms, signal) => await sleep(ms, signal).catch(() => {}),
};

/**
 * Runs jobs concurrently and retries those that may succeed later, with exponential back-off and
 * jitter. When the service asks for fewer requests, all jobs pause, and the concurrency follows AIMD
 * (additive increase, multiplicative decrease, as in TCP). A job that has succeeded is never repeated.
 *
 * @param jobs started in this order
 * @param attempt attempts a job once; what it throws is that job's failure for good
 * @returns what came of each job; when stopped or aborted, after the attempts under way have ended
 */
export async function schedule<J, T>(
	jobs: readonly J[],
	attempt: (job: J) => Promise<Attempt<T>>,
	{ concurrency, retries, stopOnFailure, signal, clock = SYSTEM_CLOCK }: ScheduleOptions,
): Promise<Schedule<T>> {
	const attempts: Array<Attempt<T> | undefined> = jobs.map(() => undefined);
	const result: Schedule<T> = { attempts, succeeded: 0, pauses: 0, pausedMs: 0 };
	const limiter = new Limiter(concurrency, clock);
	const stop = () => limiter.stop();
	if (signal?.aborted) stop();
	signal?.addEventListener('abort', stop);

	async function run(job: J, index: number): Promise<void> {
		let retriesLeft = retries;
		let succeededBefore = result.succeeded;
		for (let attempts = 0; await limiter.acquire(); attempts++) {
			const startedAt = clock.now();
			const last = await attempt(job).catch(toFailedAttempt);
			if (last.ok) result.succeeded++;
			limiter.release(last.ok);
			const retry = last.ok ? undefined : last.retry;
			if (!last.ok && retry === 'pause') limiter.pause(startedAt, last.retryAfterMs);

			// While others get through, an overloaded service is only slow: that uses up no retry.
			const isFree = retry === 'pause' && retries > 0 && result.succeeded > succeededBefore;
			if (!retry || (retriesLeft === 0 && !isFree)) {
				result.attempts[index] = last;
				if (!last.ok && stopOnFailure) {
					result.stoppedBy ??= { job: index, error: last.error };
					limiter.stop();
				}
				return;
			}
			if (!isFree) retriesLeft--;
			succeededBefore = result.succeeded;
			if (retry === 'backOff') await limiter.wait(toBackOff(attempts, clock));
		}
	}

	const queue = jobs.entries();
	async function work(): Promise<void> {
		for (const [index, job] of queue) {
			await run(job, index);
			if (limiter.isStopped) return;
		}
	}

	await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
	signal?.removeEventListener('abort', stop);
	return { ...result, pauses: limiter.pauses, pausedMs: limiter.pausedMs };
}

function toFailedAttempt(error: unknown): Attempt<never> {
	return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
}

/** Exponential, with half of it left to chance, so that jobs don't come back all at once. */
function toBackOff(attempts: number, { random }: Clock): number {
	return Math.min(BACK_OFF_MS * BACK_OFF_FACTOR ** attempts, MAX_BACK_OFF_MS) * (1 - random() / 2);
}

/** Decides when an attempt may begin: see `schedule`. */
class Limiter {
	isStopped = false;

	pauses = 0;

	pausedMs = 0;

	private active = 0;

	private limit: number;

	private resumeAt = -Infinity;

	/** Since the last success. */
	private pausesInARow = 0;

	private hasSucceeded = false;

	private waiting: Array<() => void> = [];

	/** One for each wait: a signal that many listen to makes Node.js warn. */
	private readonly waits = new Set<AbortController>();

	constructor(
		private readonly concurrency: number,
		private readonly clock: Clock,
	) {
		this.limit = concurrency;
	}

	/** Waits for a turn. Returns false when there will be none. */
	async acquire(): Promise<boolean> {
		while (!this.isStopped) {
			const pauseMs = this.resumeAt - this.clock.now();
			if (pauseMs > 0) {
				await this.wait(pauseMs);
			} else if (this.active >= this.limit) {
				await new Promise<void>((resolve) => this.waiting.push(resolve));
			} else {
				this.active++;
				return true;
			}
		}
		return false;
	}

	release(succeeded: boolean): void {
		this.active--;
		this.waiting.shift()?.();
		if (!succeeded) return;
		this.hasSucceeded = true;
		if (this.limit < this.concurrency) {
			this.limit++;
			this.waiting.shift()?.();
		}
	}

	/** @param startedAt when the attempt began that the service refused, in milliseconds */
	pause(startedAt: number, retryAfterMs?: number): void {
		// Attempts that ran already when the pause began are part of what caused it.
		const isNew = startedAt >= this.resumeAt;
		if (!isNew && retryAfterMs === undefined) return;
		if (isNew && this.hasSucceeded) {
			// Without a success since the last pause it is not the number of requests that is at fault.
			this.limit = Math.ceil(this.limit / 2);
			this.pausesInARow = 0;
			this.hasSucceeded = false;
		}
		const pauseMs =
			retryAfterMs === undefined
				? Math.min(PAUSE_MS * 2 ** this.pausesInARow, MAX_BACK_OFF_MS) * this.toJitter()
				: Math.min(Math.max(retryAfterMs, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
		if (isNew) this.pausesInARow++;
		if (isNew) this.pauses++;
		const now = this.clock.now();
		const resumeAt = Math.max(this.resumeAt, now + pauseMs);
		this.pausedMs += resumeAt - Math.max(this.resumeAt, now);
		this.resumeAt = resumeAt;
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

	private toJitter(): number {
		return 1 + this.clock.random() / 10;
	}
}
