import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { INodeExecutionData } from 'n8n-workflow';
import { credentialOf } from '../../sandbox/account.mts';
import { startSandbox } from '../../sandbox/server.mts';
import type { N8n } from '../../scripts/n8n/process.mts';
import { toPinNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import {
	isRefused,
	isSending,
	runFaultMatrix,
	TLS_BREAKS_LATE,
	toResult,
	toTables,
} from '../support/faultMatrix.mts';
import { startTestN8n } from '../support/n8n.mts';
import { FILES, SEND_AND_PIN, toNotices } from '../support/notices.mts';
import { pinsSent } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

let n8n: N8n;

before(async () => {
	n8n = await startTestN8n();
});

after(async () => await n8n?.stop());

test('the fault matrix holds in a real n8n, and its log holds no secret', async () => {
	const { client, log } = n8n;
	let workflows = 0;
	// The engine's test has all of Send and Pin; here it would take minutes.
	const isWanted: Parameters<typeof runFaultMatrix>[2] = (step, pattern, fault) =>
		fault !== TLS_BREAKS_LATE && (step === 'Pin' || pattern.includes('once'));
	const lines = await runFaultMatrix(
		async (sandbox, wanted, parameters, baseUrl = sandbox.url) => {
			const name = `Case ${workflows++}`;
			const credential = await client.saveCredential(name, { ...credentialOf(sandbox), baseUrl });
			const items = JSON.stringify(wanted.map((json) => ({ json, binary: FILES })));
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
			isTemporary && pattern.includes('once') && (!isSending(step) || isRefused(fault)),
	);
	assert.ok(over.length > 20);
	for (const { items, pinned, reportedPinned } of over) {
		assert.deepEqual({ pinned, reportedPinned }, { pinned: items, reportedPinned: items });
	}
	assert.doesNotMatch(await readFile(log, 'utf8'), /canary/i);
});

test('after Stop, the log lists messages that were sent, but not pinned', async () => {
	const { client, log } = n8n;
	const sandbox = await startSandbox();
	try {
		sandbox.faults.set({ path: '/pin-message', response: 'silence' });
		const credential = await client.saveCredential('Stop', credentialOf(sandbox));
		const items = JSON.stringify(toNotices(2).map((json) => ({ json })));
		const node = toPinNode('Notice', SEND_AND_PIN);
		const workflow = await client.importWorkflow(
			toWorkflow('Stop', `return ${items};`, node),
			credential,
		);
		const executing = client.execute(workflow, TRIGGER);
		await waitFor(() => pinsSent(sandbox).length === 2);
		const { ids } = await client.listExecutions(workflow);
		await client.call('POST', `/rest/executions/${ids[0]}/stop`);
		assert.equal((await executing).status, 'canceled');
		const told =
			'Notice: The execution was stopped. 0 of 2 items are done. Item 0: Z-API accepted the message';
		await waitFor(async () => (await readFile(log, 'utf8')).includes(told));
	} finally {
		await sandbox.close();
	}
});
