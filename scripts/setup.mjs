// Makes a fresh clone ready: installs the development dependencies where they are missing or older
// than the lock file, and builds. Then runs the script that is named, in this process, so that a
// signal reaches it. Nothing is there to import at first, so it begins with Node.js alone.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const changedAt = (file) => statSync(`${root}/${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function npm(...args) {
	const windows = process.platform === 'win32';
	const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: windows });
	if (status !== 0) process.exit(status ?? 1);
}

if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) {
	console.log('Installing the development dependencies (about a minute) …');
	npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
}
npm('run', '--silent', 'build');

const [, , script] = process.argv;
if (script) {
	const { tsImport } = await import('tsx/esm/api');
	await tsImport(`./${script}`, import.meta.url);
}
