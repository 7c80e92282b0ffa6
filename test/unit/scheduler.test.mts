import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { type Attempt, schedule, type ScheduleOptions } from '../../nodes/ZApiPinMessage/scheduler';
import { countSucceeded } from '../support/simulation.mts';
import { VirtualClock } from '../support/virtualClock.mts';

const LATENCY_MS = 100;

type FailedAttempt = Extract<Attempt<string>, { ok: false }>;

const fail = (name: string, retry?: FailedAttempt['retry']): FailedAttempt => ({
	ok: false,
	error: new Error(name),
	...(retry && { retry }),
});

const OK: Attempt<string> = { ok: true, value: 'ok' };
const BUSY = fail('busy', 'backOff');
const OVERLOADED = fail('overloaded', 'pause');
const REFUSED = fail('refused');

/** What became of a job: its value, what it failed with, or nothing. */
const toName = (attempt?: Attempt<string>) =>
	attempt && (attempt.ok ? attempt.value : attempt.error.message);

/** Runs jobs against a service that responds to each attempt after 100 ms. */
async function run(
	count: number,
	respond: (job: number, attempts: number) => Attempt<string>,
	settings: Partial<ScheduleOptions<number>> = {},
) {
	const clock = new VirtualClock();
	const started: Array<{ job: number; at: number }> = [];
	let running = 0;
	let mostRunning = 0;
	const attempt = async (job: number) => {
		mostRunning = Math.max(mostRunning, ++running);
		started.push({ job, at: clock.now() });
		const response = respond(job, started.filter((one) => one.job === job).length);
		await clock.sleep(LATENCY_MS);
		running--;
		return response;
	};
	const defaults = { concurrency: 10, retries: 3, stopOnFailure: false, keyOf: String, clock };
	const jobs = Array.from({ length: count }, (_, job) => job);
	const result = await clock.run(schedule(jobs, attempt, { ...defaults, ...settings }));
	const attemptsOf = (wanted: number) => started.filter(({ job }) => job === wanted);
	const outcomes = result.attempts.map(toName);
	const succeeded = countSucceeded(result.attempts);
	return {
		...result,
		outcomes,
		succeeded,
		started,
		attemptsOf,
		mostRunning,
		elapsed: clock.now(),
		clock,
	};
}

test('runs jobs up to the concurrency and keeps the order', async () => {
	const { outcomes, succeeded, mostRunning, elapsed } = await run(35, (job) => ({
		ok: true,
		value: `${job}`,
	}));
	expect(outcomes).toStrictEqual(Array.from({ length: 35 }, (_, job) => `${job}`));
	expect(succeeded).toBe(35);
	expect(mostRunning).toBe(10);
	expect(elapsed).toBe(4 * LATENCY_MS);
});

test('with a concurrency of 1, a job ends before the next one starts', async () => {
	const respond = (job: number, nth: number) => (job === 1 && nth < 3 ? BUSY : OK);
	const { started, mostRunning } = await run(4, respond, { concurrency: 1 });
	expect(started.map(({ job }) => job)).toStrictEqual([0, 1, 1, 1, 2, 3]);
	expect(mostRunning).toBe(1);
});

test('no jobs: nothing happens', async () => {
	expect(await run(0, () => OK)).toMatchObject({ outcomes: [], succeeded: 0, elapsed: 0 });
});

test('retries a temporary failure, with exponential back-off', async () => {
	const { outcomes, attemptsOf } = await run(1, () => BUSY);
	expect(outcomes).toStrictEqual(['busy']);
	// Between two attempts: the latency, and 250, 1000, 4000 ms.
	expect(attemptsOf(0).map(({ at }) => at)).toStrictEqual([0, 350, 1450, 5550]);
});

test('up to half of a back-off is random', async () => {
	const clock = new VirtualClock();
	clock.random = () => 0.999;
	const at: number[] = [];
	const attempt = async () => {
		at.push(Math.round(clock.now()));
		return BUSY;
	};
	const settings = { concurrency: 1, retries: 1, stopOnFailure: false, keyOf: String, clock };
	await clock.run(schedule([0], attempt, settings));
	expect(at).toStrictEqual([0, 125]);
});

test.each([0, 1, 5])('gives a job %i retries', async (retries) => {
	expect((await run(1, () => BUSY, { retries })).started).toHaveLength(retries + 1);
	expect((await run(1, () => OVERLOADED, { retries })).started).toHaveLength(retries + 1);
});

test('what is left of a job of which a part succeeded has all retries', async () => {
	const respond = (_job: number, attempts: number) =>
		attempts === 3 ? { ...BUSY, isProgress: true } : BUSY;
	const { attemptsOf } = await run(1, respond, { retries: 2 });
	expect(attemptsOf(0)).toHaveLength(3 + 2);
});

