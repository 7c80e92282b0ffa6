import { Masker, withoutForms } from '../../scripts/probe/masker.mts';

const CASES: Array<[what: string, value: unknown, masked: unknown]> = [
	[
		'a message ID',
		{ messageId: '3EB0C767D26A1B7E5A2F' },
		{ messageId: '<message ID #1, 20 characters A-F0-9>' },
	],
	[
		'its spelling in the queue',
		{ MessageId: 'ABC' },
		{ MessageId: '<message ID #1, 3 characters A-F0-9>' },
	],
	['a phone number', { phone: '5511999999999' }, { phone: '<phone number #1, 13 digits>' }],
	['a group', { phone: '120363019502650977-group' }, { phone: '<group ID #1, 18 digits-group>' }],
	[
		'an older group',
		{ phone: '5511999999999-1623281429' },
		{ phone: '<group ID #1, 13 digits-10 digits>' },
	],
	['a LID', { chatLid: '999999999999999@lid' }, { chatLid: '<LID #1, 15 digits@lid>' }],
	['a number', { momment: 1763979175000 }, { momment: '<time #1, number of 13 digits>' }],
	['a number as text', { unread: '0' }, { unread: '<number #1, 1 digit>' }],
	['a name', { senderName: 'Ana Souza' }, { senderName: '<name #1, 9 characters>' }],
	['a text', { text: { message: 'Hi!' } }, { text: { message: '<text #1, 3 characters>' } }],
	['a URL', { value: 'https://x.test/?secret' }, { value: '<URL #1, https>' }],
	[
		'a field that nobody knows',
		{ later: 'aB3_d-'.repeat(4) },
		{ later: '<ID #1, 24 characters A-Za-z0-9_->' },
	],
	['a field that is an ID', { 5511999999999: true }, { '<field #1, 13 digits>': true }],
	[
		'booleans, nothing and emptiness',
		{ a: true, b: 'false', c: null, d: '' },
		{ a: true, b: 'false', c: null, d: '' },
	],
	[
		'words of Z-API’s own',
		{ type: 'DeliveryCallback', error: 'Invalid phone' },
		{ type: 'DeliveryCallback', error: 'Invalid phone' },
	],
	['a pin’s duration', { pinDurationInSecs: 604800 }, { pinDurationInSecs: 604800 }],
	[
		'an explanation',
		{ error: 'NOT_FOUND', message: 'No method' },
		{ error: 'NOT_FOUND', message: 'No method' },
	],
	['a header', { 'z-api-token': 'canary' }, { 'z-api-token': '<text #1, 6 characters A-Za-z0-9>' }],
];

test.each(CASES)('keeps only the form of %s', (_what, value, masked) => {
	expect(new Masker().mask(value)).toStrictEqual(masked);
});

test.each([
	['203.0.113.7 not allowed', '<IP address> not allowed'],
	['[2001:db8::7] not allowed', '[<IP address>] not allowed'],
	['See https://x.test/a?b=c.', 'See <URL>'],
	['Write to ana@x.test', 'Write to <e-mail address>'],
	['+55 (11) 99999-9999 or 5511999999999', '<number> or <number>'],
	['Unknown 5511999999999@c.us', 'Unknown <JID>'],
	['Message 3EB0C767D26A1B7E5A2F not found', 'Message <ID> not found'],
	[
		'SendPinChatMessage not available to channels.',
		'SendPinChatMessage not available to channels.',
	],
])('masks private parts of a sentence: %s', (text, masked) => {
	expect(withoutForms(new Masker().maskText(text))).toBe(masked);
});

test('a known secret is masked in any form, in any case and in URLs', () => {
	const masker = new Masker();
	masker.know('instance token', 'to/ken');
	for (const text of ['No to/ken here', 'No TO/KEN here', 'No to%2Fken here']) {
		expect(withoutForms(masker.maskText(text))).toBe('No <instance token> here');
		expect(masker.scrub(text)).toBe('No <masked> here');
	}
	expect(withoutForms(JSON.stringify(masker.mask({ type: 'to/ken', 'to/ken': 1 })))).toBe(
		'{"type":"<instance token>","<field>":"<number of number>"}',
	);
});

test('a secret at the end of a long text is not shown in part', () => {
	const masker = new Masker();
	masker.know('instance token', 'short-secret');
	expect(masker.maskText(`${'x '.repeat(147)}short-secret`)).not.toMatch(/short/);
});

test('the same value has the same number', () => {
	const masked = new Masker().mask({ messageId: 'A1', id: 'A1', zaapId: 'B2' }) as object;
	expect(Object.values(masked).map((text: string) => /#\d/.exec(text)?.[0])).toStrictEqual([
		'#1',
		'#1',
		'#2',
	]);
});

test('the final pass masks values that were masked elsewhere', () => {
	const masker = new Masker();
	masker.mask({ phone: '5511999999999' });
	expect(masker.scrub('Chat 5511999999999')).toBe('Chat <masked>');
});
