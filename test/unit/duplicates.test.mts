import { forget, isDuplicate } from '../../nodes/ZApiPinMessageTrigger/duplicates';

const MINUTE = 60_000;

beforeEach(() => jest.useFakeTimers({ now: 0 }));
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

test('another call is none', () => {
	expect([isDuplicate('b'), isDuplicate('c')]).toStrictEqual([false, false]);
});

test('what is forgotten is none', () => {
	isDuplicate('d');
	forget('d');
	expect(isDuplicate('d')).toBe(false);
});

test('no more than 20,000 are remembered, the latest', () => {
	for (let call = 0; call <= 20_000; call++) isDuplicate(`${call}`);
	expect([isDuplicate('1'), isDuplicate('20000'), isDuplicate('0')]).toStrictEqual([
		true,
		true,
		false,
	]);
});
