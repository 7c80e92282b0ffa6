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
