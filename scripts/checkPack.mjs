// Checks the package that `npm pack` makes: it contains what n8n loads and nothing else, and is small.
// In the publish workflow, it also checks that the README's links work on npm.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ALLOWED =
	/^(dist\/(credentials|nodes)\/.+\.js|dist\/nodes\/.+\.node\.json|dist\/icons\/.+\.svg|(README|LICENSE|CHANGELOG)\.md|index\.js|package\.json)$/;

const MAX_BYTES = 65_000;

const { n8n, main, repository } = JSON.parse(readFileSync('package.json', 'utf8'));

/** @type {[{ files: Array<{ path: string }>; size: number }]} */
const [{ files, size }] = JSON.parse(
	execFileSync('npm', ['pack', '--dry-run', '--json', '--loglevel=error'], { encoding: 'utf8' }),
);
const packed = files.map((file) => file.path);

/**
 * The icons of a compiled node or credential.
 *
 * @param {string} file
 */
function findIcons(file) {
	if (!packed.includes(file)) return [];
	const icons = [...readFileSync(file, 'utf8').matchAll(/\bfile:([\w./-]+\.svg)/g)];
	return icons.map(([, icon]) => path.posix.join(path.posix.dirname(file), String(icon)));
}

/** @type {string[]} */
const loaded = [...n8n.nodes, ...n8n.credentials];
const codexes = n8n.nodes.map((/** @type {string} */ node) => node.replace(/\.js$/, '.json'));
const needed = [main, ...loaded, ...codexes, ...loaded.flatMap(findIcons)];

// Only the publish workflow sets the repository. It also makes the links absolute.
const relative = repository
	? [
			...readFileSync('README.md', 'utf8').matchAll(
				/(?:\]\(|\b(?:src|srcset|href)=")(?!https:|#)[^)"]*/g,
			),
		]
	: [];

const findings = [
	...needed.filter((file) => !packed.includes(file)).map((file) => `Missing: ${file}`),
	...loaded.filter((file) => findIcons(file).length === 0).map((file) => `Has no icon: ${file}`),
	...packed.filter((file) => !ALLOWED.test(file)).map((file) => `Not for users: ${file}`),
	...relative.map(([link]) => `Leads nowhere on npm: ${link}`),
	...(size < MAX_BYTES ? [] : [`${size} bytes, at most ${MAX_BYTES} are allowed`]),
];
console.log(`${packed.length} files, ${size} bytes packed`);
for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;
