import { type PinAction, toPinJob } from '../../nodes/ZApiPinMessage/operations/pin';

const VALID = { phone: '5511999999999', messageId: 'A1', duration: '7_days' };

const readJob = (values: object, action: PinAction = 'pin') =>
	toPinJob(action, (name) => ({ ...VALID, ...values })[name as keyof typeof VALID]);

test('the message ID is checked, and sent without white space around it', () => {
	expect(readJob({ messageId: ' A1\n' }).identity.messageId).toBe('A1');
	expect(readJob({ messageId: 'A 1' }).refusal?.message).toMatch(/^'Message ID' /);
});

test.each([['7 days'], [undefined], [7], [['7_days']]])(
	'an unknown Duration is refused when pinning, listing the known ones: %j',
	(duration) => {
		expect(readJob({ duration }).refusal).toMatchObject({
			message: "'Duration' has an unknown value",
			description: 'Use one of: 24_hours, 7_days, 30_days.',
		});
		expect(readJob({ duration }, 'unpin').refusal).toBeUndefined();
	},
);

const unreadable = () => {
	throw new Error('invalid syntax');
};

test.each<[what: string, values: object, identity: object]>([
	['nothing', {}, { chat: '5511999999999', messageId: 'A1' }],
	['the chat', { phone: 'Ana' }, { messageId: 'A1' }],
	['the message ID', { messageId: '' }, { chat: '5511999999999' }],
	['the duration', { duration: 'long' }, { chat: '5511999999999', messageId: 'A1' }],
	['all of it', { phone: '', messageId: '', duration: '' }, {}],
])('an item in which %s is refused keeps its valid parameters', (_what, values, identity) => {
	expect(readJob(values).identity).toStrictEqual({ action: 'pin', ...identity });
});

test('the first refusal is used', () => {
	expect(readJob({ messageId: '', duration: '' }).refusal?.message).toBe("'Message ID' is empty");
});

test("an expression that n8n can't evaluate is refused with n8n's error", () => {
	const job = toPinJob('unpin', (name) => (name === 'phone' ? unreadable() : 'A1'));
	expect(job.refusal?.message).toBe('invalid syntax');
	expect(job.identity).toStrictEqual({ action: 'unpin', messageId: 'A1' });
});
