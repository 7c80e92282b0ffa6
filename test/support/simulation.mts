import { schedule, type ScheduleOptions } from '../../nodes/ZApiPinMessage/execution/scheduler';
import type { AttemptResult } from '../../nodes/ZApiPinMessage/operations/operation';
import { VirtualClock } from './virtualClock.mts';

/** The default latency. */
export const LATENCY_MS = 100;

/** The default of the option Max Concurrent Requests. */
export const CONCURRENCY = 64;

const TIMED_OUT = -1;

const TIMEOUT_MS = 30_000;

/** How long a job that is always refused is tried, with the default of the option Retries. */
const ALL_TRIES_MS = 250 + 500 + 1000 + 2000 + 4000 + 3 * 8000 + 9 * LATENCY_MS;

/** A service that lets some requests through and refuses the others. */
export interface Service {
	/**
	 * Accepts or refuses a request.
	 *
	 * @param now in milliseconds, from 0
	 * @param latencyMs the usual latency of this response
	 * @returns the latency, `TIMED_OUT` if there is no response, undefined if the request is refused
	 */
	take: (now: number, latencyMs: number, job: number) => number | undefined;
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

/** Refuses everything until some time, and nothing afterwards. */
export function outage(untilMs: number): Service {
	return {
		take: (now, latencyMs) => (now < untilMs ? undefined : latencyMs),
		nextIn: (now) => untilMs - now,
	};
}

/** Refuses the first request, and responds to none of the others. */
function refusedThenTimeouts(): Service {
	let requests = 0;
	return { take: () => (requests++ === 0 ? undefined : TIMED_OUT), nextIn: () => 0 };
}

export interface Simulation {
	name: string;
	service: () => Service;
	items: number;
	/** The time of a client that knows the limit and the clock, in milliseconds. */
	idealMs: number;
	/** Whether no client can be fast without knowing more, so that all items only have to get through. */
	isHard?: boolean;
	/** The limit, if there is one. */
	perSecond?: number;
	/** Items that are refused whatever the service allows, as their chats are. */
	isRefused?: (job: number) => boolean;
	/** What `Retry-After` says: when the service accepts the next request, or always this, in milliseconds. */
	retryAfter?: 'exact' | number;
	/** Whether the requests that fail for other reasons make all items fail. */
	isFailing?: boolean;
}

/** All kinds of limits, each for `perSecond` items per second. */
export function toSimulations(items: number, perSecond: number): Simulation[] {
	const toMs = (burst: number) => ((items - burst) / perSecond) * 1000 + LATENCY_MS;
	const atOnce = (perSecond * LATENCY_MS) / 1000;
	const simulations: Array<Omit<Simulation, 'items' | 'perSecond'>> = [
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
	return simulations.map((simulation) => ({ ...simulation, items, perSecond }));
}

/** What else can be wrong with a service. */
export function toTroubles(): Simulation[] {
	const toMs = (items: number) => Math.ceil(items / CONCURRENCY) * LATENCY_MS;
	const refusing = (
		name: string,
		items: number,
		isRefused: (job: number) => boolean,
		retryAfter?: number,
	): Simulation => ({
		name,
		service: unlimited,
		items,
		idealMs: toMs(items) + ALL_TRIES_MS + 8 * (retryAfter ?? 0),
		isHard: true,
		isRefused,
		retryAfter,
	});
	const out = (seconds: number, items: number, retryAfter?: number): Simulation => ({
		name: `503 for ${seconds} s${retryAfter === undefined ? '' : `, Retry-After: ${retryAfter / 1000}`}`,
		service: () => outage(seconds * 1000),
		items,
		idealMs: seconds * 1000 + toMs(items),
		isHard: true,
		retryAfter,
	});
	return [
		refusing('each 10th of 1,000 chats always refused', 1000, (job) => job % 10 === 3),
		refusing('the first 100 of 1,000 chats always refused', 1000, (job) => job < 100),
		refusing('the last 100 of 1,000 chats always refused', 1000, (job) => job >= 900),
		refusing('each 10th of 10,000 chats always refused', 10_000, (job) => job % 10 === 3),
		refusing('8 of 300 chats always refused', 300, (job) => job % 37 === 5),
		refusing('one of 10,000 chats always refused', 10_000, (job) => job === 5),
		refusing(
			'one of 1,000 chats always refused, Retry-After: 60',
			1000,
			(job) => job === 5,
			60_000,
		),
		...[0.5, 2, 8, 15, 30].map((seconds) => out(seconds, 100)),
		...[-5000, 0, 1000].flatMap((retryAfter) => [
			out(8, 100, retryAfter),
			out(30, 100, retryAfter),
		]),
		...[0.5, 30].map((seconds) => out(seconds, 1)),
		out(0.5, 1000),
		{
			name: '10 a second, Retry-After: 60',
			service: () => fixedWindow(10),
			items: 1000,
			// Half of what the scheduler took once: each look for more costs a minute.
			idealMs: 2_228_000 / 3,
			isHard: true,
			perSecond: 10,
			retryAfter: 60_000,
		},
		{
			name: 'one refusal, then time-outs',
			service: refusedThenTimeouts,
			items: 500,
			idealMs: Math.ceil(500 / CONCURRENCY) * 4 * TIMEOUT_MS,
			isHard: true,
			isFailing: true,
		},
	];
}

const REFUSED = { ok: false, error: new Error('refused'), retry: 'pause' } as const;

/**
 * Runs the scheduler with a service, on a virtual clock.
 *
 * @param seed determines the latencies
 * @param latency in milliseconds, plus or minus a tenth; also for refusals
 */
export async function simulate(
	{ service: start, items, isRefused, retryAfter }: Omit<Simulation, 'name' | 'idealMs'>,
	{
		seed = 1,
		latency = LATENCY_MS,
		...settings
	}: Partial<ScheduleOptions<number>> & { seed?: number; latency?: number } = {},
) {
	const service = start();
	const clock = new VirtualClock();
	const random = toRandom(seed);
	clock.random = random;
	const requests = new Map<number, number>();
	let [underWay, mostAtOnce] = [0, 0];
	const attempt = async (job: number): Promise<AttemptResult<number>> => {
		requests.set(job, (requests.get(job) ?? 0) + 1);
		mostAtOnce = Math.max(mostAtOnce, ++underWay);
		const latencyMs = latency * (0.9 + 0.2 * random());
		const responseMs = isRefused?.(job) ? undefined : service.take(clock.now(), latencyMs, job);
		const retryAfterMs = retryAfter === 'exact' ? service.nextIn(clock.now()) : retryAfter;
		await clock.sleep(responseMs === TIMED_OUT ? TIMEOUT_MS : (responseMs ?? latencyMs));
		underWay--;
		if (responseMs === undefined) return { ...REFUSED, retryAfterMs };
		if (responseMs !== TIMED_OUT) return { ok: true, value: job };
		return { ok: false, error: new Error('timed out'), retry: 'backOff' };
	};
	const jobs = Array.from({ length: items }, (_, job) => job);
	const { results, ...outcome } = await clock.run(
		schedule(jobs, attempt, {
			concurrency: CONCURRENCY,
			retries: 3,
			stopOnFailure: false,
			keyOf: String,
			clock,
			...settings,
		}),
	);
	const healthy = jobs.filter((job) => !isRefused?.(job));
	return {
		...outcome,
		failed: healthy.filter((job) => !results.get(job)?.ok).length,
		requests: [...requests.values()].reduce((sum, count) => sum + count, 0),
		mostAttempts: Math.max(...requests.values()),
		mostAtOnce,
		elapsedMs: clock.now(),
	};
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
	perSecond: number | '–';
	hasRetryAfter: boolean;
	/** The worst of all runs. */
	requestsPerItem: number;
	timeToIdeal: number;
	msPerItem: number;
	mostAtOnce: number;
	mostAttempts: number;
	failed: number;
}

/** Runs each simulation with some seeds; limits without and with `Retry-After`. */
export async function simulateAll(seeds: number): Promise<Outcome[]> {
	const limits = [
		...toSimulations(200, 50),
		...toSimulations(100, 10),
		...toSimulations(10_000, 50).slice(0, 1),
	].flatMap((limit) => [limit, { ...limit, retryAfter: 'exact' as const }]);
	const outcomes: Outcome[] = [];
	for (const simulation of [...limits, ...toTroubles()]) {
		const { items, idealMs, perSecond = '–', retryAfter } = simulation;
		const runs: Array<Awaited<ReturnType<typeof simulate>>> = [];
		for (let seed = 1; seed <= seeds; seed++) runs.push(await simulate(simulation, { seed }));
		const worst = (of: (run: (typeof runs)[number]) => number) => Math.max(...runs.map(of));
		outcomes.push({
			simulation,
			perSecond,
			hasRetryAfter: retryAfter !== undefined,
			requestsPerItem: worst(({ requests }) => requests) / items,
			timeToIdeal: worst(({ elapsedMs }) => elapsedMs) / idealMs,
			msPerItem: worst(({ elapsedMs }) => elapsedMs) / items,
			mostAtOnce: worst((run) => run.mostAtOnce),
			mostAttempts: worst((run) => run.mostAttempts),
			failed: worst((run) => run.failed),
		});
	}
	return outcomes;
}
