import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import type { INodeTypeDescription } from 'n8n-workflow';
import {
	installNode,
	N8N_VERSION,
	PACKAGE,
	packPackage,
	toPath,
} from '../../scripts/n8n/install.mts';
import { startTestN8n } from '../support/n8n.mts';

/** Runs the documented command in the folder that it names, with what would be published. */
async function installByHand(userFolder: string, node: string): Promise<string[]> {
	const page = await readFile(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
	const [, args = ''] = new RegExp(`\`npm (.+) ${PACKAGE}\` in \`~/.n8n/nodes\``).exec(page) ?? [];
	const cwd = path.join(userFolder, '.n8n/nodes');
	await mkdir(cwd, { recursive: true });
	await installNode({ version: node });
	const tarball = await packPackage(userFolder);
	const env = { PATH: toPath(node) };
	assert.match((await execa('node', ['--version'], { env })).stdout, new RegExp(`^v${node}\\.`));
	await execa('npm', [...args.split(' '), tarball], { cwd, env });
	const installed = await readdir(path.join(cwd, 'node_modules'));
	return installed.filter((name) => !name.startsWith('.'));
}

test('by hand, under Node.js 22: npm installs this one package', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-install-'));
	try {
		assert.deepEqual(await installByHand(folder, '22'), [PACKAGE]);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});

test('by hand, under Node.js 24: npm installs this one package, n8n loads it and does not list it', async () => {
	const n8n = await startTestN8n(N8N_VERSION, async (folder) => {
		assert.deepEqual(await installByHand(folder, '24'), [PACKAGE]);
	});
	try {
		const types = await n8n.client.call<INodeTypeDescription[]>('GET', '/types/nodes.json');
		const names = new Set(types.map(({ name }) => name));
		for (const name of ['zApiPinMessage', 'zApiPinMessageTrigger']) {
			assert.ok(names.has(`${PACKAGE}.${name}`), name);
		}
		// What Settings > Community Nodes shows.
		assert.deepEqual(await n8n.client.call('GET', '/rest/community-packages'), []);
	} finally {
		await n8n.stop();
	}
});
