import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { schedule, type ScheduleOptions } from '../../nodes/ZApiPinMessage/execution/scheduler';
import type { AttemptResult } from '../../nodes/ZApiPinMessage/operations/operation';
import { VirtualClock } from '../support/virtualClock.mts';

const LATENCY_MS = 100;

type Failed = Extract<AttemptResult<string>, { ok: false }>;

const fail = (name: string, retry?: Failed['retry']): Failed => ({
	ok: false,
	error: new Error(name),
	...(retry && { retry }),
});

const OK: AttemptResult<string> = { ok: true, value: 'ok' };
const BUSY = fail('busy', 'backOff');
const OVERLOADED = fail('overloaded', 'pause');
const REFUSED = fail('refused');
const FAILURES = new Set(['busy', 'overloaded', 'refused', 'thrown']);

/** What became of a job: its value, what it failed with, or nothing. */
const toName = (result?: AttemptResult<string>) =>
	result && (result.ok ? result.value : result.error.message);

const toJobs = (count: number) => Array.from({ length: count }, (_, job) => job);

/** Runs jobs against a service that responds to each attempt after 100 ms. */
async function run(
	count: number,
	respond: (job: number, attempts: number) => AttemptResult<string>,
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
	const jobs = toJobs(count);
	const result = await clock.run(schedule(jobs, attempt, { ...defaults, ...settings }));
	const attemptsOf = (wanted: number) => started.filter(({ job }) => job === wanted);
	const outcomes = jobs.map((job) => toName(result.results.get(job)));
	const succeeded = outcomes.filter(
		(outcome) => outcome !== undefined && !FAILURES.has(outcome),
	).length;
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
			minLength: 1,
			maxLength: 100,
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
				const attempt = async (job: number): Promise<AttemptResult<string>> => {
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
				const { results } = await clock.run(schedule(jobs, attempt, settings));
				for (const key of new Set(keys)) {
					const ofKey = started.filter((job) => keys[job] === key);
					expect(ofKey).toStrictEqual([...ofKey].sort((a, b) => a - b));
				}
				expect(new Set(finished).size).toBe(finished.length);
				const succeeded = jobs.filter((job) => results.get(job)?.ok);
				expect(succeeded).toStrictEqual([...finished].sort((a, b) => a - b));
				expect(results.size).toBe(jobs.length);
			},
		);
		await fc.assert(property, { numRuns: 100 });
	});
});

