import { readMessageText } from '../../nodes/ZApiPinMessage/operations/messageText';

test.each<[value: unknown, text: string]>([
	['The lift works again.', 'The lift works again.'],
	['  two\n\nparagraphs ', '  two\n\nparagraphs '],
	['It is undefined, null and void', 'It is undefined, null and void'],
	['{{ not an expression }}', '{{ not an expression }}'],
	['$100 and {1}', '$100 and {1}'],
	['📌', '📌'],
	[12, '12'],
])('%j is sent as it is', (value, text) => {
	expect(readMessageText(value, 'Text')).toBe(text);
});

test.each<[value: unknown, what: string]>([
	['', 'is empty'],
	['\u200b', 'is empty'],
	['-Infinity', 'is the result of an expression that found nothing'],
	['={{ text }}', 'contains an expression that was not evaluated'],
	[' \n\t', 'is empty'],
	[undefined, 'is neither text nor a number'],
	[null, 'is neither text nor a number'],
	[['a'], 'is neither text nor a number'],
	[{ text: 'a' }, 'is neither text nor a number'],
	[true, 'is neither text nor a number'],
	['undefined', 'is the result of an expression that found nothing'],
	[' null ', 'is the result of an expression that found nothing'],
	['NaN', 'is the result of an expression that found nothing'],
	['Dear [object Object]', 'contains an object that was converted to text'],
	['[object Array]', 'contains an object that was converted to text'],
	['{{ $json.text }}', 'contains an expression that was not evaluated'],
	["Dear {{$('Set').item.json.name}}, hello", 'contains an expression that was not evaluated'],
])('%j is refused: %s', (value, what) => {
	expect(() => readMessageText(value, 'Text')).toThrow(
		expect.objectContaining({
			message: `'Text' ${what}`,
			description: 'Check the expression and the item that it reads.',
		}),
	);
});

test('an optional text may be empty, but not what an expression left', () => {
	expect(readMessageText(' ', 'Caption', true)).toBe('');
	expect(() => readMessageText('null', 'Caption', true)).toThrow(/^'Caption' is the result/);
	expect(() => readMessageText(undefined, 'Caption', true)).toThrow(/neither text/);
});
