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
import { toPinNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { pinsSent } from '../support/sandbox.mts';

const PACKAGE = 'n8n-nodes-zapi-pin-message';

/** What the editor must offer, and what comes out of it. */
const NODE_TYPES = {
	[`${PACKAGE}.zApiPinMessage`]: ['main'],
	[`${PACKAGE}.zApiPinMessageTool`]: ['ai_tool'],
	[`${PACKAGE}.zApiPinMessageTrigger`]: ['main'],
};

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
				['120363019502650977-group'],
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
			assert.equal(error, 'Message ID is empty [item 0]');
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
