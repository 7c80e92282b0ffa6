import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FAILURES } from '../../nodes/shared/failures';

test.each(FAILURES.map((failure) => [failure.name, failure] as const))(
	'%s says what happened and what to do, with no address and no word of blame',
	(_name, { message, description, pinDescription = description }) => {
		expect(message).toMatch(/^[A-Z].*[^.]$/);
		for (const text of [description, pinDescription]) expect(text).toMatch(/^[A-Z].*\.$/);
		expect(message + description + pinDescription).not.toMatch(
			/\b(error|problem|failure|mistake)s?\b|https?:/i,
		);
	},
);

const SOURCES = path.join(__dirname, '../../nodes');
const files = readdirSync(SOURCES, { recursive: true })
	.map(String)
	.filter((file) => file.endsWith('.ts'));

test.each(files)('no text of %s blames', (file) => {
	const code = readFileSync(path.join(SOURCES, file), 'utf8').replace(
		/\/\*[\s\S]*?\*\/|\/\/.*/g,
		'',
	);
	// What has a space in it is for people.
	const texts = [...code.matchAll(/'((?:[^'\\\n]|\\.)* (?:[^'\\\n]|\\.)*)'/g)].map(
		([, text]) => text,
	);
	expect(texts.filter((text) => /\b(error|problem|failure|mistake)s?\b/i.test(text))).toStrictEqual(
		[],
	);
});
