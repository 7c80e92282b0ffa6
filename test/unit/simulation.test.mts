import {
	LATENCY_MS,
	type Service,
	simulate,
	simulateAll,
	slidingWindow,
	toSimulations,
	unlimited,
} from '../support/simulation.mts';

const CONCURRENCY = 64;

test('at all kinds of limits, few requests are refused, and little time is lost', async () => {
	const outcomes = await simulateAll(3, CONCURRENCY);
	expect(outcomes).toHaveLength(32);
	for (const { simulation, requestsPerItem, timeToIdeal, failed, ...outcome } of outcomes) {
		const { name, isHard } = simulation;
		const limits = isHard ? { requests: 1.7, time: 1.8 } : { requests: 1.6, time: 1.35 };
		const isWithin = requestsPerItem <= limits.requests && timeToIdeal <= limits.time;
		expect({ name, ...outcome, requestsPerItem, timeToIdeal, failed, isWithin }).toMatchObject({
			...{ failed: 0, isWithin: true },
		});
	}
});

test.each([3, 30, 300])(
	'at a latency of %i ms, no item fails because of refusals',
	async (latency) => {
		for (const simulation of [...toSimulations(200, 50), ...toSimulations(100, 10)]) {
			for (const hasRetryAfter of [false, true]) {
				const settings = { concurrency: CONCURRENCY, latency, hasRetryAfter };
				const { succeeded } = await simulate(simulation, settings);
				expect({ ...simulation, succeeded }).toMatchObject({ succeeded: simulation.items });
			}
		}
	},
);

test('without a limit, it takes at most 5 % longer than without slow start', async () => {
	const items = 2000;
	const { elapsedMs, requests, pausedMs } = await simulate(
		{ service: unlimited, items },
		{ concurrency: CONCURRENCY },
	);
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
	const limit = slidingWindow(10);
	const pauseMs = 3000;
	let resumesAt = 0;
	let early = 0;
	const service: Service = {
		take(now, latencyMs) {
			if (now < resumesAt) early++;
			const taken = limit.take(now, latencyMs);
			if (taken === undefined) resumesAt = now + pauseMs;
			return taken;
		},
		nextIn: () => pauseMs,
	};
	const simulation = { service: () => service, items: 200 };
	const settings = { concurrency: 1, hasRetryAfter: true };
	const { requests, pauses } = await simulate(simulation, settings);
	expect(pauses).toBeGreaterThan(3);
	expect(pauses).toBe(requests - 200);
	expect(early).toBe(0);
});

/** What so many a second may do at first, and so many after 5 seconds. */
const changing = (before: number, after: number) => () => {
	const [first, second] = [slidingWindow(before), slidingWindow(after)];
	const toService = (now: number) => (now < 5000 ? first : second);
	return {
		take: (now: number, latencyMs: number) => toService(now).take(now, latencyMs),
		nextIn: (now: number) => toService(now).nextIn(now),
	};
};

test.each([
	['falls', { before: 50, after: 10, items: 250 + 150 }, 5000 + 14_000],
	['rises', { before: 10, after: 50, items: 50 + 300 }, 5000 + 5000],
	['appears late', { before: 10_000, after: 50, items: 3200 + 200 }, 5000 + 3000],
])('adapts when the limit %s', async (_what, { before, after, items }, idealMs) => {
	const simulation = { service: changing(before, after), items };
	const result = await simulate(simulation, { concurrency: CONCURRENCY });
	expect(result.succeeded).toBe(items);
	expect(result.requests).toBeLessThan(1.6 * items);
	expect(result.elapsedMs).toBeLessThan(1.35 * idealMs);
});
