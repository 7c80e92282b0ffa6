import { mask, toSpellings } from '../../nodes/shared/transport/mask';

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

test.each(['zaapId', 'messageId', 'id', 'error', 'message', 'value'])(
	'keeps the field name %s, which Z-API documents',
	(key) => {
		expect(mask({ [key]: key, [`a ${key}`]: 1 }, [key])).toStrictEqual({
			[key]: '***',
			'a ***': 1,
		});
	},
);

test('lists all spellings of secrets, the longest first', () => {
	expect(toSpellings(['a "b', 'a "b/c'])).toStrictEqual([
		'a%20%22b%2Fc',
		'a+%22b%2Fc',
		'a%20%22b',
		'a \\"b/c',
		'a+%22b',
		'a "b/c',
		'a \\"b',
		'a "b',
	]);
	expect(toSpellings(['plain'])).toStrictEqual(['plain']);
	expect(toSpellings([])).toStrictEqual([]);
});
