import { inTurn } from '../../nodes/ZApiPinMessageTrigger/inTurn';

const TIMEOUT = 30_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Something that takes until it is told to end. */
function toWork(log: string[], name: string) {
	let end = () => {};
	const ended = new Promise<void>((resolve) => (end = resolve));
	const run = async () => {
		log.push(`${name} begins`);
		await ended;
		log.push(`${name} ends`);
		return name;
	};
	return { run, end };
}

test('one waits for the one before, and both results arrive', async () => {
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

test('one waits no longer than a request may take, then goes on', async () => {
	const log: string[] = [];
	const [a, b] = [toWork(log, 'a'), toWork(log, 'b')];
	const both = Promise.all([inTurn('key', TIMEOUT, a.run), inTurn('key', TIMEOUT, b.run)]);
	await jest.advanceTimersByTimeAsync(TIMEOUT);
	expect(log).toStrictEqual(['a begins', 'b begins']);
	a.end();
	b.end();
	await both;
});

test('one goes on when the one before is rejected', async () => {
	const rejected = inTurn('key', TIMEOUT, async () => await Promise.reject(new Error('a')));
	const next = inTurn('key', TIMEOUT, async () => await Promise.resolve('b'));
	await expect(rejected).rejects.toThrow('a');
	expect(await next).toBe('b');
});

test('other keys do not wait', async () => {
	const log: string[] = [];
	const a = toWork(log, 'a');
	const first = inTurn('key', TIMEOUT, a.run);
	expect(await inTurn('other', TIMEOUT, async () => await Promise.resolve('b'))).toBe('b');
	a.end();
	await first;
});

test('when all is done, nobody waits', async () => {
	await inTurn('key', TIMEOUT, async () => await Promise.resolve());
	const log: string[] = [];
	const b = toWork(log, 'b');
	const next = inTurn('key', TIMEOUT, b.run);
	// At once, not in a later turn of the event loop.
	expect(log).toStrictEqual(['b begins']);
	b.end();
	await next;
});
