import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { INodeExecutionData } from 'n8n-workflow';
import { credentialOf } from '../../sandbox/account.mts';
import type { N8n } from '../../scripts/n8n/process.mts';
import { toPinNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import { runFaultMatrix, toResult, toTables } from '../support/faultMatrix.mts';
import { startTestN8n } from '../support/n8n.mts';

let n8n: N8n;

before(async () => {
	n8n = await startTestN8n();
});

after(async () => await n8n?.stop());

test('the fault matrix holds in a real n8n, and its log holds no secret', async () => {
	const { client, log } = n8n;
	let workflows = 0;
	// The engine's test has all of Send and Pin; here it would take minutes.
	const isWanted: Parameters<typeof runFaultMatrix>[2] = (step, pattern) =>
		step === 'Pin' || pattern.includes('once');
	const lines = await runFaultMatrix(
		async (sandbox, wanted, parameters, baseUrl = sandbox.url) => {
			const name = `Case ${workflows++}`;
			const credential = await client.saveCredential(name, { ...credentialOf(sandbox), baseUrl });
			const items = JSON.stringify(wanted.map((json) => ({ json })));
			const pin = { ...toPinNode('Pin', parameters), onError: 'continueRegularOutput' };
			const workflow = await client.importWorkflow(
				toWorkflow(name, `return ${items};`, pin),
				credential,
			);
			const execution = await client.execute(workflow, TRIGGER);
			assert.equal(execution.status, 'success');
			const [output] = execution.runData.Pin?.[0]?.data?.main ?? [];
			return { items: output as INodeExecutionData[], trace: JSON.stringify(execution) };
		},
		8,
		isWanted,
	);
	console.log(`${toResult(lines)}\n\n${toTables(lines)}`);
	assert.deepEqual(
		lines.filter(({ violations, sentTwice }) => violations.length > 0 || sentTwice > 0),
		[],
	);
	const over = lines.filter(
		({ step, fault, pattern, isTemporary }) =>
			isTemporary &&
			pattern.includes('once') &&
			(step !== 'Send and Pin: sending' || /429|503/.test(fault)),
	);
	assert.ok(over.length > 20);
	for (const { items, pinned, reportedPinned } of over) {
		assert.deepEqual({ pinned, reportedPinned }, { pinned: items, reportedPinned: items });
	}
	assert.doesNotMatch(await readFile(log, 'utf8'), /canary/i);
});
