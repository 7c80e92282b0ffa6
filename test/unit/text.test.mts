import { toMessageId } from '../../nodes/ZApiPinMessage/messageId';
import { toChatId } from '../../nodes/shared/chat/chatId';
import { BLANK, toComparable } from '../../nodes/shared/text';
import { LEFT_BY_EXPRESSIONS, refuseInvalid, toWholeNumber } from '../../nodes/shared/parameter';
import { hostileTexts } from '../support/hostileText.mts';

const READERS: Array<[name: string, read: (value: unknown) => string, text: string]> = [
	['Chat', toChatId, '5511999999999'],
	['Message ID', toMessageId, '3EB0C767D26A1B7E5A2F'],
];

describe.each(READERS)('%s', (name, read, text) => {
	test('of 1 MB is refused for its length, before a pattern sees it', () => {
		for (const hostile of hostileTexts(text).flatMap(([, texts]) => texts)) {
			expect(() => read(hostile)).toThrow(`'${name}' is too long`);
		}
	});

	test('removes all invisible characters at the ends', () => {
		const { blanks, others } = toUnits();
		expect(blanks.length).toBeGreaterThan(100);
		for (const unit of blanks) expect(read(`${unit}${text}${unit}`)).toBe(text);
		const regExp = new RegExp(`[${BLANK}]`);
		expect(others.filter((unit) => regExp.test(unit))).toStrictEqual([]);
	});

	test.each([[{}], [[text]], [true], [false], [() => text], [Symbol(text)], [1n]])(
		'of no text is refused: %p',
		(value) => {
			expect(() => read(value)).toThrow(
				expect.objectContaining({
					message: `'${name}' is not text`,
					description: expect.stringMatching(/^(Use a phone|Check the expression\.)/),
				}),
			);
		},
	);

	test.each([undefined, null, '', '  ', '\u200e\n'])('of %j is empty', (value) => {
		expect(() => read(value)).toThrow(
			expect.objectContaining({
				message: `'${name}' is empty`,
				description: expect.stringMatching(/^(Use a phone|Check the expression\.)/),
			}),
		);
	});

	test.each([
		'undefined',
		'null',
		'NaN',
		'None',
		'nil',
		'true',
		'False',
		'Infinity',
		'-Infinity',
		'Invalid DateTime',
		'Invalid Date',
		'[object Object]',
		'[object Promise]',
		'[Object: {}]',
		'[undefined]',
		'[empty]',
		'[null]',
		'#N/A',
		'N/A',
		'#REF!',
		'#VALUE!',
		'"undefined"',
		'[ERROR: Cannot read]',
		'[Array: []]',
		'undefined-group',
		'null@g.us',
		'undefined@c.us',
		'55undefined',
		'NaN@c.us',
		' undefined\u200b',
	])('%j is refused as the result of an expression', (value) => {
		expect(() => read(value)).toThrow(
			expect.objectContaining({
				message: `'${name}' is the result of an expression that found nothing`,
				description: expect.stringMatching(/^Check the expression and the item/),
			}),
		);
	});

	test.each([
		'{{ $json.messageId }}',
		'={{ $json.phone }}',
		'=3EB0',
		'$json.messageId',
		'}}',
		'{{',
		"$('Trigger').item.json.chat",
		'$node["A"].json.id',
		'$input.first()',
		'${id}',
		'{id}',
		'<message id>',
		'%MESSAGE_ID%',
		'{"id": "3EB0"}',
		'messageId',
		'YOUR_MESSAGE_ID',
		'phone',
		'[chat]',
		'Message ID',
		'phone number',
		'$vars.chat',
	])('%j is refused as not evaluated', (value) => {
		expect(() => read(value)).toThrow(
			expect.objectContaining({
				message: `'${name}' is an expression or a placeholder that was not evaluated`,
				description: expect.stringMatching(/^Switch the parameter to Expression/),
			}),
		);
	});
});

/** All UTF-16 units but the surrogates, by whether they show something. */
function toUnits() {
	const units = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
		(unit) => !/\p{Surrogate}/u.test(unit),
	);
	const isBlank = (unit: string) => /[\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(unit);
	return { blanks: units.filter(isBlank), others: units.filter((unit) => !isBlank(unit)) };
}

test('text is compared without accents, case and blanks around it', () => {
	expect(toComparable(' ÁÊÏõü Ç ')).toBe('aeiou c');
});

test.each([
	'Xnull',
	'nullX',
	'a <b>',
	'<b> a',
	'a %b%',
	'%b% a',
	'a {b}',
	'{b} a',
	'3chat',
	'chat3',
	'a=',
	'50%',
	'$',
])('%j is not refused as left by an expression', (text) => {
	const parameter = { name: 'Text', maxLength: 100, advice: '', refusals: LEFT_BY_EXPRESSIONS };
	expect(() => refuseInvalid(text, parameter)).not.toThrow();
});

test.each<[value: unknown, number: number]>([
	[1, 1],
	['1', 1],
	['10', 10],
	[10, 10],
])('%j is the whole number %p', (value, number) => {
	expect(toWholeNumber(value, 'Retries', 1, 10)).toBe(number);
});

test.each([0, 11, -1, 1.5, '-1', '1.5', '0000000001', 'x1', '1x', '', [1], null, undefined])(
	'%j is out of range',
	(value) => {
		expect(() => toWholeNumber(value, 'Retries', 1, 10)).toThrow(
			expect.objectContaining({
				message: expect.stringMatching(/Retries.* is out of range$/),
				description: 'Use a whole number from 1 to 10.',
			}),
		);
	},
);

test('a whole number without a maximum', () => {
	expect(toWholeNumber(2 ** 53 - 1, 'Limit', 1)).toBe(2 ** 53 - 1);
	expect(() => toWholeNumber(2 ** 53, 'Limit', 1)).toThrow(
		expect.objectContaining({ description: 'Use a whole number from 1.' }),
	);
});
