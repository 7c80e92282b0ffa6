import { mask, toSpellings } from '../../nodes/shared/mask';

test('masks secrets in texts and keys at any depth, regardless of case', () => {
	const value = { 'a T.1 b': ['x', 1, null, { deep: 't.1T.1' }], c: 'Tx1', d: true };
	expect(mask(value, ['T.1', 'unused'])).toStrictEqual({
		'a *** b': ['x', 1, null, { deep: '******' }],
		c: 'Tx1',
		d: true,
	});
});

test('changes nothing without secrets', () => {
	const value = { a: ['b'] };
	expect(mask(value, [])).toBe(value);
});

test('keeps field names that Z-API documents', () => {
	expect(mask({ messageId: 'messageId', 'a messageId': 1 }, ['messageId'])).toStrictEqual({
		messageId: '***',
		'a ***': 1,
	});
});

test.each(['zaapId', 'messageId', 'id', 'error', 'message', 'value'])(
	'keeps the name %s',
	(key) => {
		expect(mask({ [key]: key }, [key])).toStrictEqual({ [key]: '***' });
	},
);

test('lists all spellings of secrets, the longest first', () => {
	expect(toSpellings(['a "b', 'a "b/c'])).toStrictEqual([
		...['a%20%22b%2Fc', 'a+%22b%2Fc', 'a%20%22b', 'a \\"b/c', 'a+%22b', 'a "b/c', 'a \\"b', 'a "b'],
	]);
	expect(toSpellings(['plain'])).toStrictEqual(['plain']);
	expect(toSpellings([])).toStrictEqual([]);
});
