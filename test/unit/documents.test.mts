import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FAILURES } from '../../nodes/shared/failures';
import { EVENTS } from '../../nodes/ZApiPinMessageTrigger/events';
import { WEBHOOKS } from '../../nodes/ZApiPinMessageTrigger/webhooks';
import { toAdvice } from '../../nodes/ZApiPinMessage/sendPinRequest';

const ROOT = path.join(__dirname, '../..');

const documents = ['', 'docs'].flatMap((folder) =>
	readdirSync(path.join(ROOT, folder))
		.filter((file) => file.endsWith('.md'))
		.map((file) => path.join(folder, file)),
);

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** The cells of all rows of all tables, without the padding that Prettier adds. */
const toRows = (text: string) =>
	text
		.split('\n')
		.filter((line) => line.startsWith('|'))
		.map((line) =>
			line
				.slice(1, -1)
				.split('|')
				.map((cell) => cell.trim()),
		);

/** The anchors that GitHub gives a document's headings. */
const toAnchors = (text: string) =>
	[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);

test.each(documents)('the links of %s lead somewhere', (file) => {
	const text = read(file).replace(/```[\s\S]*?```/g, '');
	const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
		.map(([, link, source]) => link ?? source ?? '')
		.filter((link) => !/^https?:/.test(link));
	for (const link of links) {
		const [target, anchor] = link.split('#');
		const other = target ? path.join(path.dirname(file), target) : file;
		expect([link, existsSync(path.join(ROOT, other))]).toStrictEqual([link, true]);
		if (anchor) expect(toAnchors(read(other))).toContain(anchor);
	}
});

test('the README explains every failure in the words of the node', () => {
	const rows = toRows(read('README.md'));
	const start = rows.findIndex(([head]) => head === 'what you see');
	expect(
		rows.slice(start + 2, start + 2 + FAILURES.length).map(([see, , todo]) => [see, todo]),
	).toStrictEqual(FAILURES.map((failure) => [failure.message, toAdvice(failure, 'pin')]));
});

test('the figures of the README are those of the bench', () => {
	const bench = toRows(read('docs/bench.md')).map((cells) => cells.join('|'));
	const figures = toRows(read('README.md'))
		.map((cells) => cells.join('|'))
		.filter((row) => /\d ms|HTTP Request/.test(row));
	expect(figures.length).toBeGreaterThan(8);
	for (const row of figures) expect(bench).toContain(row);
});

test("the trigger's page lists every event", () => {
	const rows = toRows(read('docs/trigger.md')).slice(2, 2 + EVENTS.length);
	expect(rows).toStrictEqual(
		EVENTS.map(({ name, webhook, description }) => [name, WEBHOOKS[webhook].name, description]),
	);
});

test('the README lists every example', () => {
	const text = read('README.md');
	for (const file of readdirSync(path.join(ROOT, 'examples'))) {
		expect(text).toContain(`](examples/${file})`);
	}
});
