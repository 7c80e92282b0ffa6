import { TtlCache } from '../../nodes/ZApiPinMessageTrigger/callback/ttlCache';

const MINUTE = 60_000;

beforeEach(() => jest.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => jest.useRealTimers());

test('a value is kept for ten minutes', () => {
	const cache = new TtlCache<string>(10);
	cache.set('a', 'A');
	jest.advanceTimersByTime(10 * MINUTE - 1);
	expect([cache.get('a'), cache.get('b')]).toStrictEqual(['A', undefined]);
	jest.advanceTimersByTime(1);
	expect(cache.get('a')).toBeUndefined();
});

test('a value that is set again is kept as long again', () => {
	const cache = new TtlCache<string>(10);
	cache.set('a', 'A');
	cache.delete('a');
	expect(cache.get('a')).toBeUndefined();
	jest.advanceTimersByTime(MINUTE);
	cache.set('b', 'B');
	cache.set('a', 'A');
	jest.advanceTimersByTime(10 * MINUTE - 1);
	expect(cache.get('a')).toBe('A');
});

test('the latest values are kept', () => {
	const cache = new TtlCache<number>(3);
	for (const [number, key] of ['a', 'b', 'c', 'd'].entries()) cache.set(key, number);
	expect(['a', 'b', 'd'].map((key) => cache.get(key))).toStrictEqual([undefined, 1, 3]);
});
