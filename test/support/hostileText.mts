/** Parts of texts for which patterns with overlapping repetitions take quadratic time or longer. */
const PARTS = [
	' ',
	'\u200e',
	'\n',
	'0',
	'1',
	'5 ',
	'1-',
	'(1',
	'(1)',
	'1.',
	'+',
	'-',
	'(',
	'A',
	'a:',
	'_',
	',',
	'true_',
	'{{',
	'$json',
	'<',
	'%',
	'[',
	'@',
	'1@lid ',
	'undefined',
	'A, ',
	'\ud800',
	'=',
	'chat',
	'1 ',
	'/',
	'/a',
	'..',
	'client-token ',
	'https://',
	'aA1-',
	'"',
	'\u200b',
];

/** Marks that Unicode normalisation sorts, in quadratic time: runs of two kinds, half and half. */
const MARKS = [
	['\u0301', '\u0316'],
	['\u302e', '\u{1d165}'],
] as const;

/** The longest message that Z-API's webhook can bring. */
export const WORST_MESSAGE = '\u0301'.repeat(32_768) + '\u0316'.repeat(32_768);

/** 1 MB of each, alone and around a valid text. */
export const hostileTexts = (text: string) =>
	[
		...PARTS.map((part): [part: string, many: string] => [
			part,
			part.repeat(1_000_000 / part.length),
		]),
		...MARKS.map((marks): [part: string, many: string] => [
			marks.join(''),
			marks.map((mark) => mark.repeat(500_000 / mark.length)).join(''),
		]),
	].map(([part, many]): [part: string, texts: string[]] => [
		part,
		[many, text + many, many + text, text + many + text],
	]);
