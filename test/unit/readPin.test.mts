import { readPin } from '../../nodes/ZApiPinMessage/operations/pin';

const VALID = { phone: '5511999999999', messageId: 'A1', duration: '7_days' };

const readItem = (values: object, action: 'pin' | 'unpin' = 'pin') =>
	readPin(action, (name) => ({ ...VALID, ...values })[name as keyof typeof VALID]);

const refusalOf = (reading: ReturnType<typeof readItem>) =>
	'refusal' in reading ? reading.refusal : undefined;

test('the message ID is checked, and sent without white space around it', () => {
	expect(readItem({ messageId: ' A1\n' }).identity.messageId).toBe('A1');
	expect(refusalOf(readItem({ messageId: 'A 1' }))?.message).toMatch(/Message ID/);
});

test.each([['7 months'], ['8 days'], ['1000h'], ['7 dayss'], [undefined], [7], [['7_days']]])(
	'an unknown Duration is refused when pinning, listing the known ones: %j',
	(duration) => {
		expect(refusalOf(readItem({ duration }))).toMatchObject({
			message: expect.stringMatching(/Duration.* has an unknown value/),
			description: 'Use one of: 24_hours, 7_days, 30_days.',
		});
		expect(refusalOf(readItem({ duration }, 'unpin'))).toBeUndefined();
	},
);

test.each([
	...['24_hours', '24 hours', '24h', '24 Horas', '1 day', '1d', '1 dia'].map((text) => [
		text,
		'24_hours',
	]),
	...['7_days', '7 Days', '7 dias', ' 7d ', '168h', '1 week', '1 semana'].map((text) => [
		text,
		'7_days',
	]),
	...['30-days', '30d', '30 dias', '720 hours'].map((text) => [text, '30_days']),
])('the duration %j is %s', (duration, value) => {
	expect(readItem({ duration })).toMatchObject({ values: { duration: value } });
});

const unreadable = () => {
	throw new Error('invalid syntax');
};

test.each<[what: string, values: object, identity: object]>([
	['nothing', {}, { chat: '5511999999999', messageId: 'A1' }],
	['the chat', { phone: 'Ana' }, { chat: null, messageId: 'A1' }],
	['the message ID', { messageId: '' }, { chat: '5511999999999', messageId: null }],
	['the duration', { duration: 'long' }, { chat: '5511999999999', messageId: 'A1' }],
	['all of it', { phone: '', messageId: '', duration: '' }, { chat: null, messageId: null }],
])('an item in which %s is refused keeps its valid parameters', (_what, values, identity) => {
	expect(readItem(values).identity).toStrictEqual({ action: 'pin', ...identity });
});

test('the first refusal is used', () => {
	const reading = readItem({ messageId: '', duration: '' });
	expect(refusalOf(reading)?.message).toMatch(/Message ID.* is empty/);
});

test("an expression that n8n can't evaluate is refused with n8n's error", () => {
	const reading = readPin('unpin', (name) => (name === 'phone' ? unreadable() : 'A1'));
	expect(refusalOf(reading)?.message).toBe('invalid syntax');
	expect(reading.identity).toStrictEqual({ action: 'unpin', chat: null, messageId: 'A1' });
});
