import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { waitFor } from './wait.mts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The first start installs n8n, if no other clone has. */
const START_TIMEOUT_MS = 900_000;

/** What a person has after `npm start`. */
export interface Started {
	/** What it printed. */
	output: string;
	editorUrl: string;
	sandboxUrl: string;
	owner: { email: string; password: string };
	/** Presses Ctrl-C, and waits until everything has ended. */
	interrupt: () => Promise<void>;
}

/** Runs `npm start` as a person types it, in a copy of the tracked files, until its last line. */
export async function npmStart(): Promise<Started> {
	const clone = await mkdtemp(path.join(tmpdir(), 'clone-'));
	const { stdout } = await execa('git', ['ls-files', '-z'], { cwd: ROOT });
	for (const file of stdout.split('\0').filter(Boolean)) {
		await cp(path.join(ROOT, file), path.join(clone, file));
	}
	await symlink(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
	let output = '';
	// A group of its own, as Ctrl-C sends the signal to all processes of the terminal's group.
	const subprocess = execa('npm', ['start'], {
		cwd: clone,
		all: true,
		detached: true,
		reject: false,
		stdin: 'ignore',
	});
	subprocess.all.on('data', (text: Buffer) => {
		output += text.toString();
	});
	const ended = subprocess.then((result) => result);
	const group = -Number(subprocess.pid);
	const isRunning = () => {
		try {
			return process.kill(group, 0);
		} catch {
			return false;
		}
	};
	const interrupt = async () => {
		try {
			if (isRunning()) process.kill(group, 'SIGINT');
			await waitFor(() => !isRunning());
		} finally {
			if (isRunning()) process.kill(group, 'SIGKILL');
			await ended;
			await rm(clone, { recursive: true, force: true });
		}
	};
	try {
		const isReady = () => output.includes('Ctrl-C ends all of it.');
		await waitFor(() => isReady() || !isRunning(), START_TIMEOUT_MS);
		if (!isReady()) throw new Error(output);
	} catch (error) {
		await interrupt();
		throw error;
	}
	const find = (line: RegExp) => line.exec(output)?.[1] ?? '';
	return {
		output,
		editorUrl: find(/Editor +(\S+)/),
		sandboxUrl: find(/Sandbox +(\S+)/),
		owner: { email: find(/Login +(\S+)/), password: find(/Login +\S+ +(\S+)/) },
		interrupt,
	};
}
