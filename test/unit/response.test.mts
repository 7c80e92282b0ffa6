import { verifyQueueResponse } from '../../nodes/ZApiPinMessage/operations/verifyQueueResponse';
import { hasError, hasSuccessStatus, toErrorText } from '../../nodes/shared/transport/response';
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
	[200, { zaapId: 'Z' }, false],
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
