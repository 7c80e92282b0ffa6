import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ZApi } from '../../credentials/ZApi.credentials';
import { FAILURES } from '../../nodes/shared/transport/failures';
import { ZApiPinMessage } from '../../nodes/ZApiPinMessage/ZApiPinMessage.node';
import { ZApiPinMessageTrigger } from '../../nodes/ZApiPinMessageTrigger/ZApiPinMessageTrigger.node';

const BLAME = /\b(error|problem|failure|mistake)s?\b/i;

test.each(FAILURES.map((failure) => [failure.name, failure] as const))(
	'%s says what happened and what to do, with no URL and no word of blame',
	(_name, { message, description }) => {
		expect(message).toMatch(/^[A-Z].*[^.]$/);
		expect(description).toMatch(/^[A-Z].*\.$/);
		expect(message + description).not.toMatch(BLAME);
		expect(message + description).not.toMatch(/https?:/);
	},
);

const ROOT = path.join(__dirname, '../..');
const files = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => path.join(folder, file)),
);

/** The texts of a source that are for people: string and template literals with a space in them. */
function toTexts(code: string): string[] {
	const texts: string[] = [];
	const visit = (node: ts.Node): void => {
		const isText =
			ts.isStringLiteralLike(node) ||
			ts.isTemplateHead(node) ||
			ts.isTemplateMiddleOrTemplateTail(node);
		if (isText && node.text.includes(' ')) texts.push(node.text);
		node.forEachChild(visit);
	};
	visit(ts.createSourceFile('source.ts', code, ts.ScriptTarget.Latest));
	return texts;
}

test('finds texts in every kind of quotes', () => {
	const code =
		'f(\'a 1\', "it\'s 2", `b 3`, `c ${1} 4`, "not", { d: `${`e 5`} 6 ${1} 7` }); // g 8';
	expect(toTexts(code)).toStrictEqual(['a 1', "it's 2", 'b 3', 'c ', ' 4', 'e 5', ' 6 ', ' 7']);
});

test.each(files)('no text of %s has a word of blame', (file) => {
	const texts = toTexts(readFileSync(path.join(ROOT, file), 'utf8'));
	expect(texts.filter((text) => BLAME.test(text))).toStrictEqual([]);
});

/** Names of two words or more, which no text has by chance. */
const NAMES = [
	new ZApiPinMessage().description,
	new ZApiPinMessageTrigger().description,
	new ZApi(),
]
	.flatMap(({ properties }) => properties)
	.flatMap((property) => [
		property,
		...(property.type === 'collection' ? (property.options ?? []) : []),
	])
	.flatMap((property) => ('displayName' in property ? [property.displayName] : []))
	.filter((name) => name.includes(' '));

test.each(files)('%s names parameters in single quotation marks', (file) => {
	const texts = toTexts(readFileSync(path.join(ROOT, file), 'utf8'));
	const bare = new RegExp(`(?<!')\\b(?:${NAMES.join('|')})\\b(?!')`);
	expect(texts.filter((text) => bare.test(text) && !NAMES.includes(text))).toStrictEqual([]);
});