test('does not retry a job that has succeeded or failed for good', async () => {
	const { started, outcomes } = await run(20, (job) => (job % 2 ? REFUSED : OK));
	expect(started).toHaveLength(20);
	expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(10);
});

describe('order', () => {
	const keyOf = (job: number) => `${job % 3}`;

	test('jobs of one key run one after another, concurrently with those of other keys', async () => {
		const { started, mostRunning, elapsed } = await run(9, () => OK, { keyOf });
		const rounds = [0, 1, 2].map((round) => started.filter(({ at }) => at === round * LATENCY_MS));
		expect(rounds.map((round) => round.map(({ job }) => job))).toStrictEqual([
			[0, 1, 2],
			[3, 4, 5],
			[6, 7, 8],
		]);
		expect([mostRunning, elapsed]).toStrictEqual([3, 3 * LATENCY_MS]);
	});

	test('a job waits until the one before it has been retried', async () => {
		const respond = (job: number, nth: number) => (job === 0 && nth < 3 ? BUSY : OK);
		const { started } = await run(2, respond, { keyOf: () => 'one' });
		expect(started.map(({ job }) => job)).toStrictEqual([0, 0, 0, 1]);
	});

	test('after a failure for good, the next job of its key runs', async () => {
		const { outcomes } = await run(3, (job) => (job === 0 ? REFUSED : OK), { keyOf: () => 'one' });
		expect(outcomes).toStrictEqual(['refused', 'ok', 'ok']);
	});

	test('a long line of one key does not delay other keys', async () => {
		const isAlone = (job: number) => job >= 20;
		const { started } = await run(25, () => OK, {
			concurrency: 3,
			keyOf: (job) => (isAlone(job) ? `${job}` : 'line'),
		});
		const alone = started.filter(({ job }) => isAlone(job));
		expect(alone.every(({ at }) => at < 3 * LATENCY_MS)).toBe(true);
	});

	test('with random failures, the jobs of each key run in order, and none twice', async () => {
		// undefined stands for an attempt that throws.
		const faults = fc.array(fc.constantFrom(OK, OK, OK, BUSY, OVERLOADED, REFUSED, undefined), {
			...{ minLength: 1, maxLength: 100 },
		});
		const property = fc.asyncProperty(
			fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }),
			faults,
			fc.integer({ min: 1, max: 30 }),
			fc.integer({ min: 0, max: 3 }),
			async (keys, responses, concurrency, retries) => {
				let requests = 0;
				const underWay = new Set<string>();
				const finished: number[] = [];
				const clock = new VirtualClock();
				const keyOf = (job: number) => `${keys[job]}`;
				const started: number[] = [];
				const attempt = async (job: number): Promise<Attempt<string>> => {
					const response = responses[requests++ % responses.length];
					expect(underWay).not.toContain(keyOf(job));
					underWay.add(keyOf(job));
					started.push(job);
					await clock.sleep(((requests * 37) % 5) * 30);
					underWay.delete(keyOf(job));
					if (response === undefined) throw new Error('thrown');
					if (response.ok) finished.push(job);
					return response;
				};
				const jobs = keys.map((_, job) => job);
				const settings = { concurrency, retries, stopOnFailure: false, keyOf, clock };
				const { attempts } = await clock.run(schedule(jobs, attempt, settings));
				for (const key of new Set(keys)) {
					const ofKey = started.filter((job) => keys[job] === key);
					expect(ofKey).toStrictEqual([...ofKey].sort((a, b) => a - b));
				}
				expect(new Set(finished).size).toBe(finished.length);
				expect(countSucceeded(attempts)).toBe(finished.length);
				expect(attempts.every((one) => one !== undefined)).toBe(true);
			},
		);
		await fc.assert(property, { numRuns: 100 });
	});
});

