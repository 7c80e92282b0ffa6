import type { Service } from '../support/simulation.mts';
import {
	CONCURRENCY,
	LATENCY_MS,
	outage,
	simulate,
	simulateAll,
	slidingWindow,
	toSimulations,
	unlimited,
} from '../support/simulation.mts';

/** The retries that a refused item gets, with the default of the option Retries. */
const RETRIES = 3 + 5;

test('whatever a service does, no healthy item fails, few requests are refused, and little time is lost', async () => {
	const outcomes = await simulateAll(1);
	const requests: number[] = [];
	for (const { simulation, ...outcome } of outcomes) {
		const { name, items, isHard, isFailing, retryAfter } = simulation;
		const { requestsPerItem, timeToIdeal, msPerItem, mostAttempts, failed } = outcome;
		const isFast = timeToIdeal <= (isHard ? 3 : 2.1);
		// Z-API itself takes 1 to 3 seconds for each item. A single one has no others to share a wait with.
		const isAskedToWait = typeof retryAfter === 'number' && retryAfter > 1000;
		const isExempt = [items === 1, isFailing, isAskedToWait].includes(true);
		// Each retry of a single item is a request per item; what fails for other reasons has its own retries.
		if (items > 1 && !isFailing) requests.push(requestsPerItem);
		expect({
			name,
			...outcome,
			failed: isFailing ? 0 : failed,
			isFast,
			isBelowWhatZApiTakes: isExempt ? true : msPerItem <= 360,
			isRefusedSeldom: mostAttempts <= RETRIES + 1,
		}).toMatchObject({
			failed: 0,
			isFast: true,
			isBelowWhatZApiTakes: true,
			isRefusedSeldom: true,
		});
	}
	expect(Math.max(...requests)).toBeLessThanOrEqual(2.1);
	expect(requests.reduce((sum, one) => sum + one, 0) / requests.length).toBeLessThanOrEqual(1.4);
});

test.each([1, 100])('%i items pass outages of up to 30 seconds', async (items) => {
	for (const seconds of [0.3, 1, 4, 10, 20, 30]) {
		for (const retryAfter of [undefined, 'exact', 0, 1000] as const) {
			const simulation = { service: () => outage(seconds * 1000), items, retryAfter };
			const { failed } = await simulate(simulation);
			expect({ seconds, retryAfter, failed }).toMatchObject({ failed: 0 });
		}
	}
});

test('an outage in the middle of a run costs little more than its time', async () => {
	const [from, lasts, items] = [1000, 5000, 1000];
	const service = (): Service => {
		const { take, nextIn } = outage(lasts);
		return {
			nextIn,
			take: (now, latencyMs, job) => (now < from ? latencyMs : take(now - from, latencyMs, job)),
		};
	};
	const { failed, elapsedMs } = await simulate({ service, items });
	expect(failed).toBe(0);
	expect(elapsedMs).toBeLessThan(2.1 * (lasts + (items / CONCURRENCY) * LATENCY_MS));
});

test.each([3, 30, 300])(
	'at a latency of %i ms, no item fails because of refusals',
	async (latency) => {
		for (const simulation of [...toSimulations(200, 50), ...toSimulations(100, 10)]) {
			for (const retryAfter of [undefined, 'exact'] as const) {
				const { failed } = await simulate({ ...simulation, retryAfter }, { latency });
				expect({ ...simulation, failed }).toMatchObject({ failed: 0 });
			}
		}
	},
);

test('without a limit, it takes at most 5 % longer than without slow start', async () => {
	const items = 2000;
	const { elapsedMs, requests, pausedMs } = await simulate({ service: unlimited, items });
	expect([requests, pausedMs]).toStrictEqual([items, 0]);
	expect(elapsedMs).toBeLessThan(1.05 * Math.ceil(items / CONCURRENCY) * LATENCY_MS);
});

test('begins with few requests at a time', async () => {
	const starts: number[] = [];
	const service = (): Service => ({
		take(now, latencyMs) {
			starts.push(now);
			return latencyMs;
		},
		nextIn: () => 0,
	});
	await simulate({ service, items: 200 }, { concurrency: 100 });
	expect(starts.filter((at) => at === 0)).toHaveLength(20);
	expect(starts.filter((at) => at < 1.2 * LATENCY_MS).length).toBeLessThanOrEqual(60);
});

test('one at a time, each refusal is a pause, as long as the service asks', async () => {
	const limit = slidingWindow(5);
	const pauseMs = 3000;
	let resumesAt = 0;
	let early = 0;
	const service = (): Service => ({
		take(now, latencyMs, job) {
			const taken = limit.take(now, latencyMs, job);
			if (now < resumesAt) early++;
			else if (taken === undefined) resumesAt = now + LATENCY_MS + pauseMs;
			return taken;
		},
		nextIn: () => pauseMs,
	});
	const simulation = { service, items: 200, retryAfter: 'exact' as const };
	const { failed, pauses, pausedMs } = await simulate(simulation, { concurrency: 1 });
	expect(failed).toBe(0);
	expect(pauses).toBeGreaterThan(3);
	expect(pausedMs).toBeGreaterThanOrEqual(pauses * pauseMs * 0.99);
	// One trial finds out whether all are refused.
	expect(early).toBeLessThanOrEqual(pauses);
});

/** What so many a second may do at first, and so many after 5 seconds. */
const changing = (before: number, after: number) => () => {
	const [first, second] = [slidingWindow(before), slidingWindow(after)];
	const toService = (now: number) => (now < 5000 ? first : second);
	return {
		take: (now: number, latencyMs: number, job: number) => toService(now).take(now, latencyMs, job),
		nextIn: (now: number) => toService(now).nextIn(now),
	};
};

test.each([
	['falls', { before: 50, after: 10, items: 250 + 150 }, 5000 + 14_000],
	['rises', { before: 10, after: 50, items: 50 + 300 }, 5000 + 5000],
	['appears late', { before: 10_000, after: 50, items: 3200 + 200 }, 5000 + 3000],
])('adapts when the limit %s', async (_what, { before, after, items }, idealMs) => {
	const { failed, requests, elapsedMs } = await simulate({
		service: changing(before, after),
		items,
	});
	expect(failed).toBe(0);
	expect(requests).toBeLessThan(1.6 * items);
	expect(elapsedMs).toBeLessThan(2.1 * idealMs);
});
