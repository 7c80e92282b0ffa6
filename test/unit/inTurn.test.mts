import { inTurn } from '../../nodes/ZApiPinMessageTrigger/registration/inTurn';

const TIMEOUT = 30_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Something that takes until it is told to end. */
function toWork(log: string[], name: string) {
	let end: () => void = () => undefined;
	const ended = new Promise<void>((resolve) => (end = resolve));
	const run = async () => {
		log.push(`${name} begins`);
		await ended;
		log.push(`${name} ends`);
		return name;
	};
	return { run, end };
}

test('a run waits for the previous one, and both return their results', async () => {
	const log: string[] = [];
	const [a, b] = [toWork(log, 'a'), toWork(log, 'b')];
	const both = Promise.all([inTurn('key', TIMEOUT, a.run), inTurn('key', TIMEOUT, b.run)]);
	await jest.advanceTimersByTimeAsync(TIMEOUT - 1);
	expect(log).toStrictEqual(['a begins']);
	a.end();
	b.end();
	expect(await both).toStrictEqual(['a', 'b']);
	expect(log).toStrictEqual(['a begins', 'a ends', 'b begins', 'b ends']);
	// No timer is left behind.
	expect(jest.getTimerCount()).toBe(0);
});

test('a run waits for the timeout at most, then starts', async () => {
	const log: string[] = [];
	const [a, b] = [toWork(log, 'a'), toWork(log, 'b')];
	const both = Promise.all([inTurn('key', TIMEOUT, a.run), inTurn('key', TIMEOUT, b.run)]);
	await jest.advanceTimersByTimeAsync(TIMEOUT);
	expect(log).toStrictEqual(['a begins', 'b begins']);
	a.end();
	b.end();
	await both;
});

test('a run waits for the one before it when an earlier one has ended', async () => {
	const log: string[] = [];
	const [a, b, c] = [toWork(log, 'a'), toWork(log, 'b'), toWork(log, 'c')];
	const earlier = [inTurn('key', TIMEOUT, a.run), inTurn('key', TIMEOUT, b.run)];
	a.end();
	await earlier[0];
	c.end();
	const last = inTurn('key', TIMEOUT, c.run);
	b.end();
	await Promise.all([...earlier, last]);
	expect(log).toStrictEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('a run starts when the previous one is rejected', async () => {
	const rejected = inTurn('key', TIMEOUT, async () => await Promise.reject(new Error('a')));
	const next = inTurn('key', TIMEOUT, async () => await Promise.resolve('b'));
	await expect(rejected).rejects.toThrow('a');
	expect(await next).toBe('b');
});

test('runs of other keys do not wait', async () => {
	const log: string[] = [];
	const a = toWork(log, 'a');
	const first = inTurn('key', TIMEOUT, a.run);
	expect(await inTurn('other', TIMEOUT, async () => await Promise.resolve('b'))).toBe('b');
	a.end();
	await first;
});

test('after all runs have ended, a new one does not wait', async () => {
	await inTurn('key', TIMEOUT, async () => await Promise.resolve());
	const log: string[] = [];
	const b = toWork(log, 'b');
	const next = inTurn('key', TIMEOUT, b.run);
	// At once, not in a later turn of the event loop.
	expect(log).toStrictEqual(['b begins']);
	b.end();
	await next;
});
