import type { IDataObject } from 'n8n-workflow';
import {
	findMessageId,
	verifyQueueResponse,
} from '../../nodes/ZApiPinMessage/operations/verifyQueueResponse';
import {
	hasError,
	hasSuccessStatus,
	toErrorText,
	toNetworkCode,
	toRetryAfterMs,
} from '../../nodes/shared/transport/response';
import { isFalse, isJson, isTrue, toObject } from '../../nodes/shared/json';

test.each([[null], [undefined], ['text'], [1], [true], [[{ error: 'in a list' }]]])(
	'%j is no object',
	(body) => {
		expect(toObject(body)).toStrictEqual({});
		expect(toErrorText(body)).toBe('');
		expect(hasError(body)).toBe(false);
	},
);

test('an object stays the same object', () => {
	const body = { a: 1 };
	expect(toObject(body)).toBe(body);
});

test.each<[value: unknown, expected: boolean]>([
	[true, true],
	['true', true],
	[false, false],
	['false', false],
	['TRUE', false],
	['', false],
	[1, false],
	[undefined, false],
])('%j is true: %s', (value, expected) => {
	expect(isTrue(value)).toBe(expected);
});

test.each<[value: unknown, expected: boolean]>([
	[false, true],
	['false', true],
	[true, false],
	['FALSE', false],
	['', false],
	[0, false],
	[null, false],
	[undefined, false],
])('%j is false: %s', (value, expected) => {
	expect(isFalse(value)).toBe(expected);
});

test.each<[body: unknown, expected: boolean]>([
	[{}, true],
	[[], true],
	['', false],
	['<html>', false],
	[null, false],
	[undefined, false],
])('%j is JSON of Z-API: %s', (body, expected) => {
	expect(isJson(body)).toBe(expected);
});

test("Z-API's text is cut to 1,000 characters", () => {
	expect(toErrorText({ error: 'a'.repeat(999), message: 'bcd' })).toBe(`${'a'.repeat(999)}:`);
});

test.each<[body: unknown, text: string]>([
	[{ error: 'NOT_FOUND', message: 'Unable' }, 'NOT_FOUND: Unable'],
	[{ error: 'NOT_FOUND' }, 'NOT_FOUND'],
	[{ message: 'Unable' }, 'Unable'],
	[{ error: { code: 1 }, message: null }, '{"code":1}'],
	[{ error: ['a'], message: ' ' }, '["a"]'],
	[{ error: 500, message: true }, ''],
	[{}, ''],
])('%j says %j', (body, text) => {
	expect(toErrorText(body)).toBe(text);
});

test.each<[error: unknown, expected: boolean]>([
	['NOT_FOUND', true],
	[true, true],
	[{}, true],
	[500, true],
	['', false],
	[null, false],
	[false, false],
])('{"error": %j} reports an error: %s', (error, expected) => {
	expect(hasError({ error })).toBe(expected);
});

test.each<[statusCode: number | undefined, expected: boolean]>([
	[199, false],
	[200, true],
	[201, true],
	[299, true],
	[300, false],
	[undefined, false],
])('HTTP status %s is a success: %s', (statusCode, expected) => {
	expect(hasSuccessStatus({ statusCode })).toBe(expected);
});

test.each<[statusCode: number, body: unknown, isAccepted: boolean]>([
	[200, { zaapId: 'Z', messageId: 'A1', id: 'A1' }, true],
	[200, { messageId: 'A1' }, true],
	[200, { id: 'A1' }, true],
	[201, { id: 'A1' }, true],
	[200, {}, false],
	[200, { zaapId: 'Z' }, true],
	[200, { messageId: ' ', id: 'false', zaapId: 'null' }, false],
	[200, { messageId: 'false', id: 'A1' }, true],
	[200, { messageId: 'A 1' }, false],
	[200, { messageId: 2 ** 53 - 1 }, true],
	[200, { messageId: 2 ** 53 }, false],
	[200, { messageId: 1.5 }, false],
	[200, { messageId: '' }, false],
	[200, { messageId: '', id: '' }, false],
	[200, { messageId: 3 }, true],
	[200, { messageId: 0 }, false],
	[200, { messageId: true }, false],
	[200, { messageId: {} }, false],
	[200, { messageId: ['A1'] }, false],
	[200, { messageId: 'a'.repeat(200) }, true],
	[200, { messageId: 'a'.repeat(201) }, false],
	[200, { messageId: 'A1', error: 'refused' }, false],
	[200, [{ messageId: 'A1' }], false],
	[200, '<html>', false],
	[400, { messageId: 'A1' }, false],
])('HTTP %i with %j is accepted: %s', (statusCode, body, isAccepted) => {
	expect(verifyQueueResponse({ statusCode, body })).toBe(isAccepted ? body : undefined);
});

test.each<[body: IDataObject, messageId: string | undefined]>([
	[{ messageId: 'A1', id: 'B2', zaapId: 'Z' }, 'A1'],
	[{ messageId: 'false', id: 'B2', zaapId: 'Z' }, 'B2'],
	[{ id: 12 }, '12'],
	[{ zaapId: 'Z' }, undefined],
])('the message ID of %j is %s', (body, messageId) => {
	expect(findMessageId(body)).toBe(messageId);
});

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

const axiosOf = (cause: { code: string; syscall?: string }) => ({ code: cause.code, cause });

const TIMEOUT = { code: 'ETIMEDOUT', syscall: 'connect' };
const TWO_TIMEOUTS = Object.assign(new AggregateError([TIMEOUT, TIMEOUT]), { code: 'ETIMEDOUT' });

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
	[
		'a timeout while connecting',
		{ code: 'ETIMEDOUT', syscall: 'connect' },
		'UND_ERR_CONNECT_TIMEOUT',
	],
	[
		'the same of two addresses, as axios wraps it',
		wrap(axiosOf(TWO_TIMEOUTS), 1),
		'UND_ERR_CONNECT_TIMEOUT',
	],
	['a timeout while reading', axiosOf({ code: 'ETIMEDOUT', syscall: 'read' }), 'ETIMEDOUT'],
	[
		'a network down before the response, wrapped',
		axiosOf({ code: 'ENETDOWN', syscall: 'read' }),
		'ECONNRESET',
	],
	['no code', new Error('none'), 'UNKNOWN'],
	['a cause that is text', wrap('ECONNRESET', 1), 'UNKNOWN'],
	['nothing', undefined, 'UNKNOWN'],
	['null', null, 'UNKNOWN'],
])('the network code, %s', (_what, error, code) => {
	expect(toNetworkCode(error)).toBe(code);
});
