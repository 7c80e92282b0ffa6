import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type {
	INodeCredentialTestResult,
	INodeListSearchResult,
	INodeTypeDescription,
} from 'n8n-workflow';
import { accountOf, credentialOf } from '../../sandbox/account.mts';
import { KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { N8N_1_VERSION, N8N_OLDEST_VERSION, N8N_VERSION } from '../../scripts/n8n/install.mts';
import type { N8nClient, StoredWorkflow } from '../../scripts/n8n/client.mts';
import { toNode, toPinNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { first } from '../support/only.mts';
import { pinsSent } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

const GROUP = '120363019502650977-group';

const PACKAGE = 'n8n-nodes-zapi-pin-message';

/** What the editor must offer, and what comes out of it. */
const NODE_TYPES = {
	[`${PACKAGE}.zApiPinMessage`]: ['main'],
	[`${PACKAGE}.zApiPinMessageTool`]: ['ai_tool'],
	[`${PACKAGE}.zApiPinMessageTrigger`]: ['main'],
};

/** Publishes or unpublishes a workflow; n8n 1 calls it activating. */
async function setActive(
	client: N8nClient,
	workflow: StoredWorkflow,
	version: string,
	active: boolean,
): Promise<void> {
	if (!version.startsWith('1.')) {
		await (active ? client.activate(workflow) : client.deactivate(workflow));
		return;
	}
	const path = `/rest/workflows/${workflow.id}`;
	const { versionId } = await client.call<StoredWorkflow>('GET', path);
	await client.call('PATCH', path, { active, versionId });
}

for (const version of [N8N_OLDEST_VERSION, N8N_1_VERSION, N8N_VERSION]) {
	describe(`n8n ${version}`, () => {
		let sandbox: Sandbox;
		let n8n: TestN8n;
		let credential: { id: string; name: string };

		before(async () => {
			n8n = await startTestN8n(version);
			sandbox = await startSandbox();
			credential = await n8n.client.saveCredential('Sandbox', credentialOf(sandbox));
		});

		after(async () => {
			await n8n?.stop();
			await sandbox?.close();
		});

		afterEach(() => sandbox.faults.reset());

		test('has the nodes, and the AI tool', async () => {
			const types = await n8n.client.call<INodeTypeDescription[]>('GET', '/types/nodes.json');
			const own = types.filter(({ name }) => name.startsWith(`${PACKAGE}.`));
			assert.deepEqual(
				Object.fromEntries(own.map(({ name, outputs }) => [name, outputs])),
				NODE_TYPES,
			);
		});

		test('tests the credential, and says what to do if it does not work', async () => {
			const tryOut = async (fields: object) => {
				const data = { ...credentialOf(sandbox), ...fields };
				const credentials = { ...credential, type: 'zApi', data };
				return await n8n.client.call<INodeCredentialTestResult>('POST', '/rest/credentials/test', {
					credentials,
				});
			};
			assert.deepEqual(await tryOut({}), { status: 'OK', message: 'Connected to WhatsApp' });
			const { status, message } = await tryOut({ clientToken: 'another-client-token' });
			assert.equal(status, 'Error');
			assert.match(message, /^Z-API does not accept the Client-Token\. Copy /);
		});

		test('searches the list of chats', async () => {
			const { results } = await n8n.client.call<INodeListSearchResult>(
				'POST',
				'/rest/dynamic-node-parameters/resource-locator-results',
				{
					path: 'parameters.phone',
					methodName: 'searchChats',
					filter: 'condominio',
					nodeTypeAndVersion: { name: `${PACKAGE}.zApiPinMessage`, version: 1 },
					currentNodeParameters: {},
					credentials: { zApi: credential },
				},
			);
			assert.deepEqual(
				results.map(({ value }) => value),
				[GROUP],
			);
		});

		test('pins, and stops with the message of the node if Z-API does not accept it', async () => {
			const items = "return [{ json: { messageId: 'M' } }];";
			const workflow = await n8n.client.importWorkflow(
				toWorkflow('Pin', items, toPinNode('Pin')),
				credential,
			);
			sandbox.requests.length = 0;
			const { status, runData } = await n8n.client.execute(workflow, TRIGGER);
			assert.equal(status, 'success');
			assert.deepEqual(accountOf(sandbox).accepted, new Set(['M']));
			assert.equal(pinsSent(sandbox).length, 1);
			const [item] = runData.Pin?.[0]?.data?.main?.[0] ?? [];
			assert.deepEqual([item?.json.messageId, item?.json.state], ['M', 'accepted']);

			sandbox.faults.set({ response: KNOWN_FAULTS.notConnected });
			const { error, ...stopped } = await n8n.client.execute(workflow, TRIGGER);
			assert.equal(stopped.status, 'error');
			assert.match(error?.message ?? '', /not connected to WhatsApp/);
			sandbox.faults.reset();
		});

		test('registers the trigger, starts an execution for a message, and removes the trigger', async () => {
			const trigger = {
				...toNode('Trigger', `${PACKAGE}.zApiPinMessageTrigger`, {}),
				webhookId: 'trigger',
			};
			const workflow = await n8n.client.importWorkflow(
				{
					name: 'Trigger',
					nodes: [trigger],
					connections: {},
					settings: { executionOrder: 'v1' },
				},
				credential,
			);
			await setActive(n8n.client, workflow, version, true);
			const { origin, pathname } = new URL(sandbox.instance.receivedCallbackUrl);
			assert.equal((await fetch(origin + pathname, { method: 'POST' })).status, 401);
			sandbox.chats.write(GROUP, 'Hello', { senderName: 'Ana', fromMe: false });
			await waitFor(async () => (await n8n.client.listExecutions(workflow)).count > 0);
			const { ids } = await n8n.client.listExecutions(workflow);
			const { status, runData } = await n8n.client.readExecution(first(ids));
			assert.deepEqual([ids.length, status], [1, 'success']);
			const { chat, text } = runData.Trigger?.[0]?.data?.main?.[0]?.[0]?.json ?? {};
			assert.deepEqual([chat, text], [GROUP, 'Hello']);
			await setActive(n8n.client, workflow, version, false);
			assert.equal(sandbox.instance.receivedCallbackUrl, '');
		});

		test('sends a failed item to the error output, with the fields of its input', async () => {
			const items = "return [{ json: { messageId: '', mine: 1 } }];";
			const pin = { ...toPinNode('Pin'), onError: 'continueErrorOutput' };
			const workflow = await n8n.client.importWorkflow(
				toWorkflow('Pin with error output', items, pin),
				credential,
			);
			const { runData } = await n8n.client.execute(workflow, TRIGGER);
			const [succeeded, failed] = runData.Pin?.[0]?.data?.main ?? [];
			assert.deepEqual(succeeded, []);
			assert.equal(failed?.length, 1);
			const { mine, error, code, action, chat } = failed?.[0]?.json ?? {};
			assert.deepEqual([mine, code, action], [1, 'invalidParameter', 'pin']);
			assert.equal(chat, '5511900000001');
			assert.equal(error, "'Message ID' is empty");
		});

		test('shows the state queued while the instance is not connected', async () => {
			sandbox.instance.connection = 'notConnected';
			const workflow = await n8n.client.importWorkflow(
				toWorkflow('Queue', "return [{ json: { messageId: 'M' } }];", toPinNode('Pin')),
				credential,
			);
			const { runData } = await n8n.client.execute(workflow, TRIGGER);
			sandbox.instance.connection = 'connected';
			const [taskData] = runData.Pin ?? [];
			assert.equal(taskData?.data?.main?.[0]?.[0]?.json.state, 'queued');
			assert.match(JSON.stringify(taskData?.hints), /is not connected to WhatsApp/);
		});
	});
}
