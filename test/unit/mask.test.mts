import { mask } from '../../nodes/shared/mask';

test('masks secrets in texts, keys and depths, regardless of case', () => {
	const value = { 'a T.1 b': ['x', 1, null, { deep: 't.1T.1' }], c: 'Tx1', d: true };
	expect(mask(value, ['T.1', 'unused'])).toStrictEqual({
		'a *** b': ['x', 1, null, { deep: '******' }],
		c: 'Tx1',
		d: true,
	});
});

test('leaves everything as it is without secrets', () => {
	const value = { a: ['b'] };
	expect(mask(value, [])).toBe(value);
});
