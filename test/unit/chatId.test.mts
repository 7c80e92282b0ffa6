import fc from 'fast-check';
import { NodeHelpers } from 'n8n-workflow';
import { ZApiPinMessage } from '../../nodes/ZApiPinMessage/ZApiPinMessage.node';
import { isGroupId, isSameChat, toChatId } from '../../nodes/shared/chat/chatId';
import { hostileTexts } from '../support/hostileText.mts';

const ACCEPTED: Array<[value: unknown, chat: string]> = [
	['5511999999999', '5511999999999'],
	[5511999999999, '5511999999999'],
	['+55 (11) 99999-9999', '5511999999999'],
	['  5511999999999 ', '5511999999999'],
	['\u202a+55 11 99999-9999\u202c', '5511999999999'],
	...Array.from(
		'\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d-',
		(dash) => [`+55 11 99999${dash}9999`, '5511999999999'] as [value: string, chat: string],
	),
	['+55\u00a011\u202f99999\u200999\u00ad99', '5511999999999'],
	['+55\u200e 11 \u206999999 - 9999\ufe0f', '5511999999999'],
	// As people write them.
	['55 (11) 9.9999-9999', '5511999999999'],
	['55.11.99999.9999', '5511999999999'],
	['(55) (11) 99999-9999', '5511999999999'],
	['(+55) 11 99999-9999', '5511999999999'],
	['( +55 )11999999999', '5511999999999'],
	['+(55)(11)99999-9999', '5511999999999'],
	['+ 55 11 99999 9999', '5511999999999'],
	['+1 (202) 555-0123', '12025550123'],
	['1-202-555-0123', '12025550123'],
	['12025550123', '12025550123'],
	['+1.202.555.0123', '12025550123'],
	['+1.2025550123', '12025550123'],
	['+7 912 345-67-89', '79123456789'],
	['+33.6.12.34.56.78', '33612345678'],
	['+33 6-12-34-56-00', '33612345600'],
	['+44 (15394) 12345', '441539412345'],
	['34.612.345.678', '34612345678'],
	['55 0800 104 0104', '5508001040104'],
	['+39 06 1234 5678', '390612345678'],
	['20 10 2012 3456', '201020123456'],
	['29012345', '29012345'],
	['491234567890123', '491234567890123'],
	[491234567890123, '491234567890123'],
	// As other WhatsApp APIs write them.
	['5511999999999@s.whatsapp.net', '5511999999999'],
	['5511999999999@c.us', '5511999999999'],
	['+5511999999999@c.us', '5511999999999'],
	['5511999999999:12@s.whatsapp.net', '5511999999999'],
	['12025550123:1@s.whatsapp.net', '12025550123'],
	['120363019502650977-group', '120363019502650977-group'],
	['120363019502650977–group', '120363019502650977-group'],
	['120363019502650977@g.us', '120363019502650977-group'],
	[' 120363019502650977@g.us\n', '120363019502650977-group'],
	['\u200b120363019502650977-group\u200e', '120363019502650977-group'],
	['5544999999999-group', '5544999999999-group'],
	['11999999999-group', '11999999999-group'],
	['12345678-group', '12345678-group'],
	['5511999999999-1623281429', '5511999999999-1623281429'],
	['5511999999999-1623281429@g.us', '5511999999999-1623281429'],
	['5511999999999-1623281429-group', '5511999999999-1623281429'],
	['5511999999999–1623281429', '5511999999999-1623281429'],
	['5511999999999-162328142', '5511999999999-162328142'],
	['5511999999999-16232814299', '5511999999999-16232814299'],
	['999999999999999@lid', '999999999999999@lid'],
	['999999999999999:3@lid', '999999999999999@lid'],
	// In capitals, URL-encoded and as the numbers of links.
	['5511999999999@C.US', '5511999999999'],
	['5511999999999:2@S.WhatsApp.Net', '5511999999999'],
	['120363019502650977-GROUP', '120363019502650977-group'],
	['120363019502650977@G.US', '120363019502650977-group'],
	['5511999999999-1623281429-Group', '5511999999999-1623281429'],
	['999999999999999@LID', '999999999999999@lid'],
	['5511999999999%40c.us', '5511999999999'],
	['120363019502650977%40g.us', '120363019502650977-group'],
	['%2B55%2011%2099999-9999', '5511999999999'],
	['%E2%80%8E5511999999999', '5511999999999'],
	['whatsapp:+5511999999999', '5511999999999'],
	['WhatsApp:+55 (11) 99999-9999', '5511999999999'],
	['tel:+5511999999999', '5511999999999'],
	['tel:+55-11-99999-9999', '5511999999999'],
	[`${' '.repeat(43)}5511999999999${'\u200e'.repeat(44)}`, '5511999999999'],
];

