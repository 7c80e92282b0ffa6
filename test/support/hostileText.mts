/** Parts of texts for which patterns with overlapping repetitions take quadratic time or longer. */
const PARTS = [
	...[
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
	],
	...[
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
	],
	...['1 ', '/', '/a', '..', 'client-token ', 'https://', 'aA1-', '"', '\u200b'],
];

/** 1 MB of each, alone and around a valid text. */
export const hostileTexts = (text: string) =>
	PARTS.map((part): [part: string, texts: string[]] => {
		const many = part.repeat(1_000_000 / part.length);
		return [part, [many, text + many, many + text, text + many + text]];
	});
