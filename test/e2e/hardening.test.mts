// n8n's HTTP Request node with this package's credential, at a Base URL that isn't Z-API's; and the longest message.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Execution } from '../../scripts/n8n/client.mts';
import { toNode, toWorkflow, TRIGGER } from '../../scripts/workflows.mts';
import { credentialOf } from '../../sandbox/account.mts';
import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from '../support/canaries.mts';
import { type HostileHost, send, startHostileHost } from '../support/hostileHost.mts';
import { WORST_MESSAGE } from '../support/hostileText.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { waitFor } from '../support/wait.mts';

const INSTANCE_PATH = `/instances/INSTANCE-1/token/${encodeURIComponent(CANARIES.token)}/`;

let n8n: TestN8n;
let host: HostileHost;
let otherHost: HostileHost;

before(async () => {
	n8n = await startTestN8n();
	host = await startHostileHost();
	otherHost = await startHostileHost();
});

after(async () => {
	await n8n?.stop();
	host?.close();
	otherHost?.close();
});

/** Sends requests as a user would who follows the README, whatever comes of each. */
async function request(urls: string[], method = 'GET'): Promise<Execution> {
	host.requests.length = 0;
	const credential = await n8n.client.saveCredential('Z-API', { ...CANARIES, baseUrl: host.url });
	const parameters = {
		method,
		url: '={{ $json.url }}',
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'zApi',
		options: {},
	};
	const node = toNode('HTTP', 'n8n-nodes-base.httpRequest', parameters, 4.2);
	const items = JSON.stringify(urls.map((url) => ({ json: { url } })));
	const workflow = toWorkflow(randomUUID(), `return ${items};`, {
		...node,
		onError: 'continueRegularOutput',
	});
	return await n8n.client.execute(await n8n.client.importWorkflow(workflow, credential), TRIGGER);
}

for (const method of ['GET', 'POST']) {
	test(`no redirect sends a ${method} request with the credential to another host`, async () => {
		const statuses = [301, 302, 303, 307, 308];
		host.misdeed = (response) => {
			const status = Number(host.requests.at(-1)?.slice(-3));
			send('', status, { location: otherHost.url })(response);
		};
		await request(
			statuses.map((status) => `${host.url}/${status}`),
			method,
		);
		const sent = statuses.map((status) => `${INSTANCE_PATH}${status}`);
		assert.deepEqual([...host.requests].sort(), sent);
		assert.equal(otherHost.requests.length, 0);
	});
}

test("no URL changes the instance's path", async () => {
	host.misdeed = send('{"connected":true}');
	const ways = ['/../../../x', '/%2e%2e/%2E%2e/x', '/..\\..\\x', '/.\t./x', '/..%2f..%2fx'];
	await request(ways.map((way) => host.url + way));
	// The last one is refused, as what it means is up to the server.
	assert.deepEqual(host.requests, Array(4).fill(`${INSTANCE_PATH}x`));
});

test("Z-API's own URL leads to the credential's Base URL", async () => {
	host.misdeed = send('{"connected":true}');
	const { status } = await request(['https://api.z-api.io/instances/any/token/any/status']);
	assert.deepEqual([status, host.requests], ['success', [`${INSTANCE_PATH}status`]]);
});

const CONTACT = { senderName: 'Ana', fromMe: false };

for (const textContains of ['', '#notice']) {
	test(`n8n responds while the worst message comes in; Text Contains: “${textContains}”`, async (context) => {
		const { client } = n8n;
		const sandbox = await startSandbox();
		context.after(sandbox.close);
		const parameters = { events: ['messageReceived'], options: { textContains } };
		const trigger = {
			...toNode('Trigger', 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger', parameters),
			webhookId: randomUUID(),
		};
		const credential = await client.saveCredential('Z-API', credentialOf(sandbox));
		const name = `Long ${textContains}`;
		const workflow = await client.importWorkflow(
			{ name, nodes: [trigger], connections: {}, settings: {} },
			credential,
		);
		await client.activate(workflow);

		const longest: number[] = [];
		for (let message = 1; message <= 5; message++) {
			let isReceived = false;
			const delivered = sandbox.deliveries.length + 1;
			sandbox.chats.write(DEMO_MESSAGE.phone, WORST_MESSAGE, CONTACT);
			const received = waitFor(() => {
				isReceived = sandbox.deliveries.filter(({ status }) => status === 200).length >= delivered;
				return isReceived;
			});
			let most = 0;
			while (!isReceived) {
				const startedAt = performance.now();
				await fetch(`${n8n.url}/healthz`);
				most = Math.max(most, performance.now() - startedAt);
			}
			await received;
			longest.push(most);
		}
		await client.deactivate(workflow);
		// A busy machine can delay some responses, but not those during every message.
		assert.ok(Math.min(...longest) < 200, `Longest responses, in ms: ${longest.join(', ')}`);
	});
}
