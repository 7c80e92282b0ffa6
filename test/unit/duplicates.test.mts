import { forget, isDuplicate } from '../../nodes/ZApiPinMessageTrigger/callback/duplicates';

const MINUTE = 60_000;

beforeEach(() => jest.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => {
	// What one test leaves behind is too old for the next.
	jest.advanceTimersByTime(20 * MINUTE);
	isDuplicate('last');
	jest.useRealTimers();
});

test('a call is a duplicate within ten minutes, and not after', () => {
	expect(isDuplicate('a')).toBe(false);
	jest.advanceTimersByTime(10 * MINUTE - 1);
	expect(isDuplicate('a')).toBe(true);
	jest.advanceTimersByTime(1);
	expect(isDuplicate('a')).toBe(false);
});

test('another call is not a duplicate', () => {
	expect([isDuplicate('b'), isDuplicate('c')]).toStrictEqual([false, false]);
});

test('a forgotten call is not a duplicate', () => {
	isDuplicate('d');
	forget('d');
	expect(isDuplicate('d')).toBe(false);
});

test('the latest 20,000 calls are remembered', () => {
	for (let call = 0; call <= 20_000; call++) isDuplicate(`${call}`);
	expect([isDuplicate('1'), isDuplicate('20000'), isDuplicate('0')]).toStrictEqual([
		true,
		true,
		false,
	]);
});
