// `npm start` as a person types it, in a copy of the tracked files: until its last line, its editor, its sandbox,
// and Ctrl-C.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.mts';
import { waitFor } from '../support/wait.mts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The first start installs n8n, if no other clone has. */
const START_TIMEOUT_MS = 900_000;

let browser: Browser;
let clone: string;

before(async () => {
	browser = await launchBrowser();
	clone = await mkdtemp(path.join(tmpdir(), 'clone-'));
	const { stdout } = await execa('git', ['ls-files', '-z'], { cwd: ROOT });
	for (const file of stdout.split('\0').filter(Boolean)) {
		await cp(path.join(ROOT, file), path.join(clone, file));
	}
	await symlink(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
});

after(async () => {
	await browser?.close();
	await rm(clone, { recursive: true, force: true });
});

test('npm start pins its demo message, serves the editor and the sandbox, and ends with Ctrl-C', async () => {
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
	try {
		await waitFor(
			() => output.includes('Ctrl-C ends all of it.') || !isRunning(),
			START_TIMEOUT_MS,
		);
		console.log(output);
		assert.match(output, /Pinned in “.+” until .+: “.+”/);
		const [, editorUrl = ''] = /Editor +(\S+)/.exec(output) ?? [];
		const [, email = '', password = ''] = /Login +(\S+) +(\S+)/.exec(output) ?? [];
		const [, sandboxUrl = ''] = /Sandbox +(\S+)/.exec(output) ?? [];

		const editor = await browser.newPage();
		await editor.goto(editorUrl);
		await editor.locator('input[type=email], input[name=emailOrLdapLoginId]').first().fill(email);
		await editor.locator('input[type=password]').fill(password);
		await editor.keyboard.press('Enter');
		await editor.getByText('Pin the notice').first().waitFor({ timeout: 60_000 });

		const sandbox = await browser.newPage();
		await sandbox.goto(sandboxUrl);
		await sandbox.getByRole('link', { name: 'Condomínio Jardim' }).click();
		const text = 'The lift works again on Monday. #notice';
		await sandbox.getByRole('textbox', { name: /^Write/ }).fill(text);
		await sandbox.keyboard.press('Enter');
		const bar = sandbox.getByRole('list', { name: 'Pinned messages' });
		await bar.getByRole('button').filter({ hasText: text }).waitFor({ timeout: 60_000 });

		// The second workflow on the same number.
		const other = 'Who has the key of the gate?';
		await sandbox.getByRole('textbox', { name: /^Write/ }).fill(other);
		await sandbox.keyboard.press('Enter');
		const message = sandbox.getByRole('article').filter({ hasText: other });
		await message.getByRole('combobox', { name: 'React' }).selectOption('📌');
		await bar.getByRole('button').filter({ hasText: other }).waitFor({ timeout: 60_000 });

		process.kill(group, 'SIGINT');
		await ended;
		await waitFor(() => !isRunning());
		for (const url of [editorUrl, sandboxUrl]) await assert.rejects(fetch(url));
	} finally {
		if (isRunning()) process.kill(group, 'SIGKILL');
		await ended;
	}
});
