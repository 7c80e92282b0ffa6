import { withLock } from '../../nodes/ZApiPinMessageTrigger/registration/lock';

/** In milliseconds. Longer than Z-API's slowest responses. */
const LONG = 600_000;

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

test('a run waits for the previous one, however long it takes, and both return their results', async () => {
	const log: string[] = [];
	const [a, b] = [toWork(log, 'a'), toWork(log, 'b')];
	const both = Promise.all([withLock('key', a.run), withLock('key', b.run)]);
	await jest.advanceTimersByTimeAsync(LONG);
	expect(log).toStrictEqual(['a begins']);
	a.end();
	b.end();
	expect(await both).toStrictEqual(['a', 'b']);
	expect(log).toStrictEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a run waits for the one before it when an earlier one has ended', async () => {
	const log: string[] = [];
	const [a, b, c] = [toWork(log, 'a'), toWork(log, 'b'), toWork(log, 'c')];
	const earlier = [withLock('key', a.run), withLock('key', b.run)];
	a.end();
	await earlier[0];
	c.end();
	const last = withLock('key', c.run);
	b.end();
	await Promise.all([...earlier, last]);
	expect(log).toStrictEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('a run starts when the previous one is rejected', async () => {
	const rejected = withLock('key', async () => await Promise.reject(new Error('a')));
	const next = withLock('key', async () => await Promise.resolve('b'));
	await expect(rejected).rejects.toThrow('a');
	expect(await next).toBe('b');
});

test('runs of other keys do not wait', async () => {
	const log: string[] = [];
	const a = toWork(log, 'a');
	const first = withLock('key', a.run);
	expect(await withLock('other', async () => await Promise.resolve('b'))).toBe('b');
	a.end();
	await first;
});
