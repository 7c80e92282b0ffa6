import fc from 'fast-check';
import { NodeHelpers } from 'n8n-workflow';
import { ZApiPinMessage } from '../../nodes/ZApiPinMessage/ZApiPinMessage.node';
import { toChatId } from '../../nodes/shared/chatId';

const ACCEPTED: Array<[value: unknown, chat: string]> = [
	['5511999999999', '5511999999999'],
	[5511999999999, '5511999999999'],
	['+55 (11) 99999-9999', '5511999999999'],
	['  5511999999999 ', '5511999999999'],
	['\u202a+55 11 99999-9999\u202c', '5511999999999'],
	['5511999999999@s.whatsapp.net', '5511999999999'],
	['5511999999999@c.us', '5511999999999'],
	['5511999999999:12@s.whatsapp.net', '5511999999999'],
	['120363019502650977-group', '120363019502650977-group'],
	['120363019502650977@g.us', '120363019502650977-group'],
	[' 120363019502650977@g.us\n', '120363019502650977-group'],
	['5511999999999-1623281429', '5511999999999-1623281429'],
	['5511999999999-1623281429@g.us', '5511999999999-1623281429'],
	['999999999999999@lid', '999999999999999@lid'],
	['12345678', '12345678'],
	['123456789012345', '123456789012345'],
	[123456789012345, '123456789012345'],
];

test.each(ACCEPTED)('%j becomes %s', (value, chat) => {
	expect(toChatId(value)).toBe(chat);
});

const SHAPE = /5511999999999.*120363019502650977-group.*@lid/;
const GROUPS_ONLY = /private chats and groups only/;

const REFUSED: Array<[value: unknown, description: RegExp]> = [
	['120363166555745933@newsletter', GROUPS_ONLY],
	['5511999999999@broadcast', GROUPS_ONLY],
	['status@broadcast', GROUPS_ONLY],
	['', SHAPE],
	['   ', SHAPE],
	[undefined, SHAPE],
	[null, SHAPE],
	[{}, SHAPE],
	[['5511999999999'], SHAPE],
	[true, SHAPE],
	[false, SHAPE],
	[NaN, SHAPE],
	[Infinity, SHAPE],
	[-5511999999999, SHAPE],
	[5511999999999.5, SHAPE],
	['[object Object]', SHAPE],
	['Ana', SHAPE],
	['551199999999a', SHAPE],
	['5511999999999@example.com', SHAPE],
	['5.511999999999e12', SHAPE],
	['1234567', SHAPE],
	[1234567, SHAPE],
	['011999999999', SHAPE],
	['5511999999999, 5511888888888', SHAPE],
	['1234567890123456', /ends in "-group"/],
	['120363019502650977', /ends in "-group"/],
	[Number.MAX_SAFE_INTEGER + 1, /as text/],
	[120363019502650976, /as text/],
	[1e21, /as text/],
];

test.each(REFUSED)('%j is refused', (value, description) => {
	const refusal = catchError(() => toChatId(value));
	expect(refusal.message).toMatch(/^Chat /);
	expect(refusal.description).toMatch(description);
});

/** What n8n says of a value while it is typed. */
function validate(value: string) {
	const { description } = new ZApiPinMessage();
	const phone = description.properties.find(({ name }) => name === 'phone');
	if (!phone) throw new Error('The node has no Chat parameter');
	const values = { phone: { __rl: true, mode: 'id', value } };
	const node = {
		...{ id: '1', name: 'Pin', type: 'pin', typeVersion: 1, parameters: values },
		position: [0, 0] as [number, number],
	};
	const issues = NodeHelpers.getParameterIssues(phone, values, '', node, description);
	return issues.parameters?.phone ?? [];
}

const isAccepted = (value: string) => {
	try {
		return toChatId(value) !== '';
	} catch {
		return false;
	}
};

test('while one types, n8n refuses exactly what the node would refuse', () => {
	for (const [value] of [...ACCEPTED, ...REFUSED]) {
		if (typeof value !== 'string') continue;
		expect([value, validate(value).length === 0]).toStrictEqual([value, isAccepted(value)]);
	}
	const part = fc.constantFrom(
		...[
			'5511999999999',
			'120363019502650977',
			'1623281429',
			'0',
			'7',
			'55',
			'-',
			'-group',
			'@g.us',
		],
		...['@c.us', '@s.whatsapp.net', '@lid', ':12', '+', ' ', '(', ')', '.', 'a', '\u200e', '\n'],
	);
	const text = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
	const property = fc.property(text, (value) => {
		expect(validate(value).length === 0).toBe(isAccepted(value));
	});
	fc.assert(property, { numRuns: 5000 });
});

test('while one types, expressions pass', () => {
	expect(validate('={{ $json.phone }}')).toStrictEqual([]);
});

function catchError(action: () => unknown) {
	try {
		action();
	} catch (error) {
		return error as Error & { description: string };
	}
	throw new Error('Nothing was thrown');
}
