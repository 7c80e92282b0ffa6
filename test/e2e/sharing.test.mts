import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { credentialOf } from '../../sandbox/account.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { StoredWorkflow } from '../../scripts/n8n/client.mts';
import { toNode } from '../../scripts/workflows.mts';
import { CANARIES } from '../support/canaries.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { type OtherSystem, startOtherSystem } from '../support/otherSystem.mts';
import { waitFor } from '../support/wait.mts';

const GROUP = '120363019502650977-group';
const CONTACT = { senderName: 'Ana', fromMe: false };
const TRIGGER = 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger';
const MESSAGES = { events: ['messageReceived'] };

let n8n: TestN8n;
let sandbox: Sandbox;
let crm: OtherSystem;
/** n8n's Webhook node, as in Z-API's example. */
let example: StoredWorkflow;
let exampleUrl: string;
let workflows: StoredWorkflow[];

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox(CANARIES);
	crm = await startOtherSystem();
	const credential = await n8n.client.saveCredential('Z-API', credentialOf(sandbox));
	const create = async (name: string, type: string, parameters: object) =>
		await n8n.client.importWorkflow(
			{
				name,
				nodes: [toWebhookNode(type, parameters)],
				connections: {},
				settings: { executionOrder: 'v1' },
			},
			credential,
		);
	const parameters = { path: 'example', httpMethod: 'POST', responseMode: 'onReceived' };
	example = await create('Example', 'n8n-nodes-base.webhook', parameters);
	const both = { events: ['messageReceived', 'messageSent'], options: { ifWebhookTaken: 'share' } };
	workflows = [
		await create('One', TRIGGER, MESSAGES),
		await create('Two', TRIGGER, both),
		await create('Three', TRIGGER, { events: ['messageReceived', 'messagePinned'] }),
	];
	await n8n.client.activate(example);
	// Learns how n8n is called from outside.
	const [first] = workflows;
	assert(first);
	await n8n.client.activate(first);
	exampleUrl = `${new URL(sandbox.instance.receivedCallbackUrl).origin}/webhook/example`;
	await n8n.client.deactivate(first);
	takeByOthers();
});

after(async () => {
	await n8n?.stop();
	await sandbox?.close();
	await crm?.close();
});

/** n8n's editor gives it an ID. */
function toWebhookNode(type: string, parameters: object) {
	return { ...toNode('Trigger', type, parameters), webhookId: crypto.randomUUID() };
}

function takeByOthers(): void {
	sandbox.instance.receivedCallbackUrl = exampleUrl;
	sandbox.instance.deliveryCallbackUrl = crm.url;
}

const webhooks = () => {
	const { receivedCallbackUrl, deliveryCallbackUrl, receiveCallbackSentByMe } = sandbox.instance;
	return [receivedCallbackUrl, deliveryCallbackUrl, receiveCallbackSentByMe];
};
const countAll = async () =>
	await Promise.all(
		[example, ...workflows].map(async (workflow) => {
			const { count } = await n8n.client.listExecutions(workflow);
			return count;
		}),
	);

/**
 * Someone writes, and each of these starts once: the Webhook node first, then the workflows.
 *
 * @param expected how many executions of each
 */
async function expectStarts(expected: number[]): Promise<void> {
	const counts = await countAll();
	sandbox.chats.write(GROUP, `Message ${Math.random()}`, CONTACT);
	const isDelivered = () => sandbox.deliveries.every(({ status }) => status === 200);
	await waitFor(isDelivered);
	const all = counts.map((count, index) => count + (expected[index] ?? 0));
	await waitFor(async () => (await countAll()).every((count, index) => count >= (all[index] ?? 0)));
	assert.deepEqual(await countAll(), all);
}

const ORDERS = [
	[0, 1, 2],
	[0, 2, 1],
	[1, 0, 2],
	[1, 2, 0],
	[2, 0, 1],
	[2, 1, 0],
];

test("three workflows, n8n's Webhook node and a server share one number, and leave it in every order", async () => {
	for (const order of ORDERS) {
		takeByOthers();
		const isIn = [0, 0, 0];
		for (const [step, index] of [...order, ...order].entries()) {
			const workflow = workflows[index];
			assert(workflow);
			if (step < 3) await n8n.client.activate(workflow);
			else await n8n.client.deactivate(workflow);
			isIn[index] = step < 3 ? 1 : 0;
			await expectStarts([1, ...isIn]);
		}
		assert.deepEqual(webhooks(), [exampleUrl, crm.url, false]);
	}
});

test('a test receives beside all the others', async () => {
	const [one, two] = workflows;
	assert(one && two);
	await n8n.client.activate(one);
	await n8n.client.activate(two);
	const registered = sandbox.instance.receivedCallbackUrl;
	await n8n.client.listen(two, 'Trigger');
	await expectStarts([1, 1, 2, 0]);
	await waitFor(() => sandbox.instance.receivedCallbackUrl === registered);
	await expectStarts([1, 1, 1, 0]);
});

test('two triggers in one workflow each start it', async () => {
	const [first, second] = ['First', 'Second'].map((name) => ({
		...toWebhookNode(TRIGGER, MESSAGES),
		id: name,
		name,
	}));
	assert(first && second);
	const credential = await n8n.client.saveCredential('Z-API', credentialOf(sandbox));
	const twice = await n8n.client.importWorkflow(
		{ name: 'Twice', nodes: [first, second], connections: {} },
		credential,
	);
	await n8n.client.activate(twice);
	workflows.push(twice);
	await expectStarts([1, 1, 1, 0, 2]);
	await n8n.client.deactivate(twice);
	await expectStarts([1, 1, 1, 0, 0]);
	workflows.pop();
});

test('a server gets each call of the webhook that it shares', async () => {
	const { length } = crm.calls;
	const { instanceId, token, clientToken } = CANARIES;
	const path = `/instances/${instanceId}/token/${encodeURIComponent(token)}/send-text`;
	const headers = { 'client-token': clientToken, 'content-type': 'application/json' };
	const body = JSON.stringify({ phone: GROUP, message: 'Sent' });
	await fetch(sandbox.url + path, { method: 'POST', headers, body });
	await waitFor(() => crm.calls.length > length);
	assert.equal(crm.calls.length, length + 1);
});

test('killed between two requests, n8n is put right by the next publication', async () => {
	const [, , three] = workflows;
	assert(three);
	sandbox.faults.latencyMs = 2000;
	const { length } = sandbox.requests;
	const activation = n8n.client.activate(three).catch(() => undefined);
	const isWritten = () =>
		sandbox.requests.slice(length).some(({ method, isDone }) => method === 'PUT' && isDone);
	await waitFor(isWritten);
	n8n = await n8n.restart('SIGKILL', () => {
		sandbox.faults.latencyMs = 0;
	});
	await activation;
	await waitFor(async () => (await fetch(exampleUrl, { method: 'POST' })).ok);
	for (const workflow of workflows) {
		await n8n.client.activate(workflow);
	}
	await expectStarts([1, 1, 1, 1]);
	for (const workflow of workflows) await n8n.client.deactivate(workflow);
	assert.deepEqual(webhooks(), [exampleUrl, crm.url, false]);
});