test.each(ACCEPTED)('%j becomes %s', (value, chat) => {
	expect(toChatId(value)).toBe(chat);
});

const SHAPE = /^Use a .*5511999999999.*120363019502650977-group.*@lid/;
const GROUPS_ONLY = /private chats and groups only/;
const AS_TEXT = /Pass it as text/;
const DIGITS_ONLY = /^Write the number in digits only, country code first: 5511999999999\.$/;
const GROUP_ENDING = /^A group ID ends in "-group".* community, choose its announcement group/;
const ONE_EACH = /^Make an item of each/;
const COUNTRY_CODE = /^Put the country code before it: 55 /;

const REFUSED: Array<[values: unknown[], what: string, advice: RegExp]> = [
	[
		[
			'120363166555745933@newsletter',
			'5511999999999@broadcast',
			'status@broadcast',
			'1774895799-broadcast',
			'1774895799@broadcast',
			'120363166555745933-newsletter',
		],
		'is a channel or a broadcast',
		GROUPS_ONLY,
	],
	[
		[
			'5511999999999.0',
			'5511999999999.00',
			'+5511999999999.0',
			'5511999999999,0',
			'5511.',
			'5511999999999,00',
			5511999999999.5,
			'55.11999999999',
			'5511999999999.',
			'+5511999999999,',
			'120363019502650977.0',
		],
		'has a decimal point',
		AS_TEXT,
	],
	[
		['5.5119999E+12', '5,5119999E+12', '5.511999999999e12', '5E12', '-5.5e12', '+5.5e12', 1e-7],
		'is a rounded number',
		AS_TEXT,
	],
	[
		[
			'2026-11-25',
			'25-11-2026',
			'25/11/2026',
			'25.11.2026',
			'2026 11 25',
			'2026–11–25',
			'1999-1-5',
			'2026-11-25T14:30:00.000Z',
			'25/11/2026 14:30',
		],
		'is a date',
		SHAPE,
	],
	[
		[
			'123.456.789-09',
			'12.345.678/0001-90',
			'12.345.678-9',
			'22041-001',
			'22.041-001',
			'123.45678.90-1',
			'12345678-9',
			'1779374011-59',
			'5511999999999–1',
		],
		'looks like the number of a document',
		DIGITS_ONLY,
	],
	[
		['-5511999999999', -5511999999999, '−5511999999999', '– 5511999999999', '- 5511999999999'],
		'begins with a minus',
		DIGITS_ONLY,
	],
	[
		[
			'+55 (0)11 99999-9999',
			'+55 (011) 99999-9999',
			'+44 (0) 20 7946 0958',
			'55 011 99999-9999',
			'5501133334444',
			'+55 0 11 99999 9999',
			'55011999999999@c.us',
			'(0)11 99999-9999',
		],
		'has a zero that is only dialled within the country',
		DIGITS_ONLY,
	],
	[
		[
			'5511999999999, 5511888888888',
			'5511999999999,5511888888888',
			'5511999999999;+5511888888888',
			'5511999999999 5511888888888',
			'5511999999999\n5511888888888',
			'5511999999999|5511888888888',
			'5511999999999 / 5511888888888',
			'5511999999999 & (55)11888888888',
			'5511999999999-5511888888888',
			'11999999999 e 11888888888',
		],
		'holds several numbers',
		ONE_EACH,
	],
	[
		['1234567890123456', '120363019502650977', '+55 11 99999-9999 999', '1234567890123456@c.us'],
		'has too many digits for a phone number',
		GROUP_ENDING,
	],
	[
		[
			'1234567',
			1234567,
			'0',
			0,
			'1',
			'12',
			'+55 (11) 999',
			'1234567@c.us',
			'123:45678@c.us',
			'()1.-',
		],
		'has too few digits for a phone number',
		DIGITS_ONLY,
	],
	[
		['112345678901234', '12025550123456', '71234567890123', '999999999999999', '55219999999999'],
		'has no valid country code',
		/^A LID ends in "@lid"/,
	],
	[
		['id: 5511999999999', 'phone:5511999999999', '5511999999999%'],
		'is neither a phone number, a group ID nor a LID',
		SHAPE,
	],
	[
		['011999999999', '0055 11 99999-9999', '011) 9999-9999', '011999999999@c.us', '+0123456789'],
		'begins with 0 instead of a country code',
		DIGITS_ONLY,
	],
	[
		[
			'(11) 99999-9999',
			'11 3333-4444',
			'11999999999',
			11999999999,
			'+11 99999 9999',
			'11999999999@c.us',
			'11999999999:12@c.us',
			'21 99999-9999',
			'(85) 9.9999-9999',
			'55999999999',
			// +1 and +7 have 11 digits, and +1 no area code that begins with 0 or 1.
			'1623281429',
			'1623281429000',
			'7133334444',
			'791234567890',
			'10234567890',
			'12345678',
			'1 202 555 012',
			'11\n99999\n9999',
			'1202555012@c.us',
			// The number in a list, or thousands.
			'2 - 5511999999999',
			'5.511.999.999.999',
			'5 511 999 999 999',
			'(2) 5511999999999',
			'1) 5511999999999',
			'2) 5511999999999',
		],
		'has no valid country code',
		COUNTRY_CODE,
	],
	[
		[
			'5511999999999@hosted',
			'999999999999999@hosted.lid',
			'867051314767696@bot',
			'0@lid',
			'5511999999999@example.com',
			'ana@example.com',
			'Ana@g.us',
			'5@g.us',
			'5511999999999@broadcaster',
			'0120363019502650977@g.us',
			'999999999999999@lidx',
			'status@call',
			'5511999999999@',
		],
		'has an ending that is neither that of a phone number, a group nor a LID',
		SHAPE,
	],
	[
		[
			'https://wa.me/5511999999999',
			'wa.me/5511999999999',
			'tel://5511999999999',
			'whatsapp://send?phone=5511999999999',
			'https://chat.whatsapp.com/AbC',
			'mailto:5511999999999',
		],
		'is a link',
		SHAPE,
	],
	[
		['3EB0C767D26A1B7E5A2F', '77df5293ebc176ffa6a88838e7a6ad83', 'true_5511999999999', 'false_x'],
		'is a message ID',
		SHAPE,
	],
	[
		[
			'"5511999999999"',
			"'5511999999999",
			'“5511999999999”',
			'[5511999999999]',
			'«5511999999999»',
			'["5511999999999"]',
			'5511999999999)',
			'(5511999999999',
			'`5511999999999`',
			'<5511999999999',
			'5511999999999}',
		],
		'has quotes or brackets around it',
		SHAPE,
	],
	[
		[
			'Ana',
			'551199999999a',
			'5511999999999-',
			'5511*****9999',
			'+',
			'++5511999999999',
			'status',
			'+55 11 99999-9999 x12',
			'5511999999999 (2)x',
			'55+11999999999',
			'2. 5511999999999x',
			'٥٥١١٩',
			'5511999999999-grou',
			'5511999999999 -group',
			'55 11 99999-999 9',
			'3b:11',
			'not_true_5511',
			'x77df5293ebc176ffa6',
			'77df5293ebc176ffa6x',
			'55 (11 99999-9999',
			'55 11) 99999-9999',
			'55 () 11999999999',
			'55  11..999999999',
			'55 11. 99999 9999',
			'55 11 -- 999999999',
			'.5511999999999',
			'-group',
		],
		'is neither a phone number, a group ID nor a LID',
		SHAPE,
	],
	[
		[120363019502650976, Number.MAX_SAFE_INTEGER + 1, 1e21, -1e21],
		'is too large a number',
		AS_TEXT,
	],
	[[NaN, Infinity, -Infinity], 'is the result of an expression that found nothing', /^Check/],
	[[`${' '.repeat(44)}5511999999999${'\u200e'.repeat(44)}`], 'is too long', SHAPE],
];

