import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { INodeExecutionData } from 'n8n-workflow';
import { toCredential } from '../../sandbox/server.mts';
import type { N8n } from '../../scripts/n8n.mts';
import { toNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import { runFaultMatrix, toTable } from '../faultMatrix.mts';
import { startTestN8n } from '../n8n.mts';

let n8n: N8n;

before(async () => {
	n8n = await startTestN8n();
});

after(async () => await n8n?.stop());

test('the fault matrix holds in a real n8n, and its log holds no secret', async () => {
	const { client, log } = n8n;
	let workflows = 0;
	const lines = await runFaultMatrix(async (sandbox, messageIds, { timeout, baseUrl }) => {
		const name = `Case ${workflows++}`;
		const credential = await client.saveCredential(name, {
			...{ ...toCredential(sandbox), ...(baseUrl && { baseUrl }) },
		});
		const items = JSON.stringify(messageIds.map((messageId) => ({ json: { messageId } })));
		const pin = toNode('Pin', 'n8n-nodes-zapi-pin-message.zApiPinMessage', {
			phone: { __rl: true, mode: 'id', value: '5511999999999' },
			messageId: '={{ $json.messageId }}',
			options: { timeout },
		});
		const workflow = await client.importWorkflow(
			toWorkflow(name, `return ${items};`, { ...pin, ...{ onError: 'continueRegularOutput' } }),
			credential,
		);
		const execution = await client.execute(workflow, TRIGGER);
		assert.equal(execution.status, 'success');
		const [output] = execution.runData.Pin[0].data?.main ?? [];
		return { items: output as INodeExecutionData[], trace: JSON.stringify(execution) };
	}, 8);
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
