// Makes a clone ready: installs the development dependencies where there are none, and builds when
// something has changed. Then runs the script that is named, in this process, so that a signal reaches
// it. Nothing is there to import at first, so it begins with Node.js alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isBuilt } from './built.mjs';

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

/** Names what is installed in another version than the lock file has, or not at all. */
function findOutdated() {
	const installed = readPackages(INSTALLED);
	return Object.entries(readPackages('package-lock.json'))
		.filter(([folder, { version, optional }]) => {
			const found = installed[folder]?.version;
			// What is optional may be for another system.
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
	console.error(`Not as package-lock.json has it: ${outdated.join(', ')}\nRun: npm ci`);
	process.exit(1);
}
if (!isBuilt()) npm('run', '--silent', 'build');

const [, , script] = process.argv;
if (script) {
	const { tsImport } = await import('tsx/esm/api');
	await tsImport(`./${script}`, import.meta.url);
}
