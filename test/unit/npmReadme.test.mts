import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

/** The README of a release, as the publish workflow makes it. */
const readme = execFileSync(process.execPath, ['scripts/npmReadme.mjs', 'owner/name', 'v1.2.3'], {
	cwd: ROOT,
	encoding: 'utf8',
});

const links = [...readme.matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)\)|<[^>]+\b(src|href)="([^"]+)"/g)].map(
	([, mark, target, attribute, value]) => ({
		isImage: mark === '!' || attribute === 'src',
		link: target ?? value ?? '',
	}),
);

test('npm gets absolute links and anchors only', () => {
	const relative = links.filter(({ link }) => !/^(https:\/\/|#)/.test(link));
	expect(relative).toStrictEqual([]);
	expect(readme).not.toMatch(/srcset|<source/);
});

test('links into the repository name a file of the released version', () => {
	const own = links.filter(({ link }) => link.includes('owner/name'));
	expect(own.filter(({ isImage }) => isImage).length).toBeGreaterThan(0);
	expect(own.filter(({ isImage }) => !isImage).length).toBeGreaterThan(0);
	for (const { isImage, link } of own) {
		const base =
			isImage || link.endsWith('.json')
				? 'https://raw.githubusercontent.com/owner/name/v1.2.3/'
				: 'https://github.com/owner/name/blob/v1.2.3/';
		expect(link.startsWith(base)).toBe(true);
		const [file = ''] = link.slice(base.length).split('#');
		expect([file, existsSync(path.join(ROOT, file))]).toStrictEqual([file, true]);
	}
});
