import { type Attempt, schedule, type ScheduleOptions } from '../../nodes/ZApiPinMessage/scheduler';
import { VirtualClock } from './virtualClock.mts';

/** The default latency. */
export const LATENCY_MS = 100;

/** A service that lets some requests through and refuses the others. */
export interface Service {
	/**
	 * Accepts or refuses a request.
	 *
	 * @param now in milliseconds, from 0
	 * @param latencyMs the usual latency of this response
	 * @returns the latency; undefined if the request is refused
	 */
	take: (now: number, latencyMs: number) => number | undefined;
	/** After a refusal, in how many milliseconds a request would be accepted. */
	nextIn: (now: number) => number;
}

/** A limit for each second; the first second began `startedMs` ago. */
export function fixedWindow(perSecond: number, startedMs = 0): Service {
	let [current, count] = [0, 0];
	const toWindow = (now: number) => Math.floor((now + startedMs) / 1000);
	return {
		take(now, latencyMs) {
			if (toWindow(now) !== current) [current, count] = [toWindow(now), 0];
			return ++count > perSecond ? undefined : latencyMs;
		},
		nextIn: (now) => (toWindow(now) + 1) * 1000 - startedMs - now,
	};
}

/** A limit for any second; with `countsRefused`, refused requests count, too. */
export function slidingWindow(perSecond: number, countsRefused = false): Service {
	const counted: number[] = [];
	const oldest = () => counted.at(-perSecond) ?? -Infinity;
	return {
		take(now, latencyMs) {
			const isTaken = oldest() <= now - 1000;
			if (isTaken || countsRefused) counted.push(now);
			return isTaken ? latencyMs : undefined;
		},
		nextIn: (now) => oldest() + 1000 - now,
	};
}

/** A token bucket: a rate, and a burst after a time without requests. */
export function tokenBucket(perSecond: number, capacity: number): Service {
	let [tokens, countedAt] = [capacity, 0];
	return {
		take(now, latencyMs) {
			tokens = Math.min(capacity, tokens + ((now - countedAt) * perSecond) / 1000);
			countedAt = now;
			if (tokens < 1) return undefined;
			tokens--;
			return latencyMs;
		},
		nextIn: () => ((1 - tokens) * 1000) / perSecond,
	};
}

/** A limit for concurrent requests. */
export function concurrencyLimit(limit: number): Service {
	let ends: number[] = [];
	return {
		take(now, latencyMs) {
			ends = ends.filter((end) => end > now);
			if (ends.length >= limit) return undefined;
			ends.push(now + latencyMs);
			return latencyMs;
		},
		nextIn: (now) => Math.min(...ends) - now,
	};
}

/** Processes requests one after another at a rate, and refuses them while one second's work is waiting. */
export function slowServer(perSecond: number): Service {
	let freeAt = 0;
	return {
		take(now) {
			if (freeAt - now > 1000) return undefined;
			freeAt = Math.max(freeAt, now) + 1000 / perSecond;
			return freeAt - now;
		},
		nextIn: (now) => freeAt - 1000 - now,
	};
}

/** Refuses nothing. */
export const unlimited = (): Service => ({ take: (_now, latencyMs) => latencyMs, nextIn: () => 0 });

export interface Simulation {
	name: string;
	service: () => Service;
	items: number;
	/** The time of a client that knows the limit and the clock, in milliseconds. */
	idealMs: number;
	/** Whether the scheduler isn't made for it, and only has to get all items through. */
	isHard?: boolean;
}

