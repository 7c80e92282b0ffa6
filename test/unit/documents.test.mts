import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FAILURES } from '../../nodes/shared/transport/failures';
import { WHAT_IS_DONE } from '../../nodes/ZApiPinMessage/execution/output';
import { RESOURCES } from '../../nodes/ZApiPinMessage/operations/operations';
import { adviseOnPin } from '../../nodes/ZApiPinMessage/operations/pin';
import { EVENTS } from '../../nodes/ZApiPinMessageTrigger/events/events';
import { WEBHOOKS } from '../../nodes/shared/webhooks/webhooks';

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

test.each(documents)('the links of %s work', (file) => {
	const text = read(file).replace(/```[\s\S]*?```/g, '');
	const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
		.map(([, link, source]) => link ?? source ?? '')
		.filter((link) => !/^https?:/.test(link));
	for (const link of links) {
		const [target, anchor] = link.split('#');
		// GitHub's address of the file itself, which n8n imports.
		const local = target?.replace(/^\.\.\/\.\.\/raw\/HEAD\//, '');
		const other = local ? path.join(path.dirname(file), local) : file;
		expect([link, existsSync(path.join(ROOT, other))]).toStrictEqual([link, true]);
		if (anchor) expect(toAnchors(read(other))).toContain(anchor);
	}
});

test('docs/failures.md lists the failures of the code; UPDATE_DOCS=1 writes it', () => {
	const sections = FAILURES.map((failure) => {
		const done = failure.maybeDone ? '. _May have been done_' : '';
		const facts = `\`${failure.name}\`. ${failure.retry ? '_Retried_' : 'Not retried'}${done}.`;
		const caution = WHAT_IS_DONE.pinPerhapsAccepted?.advice({ step: 'pinPerhapsAccepted' });
		const advice = adviseOnPin(failure) + (failure.maybeDone ? ` ${caution}` : '');
		return `## ${failure.message}\n\n${facts}\n\n${advice}\n`;
	});
	const [intro = ''] = read('docs/failures.md').split('\n## ');
	const text = [intro, ...sections].join('\n');
	if (process.env.UPDATE_DOCS) writeFileSync(path.join(ROOT, 'docs/failures.md'), text);
	expect(read('docs/failures.md')).toBe(text);
});

test("the trigger's page lists every event", () => {
	const rows = toRows(read('docs/trigger.md')).slice(2, 2 + EVENTS.length);
	expect(rows).toStrictEqual(
		EVENTS.map(({ name, webhook, description }) => [name, WEBHOOKS[webhook].name, description]),
	);
});

test("the README's table of operations lists every operation", () => {
	const [, section = ''] = read('README.md').split('\n## Operations\n');
	const listed = toRows(section.split('\n## ')[0] ?? '').map(([name]) => name);
	const names = RESOURCES.flatMap(({ name, operations }) =>
		operations.map((operation) => `${name}: ${operation.name}`),
	);
	expect(listed.slice(2).sort()).toStrictEqual(names.sort());
});

test.each(readdirSync(path.join(ROOT, 'examples')))(
	'%s is in the README under its name, and has a note of 90 words at most and no credential',
	(file) => {
		const { name, nodes } = JSON.parse(read(`examples/${file}`)) as {
			name: string;
			nodes: Array<{ type: string; parameters: { content?: string } }>;
		};
		expect(read('README.md')).toContain(`[${name}](../../raw/HEAD/examples/${file})`);
		expect(nodes.filter((node) => 'credentials' in node)).toStrictEqual([]);
		const notes = nodes.flatMap(({ parameters }) => parameters.content ?? []);
		expect(notes.map((note) => note.split('\n')[0])).toStrictEqual([`## ${name}`]);
		expect(notes.join(' ').split(/\s+/).length).toBeLessThanOrEqual(90);
	},
);

test('what is published is packed by npm and Node.js alone', () => {
	const [, jobs = ''] = read('.github/workflows/publish.yml').split(/^\tpack:|^ {2}pack:/m);
	expect(jobs).toContain('npm pack --ignore-scripts');
	// They put the commands of development dependencies first.
	expect(jobs).not.toMatch(/npm (?:run|test|exec)|npx/);
});

test('the README has 1,400 words at most', () => {
	expect(read('README.md').split(/\s+/).length).toBeLessThanOrEqual(1400);
});