test.each(REFUSED)('%j: Chat %s', (values, what, advice) => {
	for (const value of values) {
		const { message, description } = catchError(() => toChatId(value));
		expect([value, message]).toStrictEqual([value, `'Chat' ${what}`]);
		expect(description).toMatch(advice);
	}
});

/** Brazil's area codes, and after which of them a number may be one of another country. */
const AREA_CODES = {
	certain:
		'11 12 13 14 15 16 17 18 19 21 24 28 37 42 45 47 53 54 55 61 65 67 69 71 75 83 85 87 88 89 96 97 98 99',
	open: '22 27 31 32 33 34 35 38 41 43 44 46 48 49 51 62 63 64 66 68 73 74 77 79 81 82 84 86 91 92 93 94 95',
};

test('a Brazilian mobile number without 55 is refused if no other country can have it', () => {
	for (const areaCode of AREA_CODES.certain.split(' ')) {
		expect(isAccepted(`${areaCode}912345678`)).toBe(false);
		expect(isAccepted(`(${areaCode}) 91234-5678`)).toBe(false);
		expect(toChatId(`+55 (${areaCode}) 91234-5678`)).toBe(`55${areaCode}912345678`);
		expect(toChatId(`55${areaCode}33334444`)).toBe(`55${areaCode}33334444`);
	}
	for (const areaCode of AREA_CODES.open.split(' ')) {
		expect(toChatId(`${areaCode}912345678`)).toBe(`${areaCode}912345678`);
	}
});

