// Checks by content whether dist/ is up to date, as dates change with every checkout.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = path.join(root, '.local/built');

/** The inputs of a build; the lock file has the version of the compiler. */
const PARTS = [
	'credentials',
	'nodes',
	'icons',
	'gulpfile.js',
	'tsconfig.json',
	'package-lock.json',
];

function hashAll() {
	const hash = createHash('sha256');
	const add = (/** @type {string} */ file) =>
		hash.update(`${file}\n`).update(readFileSync(path.join(root, file)));
	for (const part of [...PARTS, 'dist']) {
		if (path.extname(part)) {
			add(part);
			continue;
		}
		const entries = readdirSync(path.join(root, part), { recursive: true, withFileTypes: true });
		const files = entries.filter((entry) => entry.isFile());
		const paths = files.map(({ parentPath, name }) => path.relative(root, `${parentPath}/${name}`));
		paths.sort().forEach(add);
	}
	return hash.digest('hex');
}

/** @returns whether the sources and dist/ have not changed since the last build */
export function isBuilt() {
	if (!existsSync(stamp) || !existsSync(path.join(root, 'dist'))) return false;
	return readFileSync(stamp, 'utf8') === hashAll();
}

/** Remembers that dist/ is built. */
export function rememberBuilt() {
	mkdirSync(path.dirname(stamp), { recursive: true });
	writeFileSync(stamp, hashAll());
}