describe('overload', () => {
	test('pauses, each time twice as long while nothing gets through, and then attempts one job', async () => {
		const { started, outcomes, pauses } = await run(20, () => OVERLOADED, { retries: 5 });
		const later = started.slice(10).map(({ at }) => at / 1000);
		// Twice as long each time, at most 8 seconds; a job has five retries, three more get one attempt.
		expect(later).toStrictEqual([1, 3, 7, 15, 23, 31, 39, 47]);
		// What was never tried fails as well: the service has refused everything for too long.
		expect(outcomes).toStrictEqual(Array(20).fill('overloaded'));
		expect(pauses).toBe(9);
	});

	test('a job that is refused for good does not affect others of its key', async () => {
		const respond = (job: number) => (job === 0 ? OVERLOADED : OK);
		const { outcomes, attemptsOf } = await run(5, respond, { keyOf: () => 'one' });
		expect(outcomes).toStrictEqual(['overloaded', 'ok', 'ok', 'ok', 'ok']);
		expect(attemptsOf(0)).toHaveLength(4);
	});

	test('a job that gets through ends the pause for all', async () => {
		const respond = (job: number, nth: number) => (nth === 1 && job < 10 ? OVERLOADED : OK);
		const { outcomes, started, pausedMs } = await run(20, respond);
		expect(outcomes).toStrictEqual(Array(20).fill('ok'));
		expect(started.slice(10, 12).map(({ at }) => at)).toStrictEqual([1000, 1100]);
		expect(pausedMs).toBeGreaterThanOrEqual(900);
	});

	test('the pauses of a job are added up', async () => {
		const respond = (_job: number, nth: number) => (nth < 3 ? OVERLOADED : OK);
		const { pauses, pausedMs, elapsed } = await run(1, respond);
		expect(pauses).toBe(2);
		expect(pausedMs).toBe(elapsed - 3 * LATENCY_MS);
	});

	test('the system clock measures a pause', async () => {
		let attempts = 0;
		const attempt = async () =>
			await Promise.resolve(attempts++ ? OK : { ...OVERLOADED, retryAfterMs: 250 });
		const settings = { concurrency: 1, retries: 1, stopOnFailure: false, keyOf: String };
		const { pausedMs } = await schedule([0], attempt, settings);
		expect(pausedMs).toBeGreaterThan(200);
	});

	test('when the service refuses everything, a job keeps its own last failure', async () => {
		const respond = (job: number, nth: number) => (job === 0 && nth === 1 ? BUSY : OVERLOADED);
		const { outcomes, attemptsOf } = await run(20, respond, { retries: 1 });
		expect(attemptsOf(0)).toHaveLength(1);
		expect(outcomes).toStrictEqual(['busy', ...Array(19).fill('overloaded')]);
	});

	test('a long job does not delay the one that ends the pause', async () => {
		const clock = new VirtualClock();
		const starts: number[] = [];
		const attempt = async (job: number) => {
			starts.push(clock.now());
			await clock.sleep(job === 0 ? 20_000 : LATENCY_MS);
			return job === 1 && starts.length <= 2 ? OVERLOADED : OK;
		};
		const settings = { concurrency: 2, retries: 3, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule([0, 1], attempt, settings));
		expect(starts).toStrictEqual([0, 0, 1000]);
	});

	test('without retries the refused job fails, and the next ones wait for the pause', async () => {
		const { outcomes, started } = await run(3, (job) => (job === 0 ? OVERLOADED : OK), {
			...{ concurrency: 1, retries: 0 },
		});
		expect(outcomes).toStrictEqual(['overloaded', 'ok', 'ok']);
		expect(started.map(({ at }) => at).slice(0, 2)).toStrictEqual([0, 1000]);
	});

	test('a job that fails for another reason was let through', async () => {
		const respond = (_job: number, nth: number) => (nth === 1 ? OVERLOADED : REFUSED);
		const { outcomes, started } = await run(6, respond, { retries: 1 });
		expect(outcomes).toStrictEqual(Array(6).fill('refused'));
		expect(started).toHaveLength(12);
	});

	test.each([
		['as long as the service asks', 2000, 2000],
		['for a minute at most', 3_600_000, 60_000],
		['for a moment at least', 0, 250],
	])('sends nothing %s', async (_what, retryAfterMs, waited) => {
		const respond = (_job: number, nth: number) =>
			nth === 1 ? { ...OVERLOADED, retryAfterMs } : OK;
		const { attemptsOf } = await run(1, respond);
		expect(attemptsOf(0)[1]?.at).toBe(LATENCY_MS + waited);
	});

	test('jobs that ran when the pause began do not extend it, unless the service says so', async () => {
		const clock = new VirtualClock();
		const starts: number[] = [];
		const attempt = async (job: number): Promise<Attempt<string>> => {
			starts.push(clock.now());
			const isFirstRound = starts.length <= 3;
			await clock.sleep(100 * (job + 1));
			return isFirstRound ? { ...OVERLOADED, ...(job === 2 && { retryAfterMs: 1500 }) } : OK;
		};
		const settings = { concurrency: 3, retries: 3, stopOnFailure: false, keyOf: String, clock };
		const { attempts } = await clock.run(
			schedule(
				Array.from({ length: 3 }, (_, job) => job),
				attempt,
				settings,
			),
		);
		expect(countSucceeded(attempts)).toBe(3);
		// Responses at 100, 200 and 300 ms; the last asks for 1500 ms more.
		expect(starts.slice(3).every((at) => at >= 1800)).toBe(true);
		expect(starts[3]).toBe(1800);
	});
});