test.each([
	'+1 212 555 0123',
	'+7 495 123-45-67',
	'+212 612 345678',
	'+249 91 234 5678',
	'+420 912 345 678',
	'+45 91 23 45 67',
	'+47 912 34 567',
	'+53 9123 4567',
	'+54 9 11 2345-6789',
	'+61 491 234 567',
	'+65 9123 4567',
	'+679 912 3456',
	'+855 91 234 567',
	'+880 1912 345678',
	'+961 91 234 567',
	'+977 981 2345678',
	'+98 912 345 6789',
	'+992 91 234 5678',
	'+852 9123 4567',
	'+86 139 1234 5678',
])('%s has its country code', (number) => {
	expect(toChatId(number)).toBe(number.replace(/\D/g, ''));
});

test.each([
	['5511999999999', '5511999999999', true],
	['5511999999999', '551199999999', true],
	['551199999999', '5511999999999', true],
	['5544987654321', '554487654321', true],
	['5511912345678', '551112345678', true],
	['5511999999999', '5511999999998', false],
	['5511999999999', '5521999999999', false],
	// A landline number.
	['5511933334444', '551133334444', false],
	['5511923334444', '551123334444', false],
	['5511953334444', '551153334444', false],
	['5501999999999', '550199999999', false],
	['5510999999999', '551099999999', false],
	['5411999999999', '541199999999', false],
	['55119999999999', '5511999999999', false],
	['15511999999999', '1551199999999', false],
	['5511999999999-1623281429', '551199999999-1623281429', false],
	['5511999999999-group', '551199999999-group', false],
	['5511999999999@lid', '551199999999@lid', false],
	['120363019502650977-group', '120363019502650977-group', true],
	['999999999999999@lid', '999999999999999@lid', true],
	['999999999999999@lid', '999999999999999', false],
])('%s and %s are one chat: %s', (chat, other, isSame) => {
	expect(isSameChat(chat, other)).toBe(isSame);
});

test.each([
	['120363019502650977-group', true],
	['5511999999999-1623281429', true],
	['5511999999999', false],
	['999999999999999@lid', false],
	['a120363019502650977-group', false],
	['120363019502650977-groups', false],
])('%s is the ID of a group: %s', (chat, isGroup) => {
	expect(isGroupId(chat)).toBe(isGroup);
});