describe('refusals', () => {
	test('a service that refuses everything is asked after growing pauses, and then no more', async () => {
		const { started, outcomes, pauses, pausedMs } = await run(100, () => OVERLOADED);
		const trials = started.slice(10);
		// Pauses of 250, 500, … up to 8000 ms, and 100 ms for each attempt.
		expect(trials.map(({ at }) => at)).toStrictEqual([
			350, 950, 2050, 4150, 8250, 16_350, 24_450, 32_550,
		]);
		// Each trial is another job, as one job may be refused for its own sake.
		expect(new Set(trials.map(({ job }) => job)).size).toBe(8);
		// What was never tried fails as well.
		expect(outcomes).toStrictEqual(Array(100).fill('overloaded'));
		expect([pauses, pausedMs]).toStrictEqual([9, 31_750 + 8000]);
	});

	test.each([
		[0, 1],
		[1, 1 + 1 + 5],
		[10, 1 + 10 + 5],
	])('with %i retries, a refused job gets %i attempts', async (retries, attempts) => {
		const { attemptsOf, outcomes } = await run(1, () => OVERLOADED, { retries });
		expect(attemptsOf(0)).toHaveLength(attempts);
		expect(outcomes).toStrictEqual(['overloaded']);
	});

	test('without retries the refused jobs fail, and the others wait for the pause', async () => {
		const respond = (job: number) => (job < 2 ? OVERLOADED : OK);
		const { outcomes, started } = await run(4, respond, { concurrency: 2, retries: 0 });
		expect(outcomes).toStrictEqual(['overloaded', 'overloaded', 'ok', 'ok']);
		expect(started.map(({ at }) => at)).toStrictEqual([0, 0, 350, 450]);
	});

	test('a job that alone is refused waits on its own, each time twice as long', async () => {
		const respond = (job: number) => (job === 0 ? OVERLOADED : OK);
		const { outcomes, attemptsOf, started, pauses } = await run(50, respond);
		expect(outcomes).toStrictEqual(['overloaded', ...Array(49).fill('ok')]);
		// It begins again behind the others. Then, between two attempts: the latency, and 500, 1000, … ms.
		const times = attemptsOf(0).map(({ at }) => at);
		expect(times.slice(0, 2)).toStrictEqual([0, 500]);
		expect(times.slice(2).map((at, nth) => at - (times[nth + 1] ?? 0) - LATENCY_MS)).toStrictEqual([
			500, 1000, 2000, 4000, 8000, 8000, 8000,
		]);
		expect(started.filter(({ at }) => at > 500)).toHaveLength(7);
		expect(pauses).toBe(8);
	});

	test('Retry-After for one key holds that key only, for as long as it says', async () => {
		const respond = (job: number, nth: number) =>
			job % 100 === 0 && nth === 1 ? { ...OVERLOADED, retryAfterMs: 5000 } : OK;
		const keyOf = (job: number) => `${job % 100}`;
		const { started, attemptsOf } = await run(300, respond, { keyOf });
		expect(attemptsOf(0)[1]?.at).toBe(LATENCY_MS + 5000);
		const others = started.filter(({ job }) => job % 100 !== 0);
		expect(others).toHaveLength(297);
		expect(Math.max(...others.map(({ at }) => at))).toBeLessThan(3500);
	});

	test('a job that was refused alone says nothing about the others when it is refused again', async () => {
		// 0 and 1 are refused at the same time, but only after each was refused alone.
		const respond = (job: number, nth: number) =>
			(job === 0 && nth < 6) || (job === 7 && nth < 6) ? OVERLOADED : OK;
		const { outcomes, started } = await run(400, respond);
		expect(outcomes).toStrictEqual(Array(400).fill('ok'));
		const others = started.filter(({ job }) => job !== 0 && job !== 7);
		expect(Math.max(...others.map(({ at }) => at))).toBeLessThan(50 * LATENCY_MS);
	});

	test('after it got through, a line that was refused alone tells again', async () => {
		// Job 0 alone; then both lines from 2 on, which only the refusals of both can show.
		const keyOf = (job: number) => `${job % 2}`;
		const respond = (job: number, nth: number) =>
			(job === 0 && nth === 1) || (job >= 4 && nth === 1) ? OVERLOADED : OK;
		const { outcomes } = await run(8, respond, { keyOf });
		expect(outcomes).toStrictEqual(Array(8).fill('ok'));
	});

	test('one trial decides whether the service refuses, if nothing else is under way', async () => {
		const respond = (job: number, nth: number) => (job < 2 && nth === 1 ? OVERLOADED : OK);
		const { started } = await run(4, respond, { concurrency: 1 });
		// 1 is the trial that is refused as well; 2 is the one after the pause.
		expect(started.map(({ job, at }) => [job, at])).toStrictEqual([
			[0, 0],
			[1, 100],
			[2, 450],
			[3, 550],
			[0, 650],
			[1, 750],
		]);
	});

	test('nothing starts while one attempt under way decides', async () => {
		const respond = (job: number, nth: number) => (job === 0 && nth === 1 ? OVERLOADED : OK);
		const clock = new VirtualClock();
		const starts: Array<[number, number]> = [];
		const attempt = async (job: number) => {
			starts.push([job, clock.now()]);
			const response = respond(job, starts.filter(([one]) => one === job).length);
			await clock.sleep(job === 1 ? 1000 : LATENCY_MS);
			return response;
		};
		const settings = { concurrency: 2, retries: 3, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule(toJobs(4), attempt, settings));
		expect(starts).toStrictEqual([
			[0, 0],
			[1, 0],
			[2, 1000],
			[3, 1000],
			[0, 1250],
		]);
	});

	test('an attempt that started earlier does not decide', async () => {
		const clock = new VirtualClock();
		const starts: Array<[number, number]> = [];
		const attempt = async (job: number) => {
			starts.push([job, clock.now()]);
			await clock.sleep(job === 0 ? 150 : LATENCY_MS);
			return job > 0 && clock.now() < 400 ? OVERLOADED : OK;
		};
		const settings = { concurrency: 2, retries: 3, stopOnFailure: false, keyOf: String, clock };
		const { pauses } = await clock.run(schedule(toJobs(4), attempt, settings));
		// 1 is refused at 100; 0 gets through at 150; 2, the trial, is refused at 200.
		expect(starts.slice(0, 4)).toStrictEqual([
			[0, 0],
			[1, 0],
			[2, 100],
			[3, 450],
		]);
		expect(pauses).toBe(1);
	});

	test('a failure for another reason ends the doubt', async () => {
		const respond = (job: number, nth: number) => (job === 0 && nth === 1 ? OVERLOADED : REFUSED);
		const { started, elapsed } = await run(30, respond);
		expect(started).toHaveLength(31);
		expect(elapsed).toBe(LATENCY_MS + 250 + LATENCY_MS);
	});

	test('a trial that gets through ends the pause for all', async () => {
		const respond = (job: number, nth: number) => (nth === 1 && job < 10 ? OVERLOADED : OK);
		const { outcomes, started, pauses, pausedMs } = await run(20, respond);
		expect(outcomes).toStrictEqual(Array(20).fill('ok'));
		expect(started.slice(10, 12).map(({ at }) => at)).toStrictEqual([350, 450]);
		expect([pauses, pausedMs]).toStrictEqual([1, 250]);
	});

	test('the trial is any of those that were refused least often', async () => {
		const clock = new VirtualClock();
		clock.random = () => 0.999;
		const started: number[] = [];
		const attempt = async (job: number) => {
			started.push(job);
			await clock.sleep(LATENCY_MS);
			return started.length <= 5 ? OVERLOADED : OK;
		};
		const settings = { concurrency: 2, retries: 3, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule(toJobs(6), attempt, settings));
		expect(started.slice(0, 6)).toStrictEqual([0, 1, 5, 4, 3, 2]);
	});

	test('refusals halve the concurrency, and it grows slowly then', async () => {
		const clock = new VirtualClock();
		const starts: number[] = [];
		const attempt = async () => {
			starts.push(clock.now());
			const isRefused = clock.now() === 500;
			await clock.sleep(LATENCY_MS);
			return isRefused ? OVERLOADED : OK;
		};
		const settings = { concurrency: 16, retries: 3, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule(toJobs(600), attempt, settings));
		const most = (from: number, to: number) =>
			Math.max(
				...starts
					.filter((at) => at >= from && at < to)
					.map((at, _, all) => all.filter((one) => one === at).length),
			);
		expect([most(0, 600), most(600, 851), most(950, 2800), most(2950, 3600)]).toStrictEqual([
			16, 1, 8, 9,
		]);
	});

	test('two outages, each shorter than the longest, fail no job', async () => {
		let calls = 0;
		// Two refusals make the first pause of an outage, and each further one makes another.
		const respond = () => (++calls <= 6 || (calls > 7 && calls <= 13) ? OVERLOADED : OK);
		const { succeeded, pauses } = await run(30, respond, { concurrency: 1, retries: 1 });
		expect([succeeded, pauses]).toStrictEqual([30, 10]);
	});

	test('after an outage, slow start begins again', async () => {
		const clock = new VirtualClock();
		const starts: number[] = [];
		const attempt = async () => {
			starts.push(clock.now());
			const isOut = clock.now() < 500;
			await clock.sleep(LATENCY_MS);
			return isOut ? OVERLOADED : OK;
		};
		const settings = { concurrency: 64, retries: 3, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule(toJobs(200), attempt, settings));
		const rounds = [...new Set(starts)].map((at) => starts.filter((one) => one === at).length);
		expect(rounds).toStrictEqual([20, 1, 1, 2, 4, 8, 16, 32, 64, 64, 9]);
	});

	test('the pauses of a single job are counted', async () => {
		const respond = (_job: number, nth: number) => (nth < 3 ? OVERLOADED : OK);
		const { pauses, pausedMs, elapsed } = await run(1, respond);
		expect([pauses, pausedMs]).toStrictEqual([2, 250 + 500]);
		expect(pausedMs).toBe(elapsed - 3 * LATENCY_MS);
	});

	test('the system clock measures a pause', async () => {
		let attempts = 0;
		const attempt = async () => await Promise.resolve(attempts++ ? OK : OVERLOADED);
		const settings = { concurrency: 1, retries: 1, stopOnFailure: false, keyOf: String };
		const before = performance.now();
		const { pauses } = await schedule([0], attempt, settings);
		expect([pauses, performance.now() - before > 240]).toStrictEqual([1, true]);
	});

	test('pauses get up to a twentieth longer, never shorter', async () => {
		const clock = new VirtualClock();
		clock.random = () => 0.999;
		const at: number[] = [];
		const attempt = async () => {
			at.push(Math.round(clock.now()));
			return await Promise.resolve(OVERLOADED);
		};
		const settings = { concurrency: 1, retries: 1, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule([0], attempt, settings));
		expect(at.slice(0, 3)).toStrictEqual([0, 262, 787]);
	});

	test('when the service refuses everything, a job keeps its own last failure, also if n8n aborts it', async () => {
		for (const isAborted of [false, true]) {
			const controller = new AbortController();
			const clock = new VirtualClock();
			const attempt = async (job: number): Promise<AttemptResult<string>> => {
				// 0 and 1 end when all others were refused for too long.
				await clock.sleep(job < 2 ? 60_000 : LATENCY_MS);
				return [BUSY, OK][job] ?? OVERLOADED;
			};
			if (isAborted) void clock.sleep(50_000).then(() => controller.abort());
			const settings = { concurrency: 4, retries: 3, stopOnFailure: false, keyOf: String, clock };
			const { results } = await clock.run(
				schedule(toJobs(20), attempt, { ...settings, signal: controller.signal }),
			);
			const outcomes = toJobs(20).map((job) => toName(results.get(job)));
			expect(outcomes).toStrictEqual(['busy', 'ok', ...Array(18).fill('overloaded')]);
		}
	});

	test('a long job does not delay the trial', async () => {
		const clock = new VirtualClock();
		const starts: number[] = [];
		const attempt = async (job: number) => {
			starts.push(clock.now());
			await clock.sleep(job === 0 ? 20_000 : LATENCY_MS);
			return job > 0 && starts.length <= 3 ? OVERLOADED : OK;
		};
		const settings = { concurrency: 2, retries: 3, stopOnFailure: false, keyOf: String, clock };
		await clock.run(schedule(toJobs(3), attempt, settings));
		expect(starts).toStrictEqual([0, 0, 100, 450, 550]);
	});

	test.each([
		['as long as the service asks', 2000, 2000],
		['for a minute at most', 3_600_000, 60_000],
		['for a moment at least', 0, 250],
		['for a moment at least, even if that was in the past', -5000, 250],
	])('sends nothing %s', async (_what, retryAfterMs, waited) => {
		const respond = (job: number, nth: number) =>
			nth === 1 && job < 3 ? { ...OVERLOADED, retryAfterMs } : OK;
		const { started } = await run(20, respond, { concurrency: 3 });
		expect(started[3]?.at).toBe(LATENCY_MS + waited);
	});

	test('the longest Retry-After of a burst counts, and no other refusal of it extends the pause', async () => {
		const clock = new VirtualClock();
		const starts: number[] = [];
		const attempt = async (job: number): Promise<AttemptResult<string>> => {
			starts.push(clock.now());
			const isFirstRound = starts.length <= 4;
			await clock.sleep(100 * (job + 1));
			if (!isFirstRound) return OK;
			return { ...OVERLOADED, retryAfterMs: [900, 300, undefined, 1500][job] };
		};
		const settings = { concurrency: 4, retries: 3, stopOnFailure: false, keyOf: String, clock };
		const { pauses, pausedMs } = await clock.run(schedule(toJobs(4), attempt, settings));
		// Responses at 100, 200, 300 and 400 ms. The pause begins at 200; the last asks for 1500 ms more.
		expect(starts[4]).toBe(1900);
		expect([pauses, pausedMs]).toStrictEqual([1, 1700]);
	});

	test('of a burst, the first Retry-After counts as well', async () => {
		const respond = (job: number, nth: number) =>
			nth === 1 ? { ...OVERLOADED, retryAfterMs: job === 0 ? 900 : 300 } : OK;
		const { started } = await run(2, respond);
		expect(started[2]?.at).toBe(LATENCY_MS + 900);
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
		['is held by Retry-After', { ...OVERLOADED, retryAfterMs: 60_000 }, true],
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
		const { results } = await clock.run(schedule(toJobs(1000), attempt, settings));
		expect(clock.now()).toBeLessThanOrEqual(350);
		expect(count).toBeLessThanOrEqual(6);
		expect(results.size).toBeLessThanOrEqual(6);
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
			const { results, stoppedBy } = await schedule([0, 1], attempt, {
				...settings,
				stopOnFailure,
			});
			expect([[...results], stoppedBy]).toStrictEqual([[[0, OK]], undefined]);
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
			const jobs = toJobs(50);
			const defaults = { concurrency: 2, retries: 3, keyOf: String, clock: new VirtualClock() };
			const settings = { ...defaults, stopOnFailure };
			const { results, stoppedBy } = await schedule(jobs, attempt, settings);
			expect(toName(results.get(3))).toBe('thrown');
			expect(attempted.filter((job) => job === 3)).toHaveLength(1);
			expect(stoppedBy?.job).toBe(stopOnFailure ? 3 : undefined);
			expect(attempted.length < 6).toBe(stopOnFailure);
			expect([...results.values()].filter(({ ok }) => ok)).toHaveLength(
				stopOnFailure ? attempted.length - 1 : 49,
			);
		}
	});
});