describe('stop', () => {
	test('after a failure for good, no new job starts, and running ones are awaited', async () => {
		const { outcomes, succeeded, stoppedBy, started } = await run(
			100,
			(job) => (job === 12 ? REFUSED : OK),
			{ stopOnFailure: true },
		);
		expect(stoppedBy).toStrictEqual({ job: 12, error: new Error('refused') });
		// 0 to 19 run when job 12 ends, and the two that ended just before it made room for two more.
		expect(started).toHaveLength(22);
		expect(succeeded).toBe(21);
		expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(21);
		expect(outcomes[12]).toBe('refused');
	});

	test('a job in its back-off is not retried', async () => {
		const { outcomes, attemptsOf } = await run(
			2,
			(job, nth) => (job === 0 && nth === 1 ? BUSY : job === 1 ? REFUSED : OK),
			{ stopOnFailure: true },
		);
		expect(attemptsOf(0)).toHaveLength(1);
		expect(outcomes).toStrictEqual([undefined, 'refused']);
	});

	test('a job that fails after the stop has no back-off', async () => {
		const { elapsed } = await run(2, (job) => (job === 0 ? REFUSED : BUSY), {
			stopOnFailure: true,
		});
		expect(elapsed).toBe(LATENCY_MS);
	});

	test.each([
		['is in its back-off', BUSY, true],
		['is in its back-off, with a clock that ignores signals like n8n 1', BUSY, false],
		['is paused', OVERLOADED, true],
		['is under way', OK, true],
	])('a signal ends it at once while a job %s', async (_what, response, hearsSignals) => {
		const clock = new VirtualClock();
		const { sleep } = clock;
		if (!hearsSignals) clock.sleep = async (ms) => await sleep(ms);
		const controller = new AbortController();
		let count = 0;
		const attempt = async () => {
			count++;
			await clock.sleep(LATENCY_MS);
			return response;
		};
		void clock.sleep(250).then(() => controller.abort());
		const { signal } = controller;
		const settings = {
			concurrency: 2,
			retries: 3,
			stopOnFailure: false,
			keyOf: String,
			signal,
			clock,
		};
		const { attempts } = await clock.run(
			schedule(
				Array.from({ length: 1000 }, (_, job) => job),
				attempt,
				settings,
			),
		);
		expect(clock.now()).toBeLessThanOrEqual(300);
		expect(count).toBeLessThanOrEqual(6);
		expect(attempts).toHaveLength(1000);
		expect(getEventListeners(signal, 'abort')).toHaveLength(0);
	});

	test('a job that fails after the signal was not finished', async () => {
		for (const stopOnFailure of [true, false]) {
			const controller = new AbortController();
			const attempt = async (job: number) => {
				controller.abort();
				return await Promise.resolve(job === 0 ? OK : REFUSED);
			};
			const settings = { concurrency: 2, retries: 3, keyOf: String, signal: controller.signal };
			const { attempts, stoppedBy } = await schedule([0, 1], attempt, {
				...{ ...settings, stopOnFailure },
			});
			expect([attempts, stoppedBy]).toStrictEqual([[OK, undefined], undefined]);
		}
	});

	test('with an aborted signal, nothing starts', async () => {
		const { started, outcomes } = await run(5, () => OK, { signal: AbortSignal.abort() });
		expect(started).toHaveLength(0);
		expect(outcomes).toStrictEqual(Array(5).fill(undefined));
	});

	test('an attempt that throws has failed for good, and stops the others', async () => {
		for (const stopOnFailure of [true, false]) {
			const attempted: number[] = [];
			const attempt = async (job: number) => {
				attempted.push(job);
				if (job === 3) throw new Error('thrown');
				return OK;
			};
			const jobs = Array.from({ length: 50 }, (_, job) => job);
			const defaults = { concurrency: 2, retries: 3, keyOf: String, clock: new VirtualClock() };
			const settings = { ...defaults, stopOnFailure };
			const { attempts, stoppedBy } = await schedule(jobs, attempt, settings);
			expect(toName(attempts[3])).toBe('thrown');
			expect(attempted.filter((job) => job === 3)).toHaveLength(1);
			expect(stoppedBy?.job).toBe(stopOnFailure ? 3 : undefined);
			expect(attempted.length < 6).toBe(stopOnFailure);
			expect(attempts.filter((one) => one?.ok)).toHaveLength(
				stopOnFailure ? attempted.length - 1 : 49,
			);
		}
	});
});
