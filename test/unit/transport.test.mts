import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { isDeeperThan } from '../../nodes/shared/json';
import { receive, toNetworkCode, toRetryAfterMs } from '../../nodes/shared/transport/transport';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each<[value: unknown, ms: number | undefined]>([
	['2', 2000],
	['2.5', 2500],
	[' 3 ', 3000],
	['0', 0],
	['-1', 0],
	['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
	['Wed, 31 Dec 2025 23:59:55 GMT', 0],
	['soon', undefined],
	['Infinity', undefined],
	['', undefined],
	['  ', undefined],
	[undefined, undefined],
	[2, undefined],
	[['2'], undefined],
])('Retry-After %j: %s ms', (value, ms) => {
	expect(toRetryAfterMs(value, NOW)).toBe(ms);
});

test('a date is compared with the present', () => {
	const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
	const ms = toRetryAfterMs(inAnHour);
	expect(ms).toBeGreaterThan(3_500_000);
	expect(ms).toBeLessThanOrEqual(3_600_000);
});

/** An error within so many others. */
const wrap = (cause: unknown, depth: number): unknown =>
	depth === 0 ? cause : wrap(new Error('wrapped', { cause }), depth - 1);

const RESET = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

test.each<[what: string, error: unknown, code: string]>([
	['as it is', RESET, 'ECONNRESET'],
	['wrapped four times', wrap(RESET, 4), 'ECONNRESET'],
	['wrapped too often', wrap(RESET, 5), 'UNKNOWN'],
	['the outer of two codes', { code: 'ETIMEDOUT', cause: RESET }, 'ETIMEDOUT'],
	['a code that is a number', { code: 500, cause: RESET }, 'ECONNRESET'],
	['a network down', { code: 'ENETDOWN', syscall: 'connect' }, 'ENETDOWN'],
	['a network down before the response', { code: 'ENETDOWN', syscall: 'read' }, 'ECONNRESET'],
	['a network down while sending', { code: 'EHOSTUNREACH', syscall: 'write' }, 'ECONNRESET'],
	['a TLS failure', { code: 'EPROTO', syscall: 'write' }, 'EPROTO'],
	['no code', new Error('none'), 'UNKNOWN'],
	['a cause that is text', wrap('ECONNRESET', 1), 'UNKNOWN'],
	['nothing', undefined, 'UNKNOWN'],
	['null', null, 'UNKNOWN'],
])('the network code, %s', (_what, error, code) => {
	expect(toNetworkCode(error)).toBe(code);
});

test.each<[value: unknown, depth: number]>([
	['text', 0],
	[null, 0],
	[{}, 1],
	[[1, null, 'text'], 1],
	[{ a: 1, b: [{}] }, 3],
	[[[], [[]]], 3],
])('%j is %d deep', (value, depth) => {
	expect(isDeeperThan(depth, value)).toBe(false);
	if (depth > 0) expect(isDeeperThan(depth - 1, value)).toBe(true);
});

test('after a response, nothing waits for its deadline, as this would keep it in memory', async () => {
	const timeout = jest.spyOn(AbortSignal, 'timeout');
	const response = { statusCode: 200, headers: {}, body: Readable.from([Buffer.from('{"a":1}')]) };
	expect(await receive(Promise.resolve(response), 60_000)).toMatchObject({ body: { a: 1 } });
	const deadline = timeout.mock.results[0]?.value as AbortSignal;
	expect(getEventListeners(deadline, 'abort')).toStrictEqual([]);
});
