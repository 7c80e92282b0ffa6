import { toPinRequest } from '../../nodes/ZApiPinMessage/toPinRequest';

const VALID = { operation: 'pin', chat: '5511999999999', messageId: 'A1', duration: '7_days' };

test.each([
	['pin', '24_hours', '24_hours'],
	['pin', '7_days', '7_days'],
	['pin', '30_days', '30_days'],
	['unpin', '7_days', '7_days'],
	['unpin', undefined, '7_days'],
	['unpin', '30_days', '7_days'],
	['unpin', { not: 'shown' }, '7_days'],
])('%s for %j sends the duration %s', (operation, duration, sent) => {
	expect(toPinRequest({ ...VALID, operation, duration })).toStrictEqual({
		phone: '5511999999999',
		messageId: 'A1',
		messageAction: operation,
		pinMessageDuration: sent,
	});
});

test.each<[value: unknown, messageId: string]>([
	[' 77DF5293EBC176FFA6A88838E7A6AD83\n', '77DF5293EBC176FFA6A88838E7A6AD83'],
	['3EB0:1/2_x=', '3EB0:1/2_x='],
	[77, '77'],
	[0, '0'],
	[9007199254740991, '9007199254740991'],
])('message ID %j is sent as %s', (messageId, sent) => {
	expect(toPinRequest({ ...VALID, messageId }).messageId).toBe(sent);
});

test.each<[object]>([
	[{ messageId: undefined }],
	[{ messageId: null }],
	[{ messageId: '' }],
	[{ messageId: '  ' }],
	[{ messageId: 'A 1' }],
	[{ messageId: 'A\n1' }],
	[{ messageId: true }],
	[{ messageId: ['A1'] }],
	[{ messageId: { id: 'A1' } }],
	[{ messageId: NaN }],
	[{ messageId: 1.5 }],
	[{ messageId: 1e21 }],
])('%j is refused with the advice to check the expression', (values) => {
	expect(() => toPinRequest({ ...VALID, ...values })).toThrow(
		expect.objectContaining({
			message: expect.stringMatching(/^Message ID /),
			description: expect.stringMatching(/^Check the expression\./),
		}),
	);
});

test.each<[parameter: string, allowed: string, values: object]>([
	['Operation', 'pin, unpin', { operation: 'delete' }],
	['Operation', 'pin, unpin', { operation: undefined }],
	['Operation', 'pin, unpin', { operation: 'Pin' }],
	['Duration', '24_hours, 7_days, 30_days', { duration: '7 days' }],
	['Duration', '24_hours, 7_days, 30_days', { duration: undefined }],
	['Duration', '24_hours, 7_days, 30_days', { duration: 7 }],
	['Duration', '24_hours, 7_days, 30_days', { duration: ['7_days'] }],
])('an unknown %s is refused, listing %s: %j', (parameter, allowed, values) => {
	expect(() => toPinRequest({ ...VALID, ...values })).toThrow(
		expect.objectContaining({
			message: `${parameter} has an unknown value`,
			description: `Use one of: ${allowed}.`,
		}),
	);
});