/** What n8n says of a value while it is typed. */
function validate(value: string) {
	const { description } = new ZApiPinMessage();
	const phone = description.properties.find(({ name }) => name === 'phone');
	if (!phone) throw new Error('The node has no Chat parameter');
	const values = {
		resource: 'message',
		operation: 'pin',
		phone: { __rl: true, mode: 'id', value },
	};
	const node = {
		id: '1',
		name: 'Pin',
		type: 'pin',
		typeVersion: 1,
		parameters: values,
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

test('the pattern for the editor accepts whatever the node accepts', () => {
	for (const [value] of ACCEPTED) {
		if (typeof value === 'string') expect([value, validate(value)]).toStrictEqual([value, []]);
	}
	const part = fc.constantFrom(
		...[
			'5511999999999',
			'120363019502650977',
			'1623281429',
			'12025550123',
			'11',
			'99999',
			'0',
			'7',
		],
		...[
			'55',
			'202',
			'555',
			'2026',
			'-',
			'–',
			'-group',
			'@g.us',
			'@c.us',
			'@s.whatsapp.net',
			'@lid',
		],
		...['@LID', '%40c.us', '-Group', '@G.Us', '%20', '%2B'],
		...[
			':12',
			'+',
			' ',
			'(',
			')',
			'(0)',
			'(11)',
			'(+55)',
			'.',
			',',
			'.0',
			'E+',
			'a',
			'; ',
			'://',
			'wa.me/',
			'@newsletter',
			'\u200e',
			'\n',
		],
	);
	const start = fc.constantFrom(
		'tel:+5511',
		'WhatsApp:5511999999999',
		'5511999999999',
		'+55 (11) 99999',
		'120363019502650977',
		'12025550123',
		'(11) 99999-9999',
		'021 9',
	);
	const text = fc
		.tuple(start, fc.array(part, { maxLength: 4 }))
		.map(([first, parts]) => first + parts.join(''));
	let accepted = 0;
	const property = fc.property(text, (value) => {
		if (!isAccepted(value)) return;
		accepted++;
		expect([value, validate(value)]).toStrictEqual([value, []]);
	});
	fc.assert(property, { numRuns: 5000 });
	expect(accepted).toBeGreaterThan(500);
});

const NO_CHAT = "'Chat' is neither a phone number, a group ID nor a LID. Use";

test.each<readonly [value: string, says: string]>([
	['120363019502650977', "'Chat' has too many digits for a phone number. .+communit"],
	...['Ana', '1234567', '3EB0C767D26A1B7E5A2F', '5511999999999@x'].map(
		(value) => [value, NO_CHAT] as const,
	),
	['1'.repeat(101), "'Chat' has too many digits for a phone number. A group ID"],
	['11999999999', "'Chat' has no valid country code. Put"],
	['(11) 99999-9999', "'Chat' has no valid country code. Put"],
	['011 9 9999 9999', "'Chat' has no valid country code. Put"],
	['120363171744447809@newsletter', "'Chat' is a channel or a broadcast. Messages"],
	['5511999999999, +5511988887777', "'Chat' holds several numbers. Write one"],
	['https://chat.whatsapp.com/AbC', "'Chat' is a link. Use"],
	['wa.me/5511999999999', "'Chat' is a link. Use"],
])('while one types, n8n first says of %s: %s', (value, says) => {
	expect(validate(value)[0]).toMatch(new RegExp(`^${says}`));
});

test('an accepted phone number has all digits of the input, and no others', () => {
	const written = fc.stringMatching(/^\+?[1-9][0-9 ().\u2013-]{7,24}$/);
	const property = fc.property(written, (value) => {
		if (isAccepted(value)) expect(toChatId(value).replace('-', '')).toBe(value.replace(/\D/g, ''));
	});
	fc.assert(property, { numRuns: 5000 });
});

// n8n stops a pattern after 250 ms by throwing.
test('while one types, 1 MB of anything is refused', () => {
	for (const text of hostileTexts('5511999999999').flatMap(([, texts]) => texts)) {
		expect(validate(text).length > 0).toBe(!text.startsWith('='));
	}
});

test('the pattern for the editor accepts expressions', () => {
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
