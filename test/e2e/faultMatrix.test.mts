import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import getPort from 'get-port';
import type { INodeExecutionData } from 'n8n-workflow';
import { credentialOf } from '../../sandbox/account.mts';
import { installN8n, installNode, type N8n, startN8n, unpackPackage } from '../../scripts/n8n.mts';
import { toPinNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import { runFaultMatrix, toTable } from '../faultMatrix.mts';

let userFolder: string;
let n8n: N8n;

before(async () => {
	await installNode();
	await installN8n();
	userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-e2e-'));
	await unpackPackage(userFolder);
	n8n = await startN8n({ userFolder, port: await getPort() });
});

after(async () => {
	await n8n?.stop();
	await rm(userFolder, { recursive: true, force: true });
});

test('the fault matrix holds in a real n8n, and its log holds no secret', async () => {
	const { client, log } = n8n;
	let workflows = 0;
	const lines = await runFaultMatrix(
		async (sandbox, messageIds, { timeout, baseUrl = sandbox.url }) => {
			const name = `Case ${workflows++}`;
			const credential = await client.saveCredential(name, {
				...credentialOf(sandbox),
				baseUrl,
			});
			const items = JSON.stringify(messageIds.map((messageId) => ({ json: { messageId } })));
			const pin = { ...toPinNode('Pin', { timeout }), ...{ onError: 'continueRegularOutput' } };
			const workflow = await client.importWorkflow(
				toWorkflow(name, `return ${items};`, pin),
				credential,
			);
			const execution = await client.execute(workflow, TRIGGER);
			assert.equal(execution.status, 'success');
			const [output] = execution.runData.Pin[0].data?.main ?? [];
			return { items: output as INodeExecutionData[], trace: JSON.stringify(execution) };
		},
		8,
	);
	console.log(toTable(lines));
	assert.deepEqual(
		lines.filter(({ violations, sentTwice }) => violations.length > 0 || sentTwice > 0),
		[],
	);
	const over = lines.filter(({ pattern, isTemporary }) => isTemporary && pattern.includes('once'));
	assert.ok(over.length > 10);
	for (const { items, pinned, reportedPinned } of over) {
		assert.deepEqual({ pinned, reportedPinned }, { pinned: items, reportedPinned: items });
	}
	assert.doesNotMatch(await readFile(log, 'utf8'), /canary/i);
});