/** All kinds of limits, each for `perSecond` items per second. */
export function toSimulations(items: number, perSecond: number): Simulation[] {
	const toMs = (burst: number) => ((items - burst) / perSecond) * 1000 + LATENCY_MS;
	const atOnce = (perSecond * LATENCY_MS) / 1000;
	const simulations: Array<Omit<Simulation, 'items'>> = [
		{
			name: 'fixed window of 1 s',
			service: () => fixedWindow(perSecond),
			idealMs: toMs(perSecond),
		},
		{
			name: 'sliding window of 1 s',
			service: () => slidingWindow(perSecond),
			idealMs: toMs(perSecond),
		},
		{
			name: 'token bucket of 1 s',
			service: () => tokenBucket(perSecond, perSecond),
			idealMs: toMs(perSecond),
		},
		{
			name: `at most ${atOnce} at once`,
			service: () => concurrencyLimit(atOnce),
			idealMs: toMs(atOnce),
		},
		{
			name: 'slow server with a queue of 1 s',
			service: () => slowServer(perSecond),
			idealMs: toMs(0),
		},
		{
			name: 'fixed window that ends in 0.25 s',
			service: () => fixedWindow(perSecond, 750),
			idealMs: toMs(perSecond),
			isHard: true,
		},
		{
			name: 'sliding window of 1 s that counts refused requests',
			service: () => slidingWindow(perSecond, true),
			idealMs: toMs(perSecond),
			isHard: true,
		},
		{
			name: 'token bucket of 0.2 s',
			service: () => tokenBucket(perSecond, perSecond / 5),
			idealMs: toMs(perSecond / 5),
			isHard: true,
		},
	];
	return simulations.map((simulation) => ({ ...simulation, items }));
}

const REFUSED: Attempt<number> = { ok: false, error: new Error('refused'), retry: 'pause' };

/**
 * Runs the scheduler with a service, on a virtual clock.
 *
 * @param seed determines the latencies
 * @param latency in milliseconds, plus or minus a tenth; also for refusals
 */
export async function simulate(
	{ service: start, items }: Pick<Simulation, 'service' | 'items'>,
	{
		hasRetryAfter = false,
		seed = 1,
		latency = LATENCY_MS,
		...settings
	}: Partial<ScheduleOptions<number>> & {
		hasRetryAfter?: boolean;
		seed?: number;
		latency?: number;
	},
) {
	const service = start();
	const clock = new VirtualClock();
	const random = toRandom(seed);
	clock.random = random;
	let [requests, underWay, mostAtOnce] = [0, 0, 0];
	const attempt = async (job: number): Promise<Attempt<number>> => {
		requests++;
		mostAtOnce = Math.max(mostAtOnce, ++underWay);
		const latencyMs = latency * (0.9 + 0.2 * random());
		const responseMs = service.take(clock.now(), latencyMs);
		const retryAfterMs = service.nextIn(clock.now());
		await clock.sleep(responseMs ?? latencyMs);
		underWay--;
		if (responseMs !== undefined) return { ok: true, value: job };
		return { ...REFUSED, ...(hasRetryAfter && { retryAfterMs }) };
	};
	const defaults = { concurrency: 64, retries: 3, stopOnFailure: true, keyOf: String, clock };
	const jobs = Array.from({ length: items }, (_, job) => job);
	const result = await clock.run(schedule(jobs, attempt, { ...defaults, ...settings }));
	const succeeded = countSucceeded(result.attempts);
	return { ...result, succeeded, requests, mostAtOnce, elapsedMs: clock.now() };
}

/** Counts the jobs whose last attempt succeeded. */
export function countSucceeded(attempts: ReadonlyArray<Attempt<unknown> | undefined>): number {
	return attempts.filter((attempt) => attempt?.ok).length;
}

/** Random numbers that are the same each time (mulberry32). */
function toRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

export interface Outcome {
	simulation: Simulation;
	perSecond: number;
	hasRetryAfter: boolean;
	/** The worst of all runs. */
	requestsPerItem: number;
	timeToIdeal: number;
	mostAtOnce: number;
	failed: number;
}

/** Runs each simulation with some seeds, without and with `Retry-After`. */
export async function simulateAll(seeds: number, concurrency: number): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (const [items, perSecond] of [
		[200, 50],
		[100, 10],
	] as const) {
		for (const simulation of toSimulations(items, perSecond)) {
			for (const hasRetryAfter of [false, true]) {
				const runs = [];
				for (let seed = 1; seed <= seeds; seed++) {
					runs.push(await simulate(simulation, { hasRetryAfter, seed, concurrency }));
				}
				outcomes.push({
					...{ simulation, perSecond, hasRetryAfter },
					requestsPerItem: Math.max(...runs.map(({ requests }) => requests)) / items,
					timeToIdeal: Math.max(...runs.map(({ elapsedMs }) => elapsedMs)) / simulation.idealMs,
					mostAtOnce: Math.max(...runs.map((run) => run.mostAtOnce)),
					failed: Math.max(...runs.map(({ succeeded }) => items - succeeded)),
				});
			}
		}
	}
	return outcomes;
}
