import type { AttemptResult } from '../operations/operation';
import { BACK_OFF, type Clock, Limiter, type Line, SYSTEM_CLOCK, toTimeout } from './limiter';

export interface ScheduleOptions<J> {
	/** Jobs with the same key run one after another, in their order. */
	keyOf: (job: J) => string;
	/** How many attempts may run concurrently, 1 or more. */
	concurrency: number;
	/** How many retries a job gets, 0 or more. One that the service refuses gets some more, unless it is 0. */
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
	/** How long jobs waited for that reason, in milliseconds. */
	pausedMs: number;
	/** The job whose failure stopped the others. */
	stoppedBy?: { job: J; error: Error };
}

/**
 * Runs jobs concurrently, and jobs with the same key one after another. Retries those that may succeed later:
 * with exponential back-off and jitter or, if the service refuses requests, when the limiter allows it. A job
 * that has succeeded is never repeated. Once the service has refused everything for too long, all jobs fail.
 *
 * @param jobs distinct; those with different keys start in this order
 * @param attempt makes one attempt at a job; if it throws, the job has failed for good
 * @returns what came of each job; when stopped or aborted, after the running attempts have ended
 */
export async function schedule<J, T>(
	jobs: readonly J[],
	attempt: (job: J) => Promise<AttemptResult<T>>,
	{ concurrency, retries, stopOnFailure, keyOf, signal, clock = SYSTEM_CLOCK }: ScheduleOptions<J>,
): Promise<ScheduleResult<J, T>> {
	const limiter = new Limiter(concurrency, retries, clock);
	const results = new Map<J, AttemptResult<T>>();
	let stoppedBy: ScheduleResult<J, T>['stoppedBy'];
	/** Set when the service has refused everything for too long. */
	let lastRefusal: AttemptResult<T> | undefined;
	const stop = () => limiter.stop();
	if (signal?.aborted) stop();
	signal?.addEventListener('abort', stop);

	async function run(job: J, line: Line): Promise<void> {
		let last: AttemptResult<T> | undefined;
		let backOffs = 0;
		line.refusals = 0;
		while (await limiter.acquire(line)) {
			last = await attempt(job).catch(toFailedForGood);
			const failure = last.ok ? undefined : last;
			// The abort may be why it failed, so the job was not finished.
			if (failure && signal?.aborted) break;
			if (failure?.isProgress) backOffs = line.refusals = 0;
			const isRefused = failure?.retry === 'pause';
			if (isRefused && (await limiter.refuse(line, failure.retryAfterMs))) continue;
			if (failure?.retry === 'backOff' && backOffs < retries) {
				limiter.pass(line);
				await limiter.wait(toTimeout(BACK_OFF, backOffs++, clock));
				continue;
			}
			results.set(job, last);
			if (failure && stopOnFailure) {
				stoppedBy ??= { job, error: failure.error };
				stop();
			} else if (isRefused && limiter.isHopeless) {
				lastRefusal = last;
				stop();
			}
			// Only now, as nothing starts after a stop.
			if (!isRefused) limiter.pass(line);
			limiter.release(line);
			return;
		}
		if (lastRefusal) results.set(job, last ?? lastRefusal);
	}

	const lines = new Map<string, J[]>();
	for (const job of jobs) {
		const line = lines.get(keyOf(job));
		if (line) line.push(job);
		else lines.set(keyOf(job), [job]);
	}
	const runLine = async (line: J[]) => {
		const state = { refusals: 0, isAlone: false, startedAs: 0 };
		for (const job of line) await run(job, state);
	};
	await Promise.all([...lines.values()].map(runLine));
	signal?.removeEventListener('abort', stop);
	const { pauses, pausedMs } = limiter;
	return { results, pauses, pausedMs: Math.round(pausedMs), stoppedBy };
}

function toFailedForGood(error: unknown): AttemptResult<never> {
	return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
}
