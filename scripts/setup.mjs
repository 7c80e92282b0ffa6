// Prepares a clone: installs the development dependencies if there are none, and compiles what has changed.
// Then runs the given script in this process, so that it receives signals. Uses only Node.js's own
// modules, as no dependency may be installed yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** npm's own record of what it has installed. */
const INSTALLED = 'node_modules/.package-lock.json';

/** @param {string[]} args */
function npm(...args) {
	const windows = process.platform === 'win32';
	const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: windows });
	if (status !== 0) process.exit(status ?? 1);
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string; optional?: boolean }>}
 */
const readPackages = (file) => JSON.parse(readFileSync(`${root}/${file}`, 'utf8')).packages;

/** Lists packages that are missing, or have another version than in the lock file. */
function findOutdated() {
	const installed = readPackages(INSTALLED);
	return Object.entries(readPackages('package-lock.json'))
		.filter(([folder, { version, optional }]) => {
			const found = installed[folder]?.version;
			// An optional package may be for another system.
			return folder && found !== version && !(optional && found === undefined);
		})
		.map(([folder]) => folder.replace('node_modules/', ''));
}

if (!existsSync(`${root}/${INSTALLED}`)) {
	console.log('Installing the development dependencies (about a minute) …');
	npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
}
const outdated = findOutdated();
if (outdated.length > 0) {
	console.error(`Different from package-lock.json: ${outdated.join(', ')}\nRun: npm ci`);
	process.exit(1);
}
npm('run', '--silent', 'compile');

const [, , script] = process.argv;
if (script) {
	const { tsImport } = await import('tsx/esm/api');
	await tsImport(`./${script}`, import.meta.url);
}
