import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setInterval } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import type { Execution, StoredWorkflow } from '../../scripts/n8n/client.mts';
import { to, toNode } from '../../scripts/workflows.mts';
import { credentialOf } from '../../sandbox/account.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from '../support/canaries.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { first } from '../support/only.mts';
import { waitFor } from '../support/wait.mts';

const GROUP = '120363019502650977-group';
/** The previous webhook URL, where no server responds. */
const PREVIOUS = 'http://127.0.0.1:9/crm?key=secret-of-the-crm';

const CONTACT = { senderName: 'Ana', fromMe: false };

let n8n: TestN8n;
let sandbox: Sandbox;

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox(CANARIES);
});

after(async () => {
	await n8n?.stop();
	await sandbox?.close();
});

const write = (text: string) => sandbox.chats.write(GROUP, text, CONTACT);
const registered = () => new URL(sandbox.instance.receivedCallbackUrl);
const pinned = () => sandbox.chats.get(GROUP).pins.map(({ messageId }) => messageId);

/**
 * Z-API Pin Message Trigger → only what is no pin → Z-API Pin Message.
 *
 * @param nodes how many of them
 */
async function importWorkflow(
	name: string,
	parameters: object,
	nodes = 3,
	webhookId: string = crypto.randomUUID(),
): Promise<StoredWorkflow> {
	const credential = await n8n.client.saveCredential('Z-API', credentialOf(sandbox));
	const isNoPin = {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
			conditions: [
				{
					id: '1',
					leftValue: '={{ $json.pin }}',
					rightValue: '',
					operator: { type: 'object', operation: 'notExists', singleValue: true },
				},
			],
			combinator: 'and',
		},
	};
	const trigger = toNode('Trigger', 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger', parameters);
	return await n8n.client.importWorkflow(
		{
			name,
			nodes: [
				{ ...trigger, webhookId },
				toNode('Filter', 'n8n-nodes-base.filter', isNoPin, 2.2),
				toNode('Pin', 'n8n-nodes-zapi-pin-message.zApiPinMessage', {
					phone: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
					messageId: '={{ $json.messageId }}',
				}),
			].slice(0, nodes),
			connections: nodes === 3 ? { Trigger: to('Filter'), Filter: to('Pin') } : {},
			settings: { executionOrder: 'v1' },
		},
		credential,
	);
}

/** Asks the sandbox for a pin or unpin, as another system would. */
async function pin(messageId: string, messageAction: 'pin' | 'unpin'): Promise<void> {
	const { instanceId, token, clientToken } = CANARIES;
	const path = `/instances/${instanceId}/token/${encodeURIComponent(token)}/pin-message`;
	const headers = { 'client-token': clientToken, 'content-type': 'application/json' };
	const body = { phone: GROUP, messageId, messageAction, pinMessageDuration: '7_days' };
	const call = { method: 'POST', headers, body: JSON.stringify(body) };
	assert.equal((await fetch(sandbox.url + path, call)).status, 200);
}

const list = async (workflow: StoredWorkflow) => await n8n.client.listExecutions(workflow);

/** Whether the sandbox calls nobody any more: a webhook that has gone is not called again. */
const isCalledBack = () =>
	sandbox.deliveries.every(
		({ url, status }) => status === 200 || (status !== 0 && url !== registered().href),
	);

/** Waits until there are so many executions and no more can come: each callback starts one. */
async function expectExecutions(
	workflow: StoredWorkflow,
	expected: number,
	timeout?: number,
): Promise<Execution[]> {
	await waitFor(async () => (await list(workflow)).count >= expected, timeout);
	// A pin's callback is on its way before the execution that pins has ended.
	const { ids } = await list(workflow);
	const executions = await Promise.all(ids.map(async (id) => await n8n.client.readExecution(id)));
	await waitFor(isCalledBack);
	assert.equal((await list(workflow)).count, expected);
	return executions;
}

/** The first item of the trigger's output. */
const triggered = ({ runData }: Execution) => runData.Trigger?.[0]?.data?.main?.[0]?.[0]?.json;

const EVENTS = ['messageReceived', 'messagePinned', 'messageUnpinned'];
let story: StoredWorkflow;

test('activation replaces the webhook of another system only with Replace', async () => {
	sandbox.instance.receivedCallbackUrl = PREVIOUS;
	const polite = await importWorkflow('Polite', { events: EVENTS });
	await assert.rejects(n8n.client.activate(polite), (error: Error) => {
		assert.match(error.message, /belongs to another system \(127\.0\.0\.1:9\)/);
		assert.doesNotMatch(error.message, /secret/);
		return true;
	});
	assert.equal(sandbox.instance.receivedCallbackUrl, PREVIOUS);

	story = await importWorkflow('Story', {
		events: EVENTS,
		options: { ifWebhookTaken: 'replace' },
	});
	await n8n.client.activate(story);
	assert.match(registered().pathname, /^\/webhook\//);
	assert.equal(sandbox.instance.receiveCallbackSentByMe, true);
});

test('a message is pinned, and its pin starts a second execution that carries `pin`', async () => {
	const { messageId } = write('The water will be off on Friday. #notice');
	await waitFor(() => pinned().includes(messageId));
	const [byPin, byMessage] = await expectExecutions(story, 2);
	assert.ok(byPin && byMessage);

	const { messageId: id, text, chat } = triggered(byMessage) ?? {};
	assert.deepEqual(
		[id, text, chat],
		[messageId, 'The water will be off on Friday. #notice', GROUP],
	);
	assert.ok(byMessage.runData.Pin);

	const { expiresAt } = first(sandbox.chats.get(GROUP).pins);
	assert.equal(triggered(byPin)?.messageId, messageId);
	assert.deepEqual(triggered(byPin)?.pin, {
		action: 'pin',
		durationSeconds: 604800,
		expiresAt: new Date(expiresAt).toISOString(),
	});
	assert.equal(byPin.runData.Pin, undefined);
});

test('only Z-API starts an execution', async () => {
	const { count } = await n8n.client.listExecutions(story);
	const url = registered().href;
	const { instanceId } = sandbox.instance;
	const text = { message: 'Forged' };
	const callback = { type: 'ReceivedCallback', instanceId, phone: GROUP, messageId: 'A1', text };
	const json = { 'content-type': 'application/json' };
	const post = async (to: string, body: string, headers: Record<string, string> = json) =>
		(await fetch(to, { method: 'POST', body, headers })).status;

	const withoutSecret = url.replace(/\?.*/, '');
	const { searchParams } = new URL(url);
	const secret = searchParams.get('secret') ?? '';
	assert.equal(await post(withoutSecret, JSON.stringify(callback)), 401);
	assert.equal(await post(`${withoutSecret}?secret=x`, JSON.stringify(callback)), 401);
	assert.equal(await post(url.replace(secret, secret.slice(1)), JSON.stringify(callback)), 401);
	assert.equal(
		await post(url.replace(secret, `${secret.slice(1)}!`), JSON.stringify(callback)),
		401,
	);
	assert.equal(await post(url.replace(secret, 'x'.repeat(43)), JSON.stringify(callback)), 401);
	assert.equal(await post(`${url}&secret=x`, JSON.stringify(callback)), 401);
	const large = { ...callback, text: { message: 'x'.repeat(1_000_001) } };
	assert.equal(await post(url, JSON.stringify(large)), 413);
	assert.equal(await post(url, JSON.stringify(callback), { 'content-type': 'text/plain' }), 415);
	const form = new URLSearchParams({ type: 'ReceivedCallback' }).toString();
	const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
	assert.equal(await post(url, form, asForm), 415);
	const broken = await post(url, '{"type":"ReceivedCallback"');
	assert.ok(broken >= 400 && broken < 500, `status ${broken}`);
	assert.equal((await fetch(url)).status, 404);

	// With the secret it comes from Z-API, and is taken; but it is nothing that was asked for. For none of
	// these n8n decrypts the credential, or else it would notice that it can't be used.
	const credential = credentialOf(sandbox);
	await n8n.client.saveCredential('Z-API', { ...credential, token: '' });
	const other = { ...callback, instanceId: 'INSTANCE-2' };
	assert.equal(await post(url, JSON.stringify(other)), 200);
	const status = { ...callback, type: 'MessageStatusCallback' };
	for (const body of [status, { ...callback, text: null }, [callback], null, {}]) {
		assert.equal(await post(url, JSON.stringify(body)), 200);
	}
	await n8n.client.saveCredential('Z-API', credential);

	// What came before would have started before this does.
	const { messageId } = write('From Z-API.');
	await waitFor(() => pinned().includes(messageId));
	await expectExecutions(story, count + 2);
});

test('a call that comes twice starts one execution', async () => {
	const { count } = await n8n.client.listExecutions(story);
	const { instanceId } = sandbox.instance;
	// A pin that Z-API reports: the workflow does nothing with it.
	const referencedMessage = { messageId: 'A1' };
	const pinMessage = { action: 'pin', pinDurationInSecs: 86400, referencedMessage };
	const callback = {
		type: 'ReceivedCallback',
		instanceId,
		phone: GROUP,
		messageId: 'P1',
		pinMessage,
	};
	const headers = { 'content-type': 'application/json' };
	for (const momment of [1, 1, 2]) {
		const body = JSON.stringify({ ...callback, momment });
		assert.equal((await fetch(registered(), { method: 'POST', headers, body })).status, 200);
	}
	await expectExecutions(story, count + 2);
});

test('a copy with the same webhook cannot be published, and the original stays registered', async () => {
	const production = registered().href;
	const { webhookId } = first(story.nodes) as { webhookId?: string };
	const copy = await importWorkflow('Copy', { events: EVENTS }, 3, webhookId);
	await assert.rejects(n8n.client.activate(copy));
	assert.equal(registered().href, production);
});

test('a test receives beside production, and leaves no trace', async () => {
	const production = registered().href;
	const { count } = await n8n.client.listExecutions(story);
	const both = await importWorkflow('Both', { events: ['messageReceived'] }, 1);
	await n8n.client.activate(both);
	const shared = registered().href;
	await n8n.client.listen(both, 'Trigger');
	assert.match(registered().pathname, /^\/webhook\//);
	assert.notEqual(registered().href, shared);
	await n8n.client.stopListening(both);
	await waitFor(() => registered().href === shared);

	await n8n.client.listen(both, 'Trigger');
	write('For all.');
	await expectExecutions(both, 2);
	await waitFor(() => registered().href === shared);
	await n8n.client.deactivate(both);
	assert.equal(registered().href, production);
	await expectExecutions(story, count + 2);
});

test('n8n keeps running if a test cannot restore the webhook', async () => {
	const production = registered().href;
	await n8n.client.listen(story, 'Trigger');
	sandbox.faults.set({ path: '/me', response: { status: 503 } });
	await n8n.client.stopListening(story);
	const isLogged = async () =>
		(await readFile(n8n.log, 'utf8')).includes('may not have been restored');
	await waitFor(isLogged);
	sandbox.faults.reset();
	assert.ok(await n8n.client.isReady());
	// The end of the next test mends it.
	await n8n.client.listen(story, 'Trigger');
	await n8n.client.stopListening(story);
	await waitFor(() => registered().href === production);
});

test('after a restart and a crash, n8n is still registered once', async () => {
	const production = registered().href;
	for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
		const { count } = await n8n.client.listExecutions(story);
		let messageId = '';
		n8n = await n8n.restart(signal, () => {
			assert.equal(registered().href, production);
			({ messageId } = write(`n8n is away: ${signal}`));
		});
		await waitFor(() => pinned().includes(messageId));
		assert.equal(registered().href, production);
		await expectExecutions(story, count + 2);
	}
});

test('deactivating restores the webhook, according to /me', async () => {
	await n8n.client.deactivate(story);
	const { instanceId, token, clientToken } = CANARIES;
	const path = `/instances/${instanceId}/token/${encodeURIComponent(token)}/me`;
	const headers = { 'client-token': clientToken };
	const me = (await (await fetch(sandbox.url + path, { headers })).json()) as object;
	const { receivedCallbackUrl, receiveCallbackSentByMe } = me as Record<string, unknown>;
	assert.deepEqual([receivedCallbackUrl, receiveCallbackSentByMe], [PREVIOUS, false]);
});

test('every webhook is registered, called and restored', async () => {
	const urls = [
		'receivedCallbackUrl',
		'deliveryCallbackUrl',
		'connectedCallbackUrl',
		'disconnectedCallbackUrl',
	] as const;
	const { instance, chats } = sandbox;
	for (const name of urls) instance[name] = `${PREVIOUS}&of=${name}`;
	const events = [
		'messageReceived',
		'messagePinned',
		'messageUnpinned',
		'reactionReceived',
		'otherActivity',
		'messageSent',
		'sendingFailed',
		'instanceConnected',
		'instanceDisconnected',
	];
	const options = { ifWebhookTaken: 'replace' };
	const everything = await importWorkflow('Everything', { events, options }, 1);
	await n8n.client.activate(everything);
	for (const name of urls) assert.match(instance[name], /\/webhook\//);

	const { messageId } = write('To be pinned.');
	chats.react(GROUP, messageId, '📌', CONTACT);
	chats.notify(GROUP, 'CALL_RECEIVED', CONTACT);
	await pin(messageId, 'pin');
	await pin(messageId, 'unpin');
	await pin('3EB0NEVERSEEN0000000', 'pin');
	instance.connection = 'notConnected';
	instance.connection = 'connected';
	const executions = await expectExecutions(everything, 10);
	const items = executions.map(triggered);
	assert.deepEqual(items.map((item) => item?.event).sort(), [...events, 'messageSent'].sort());
	const ofMessage = ['messageReceived', 'messagePinned', 'messageUnpinned', 'reactionReceived'];
	for (const item of items) {
		const isOfMessage = ofMessage.includes(String(item?.event));
		assert.equal(item?.messageId, isOfMessage ? messageId : undefined, String(item?.event));
	}
	const failed = items.find((item) => item?.event === 'sendingFailed');
	assert.ok(failed?.eventId && failed.reason);

	await n8n.client.deactivate(everything);
	for (const name of urls) assert.equal(instance[name], `${PREVIOUS}&of=${name}`);
});

test('500 callbacks in 10 seconds start 500 executions', async () => {
	sandbox.instance.receivedCallbackUrl = '';
	const many = await importWorkflow('Many', { events: ['messageReceived'] }, 1);
	await n8n.client.activate(many);
	const { length } = sandbox.deliveries;
	const startedAt = performance.now();
	// Nothing is waited for here: it is the rate that is tested.
	let index = 0;
	for await (const step of setInterval(15, 1)) {
		write(`Message ${index}`);
		index += step;
		if (index === 500) break;
	}
	await expectExecutions(many, 500, 300_000);
	const seconds = (performance.now() - startedAt) / 1000;
	console.log(`500 callbacks: all executed after ${seconds.toFixed(1)} s`);
	const deliveries = sandbox.deliveries.slice(length);
	assert.equal(deliveries.length, 500);
	assert.ok(deliveries.every(({ status, attempts }) => status === 200 && attempts === 1));
	await n8n.client.deactivate(many);
});

test('n8n stores and logs no secret', async () => {
	const secret = new URL(first(sandbox.deliveries).url).searchParams.get('secret') ?? '';
	assert.equal(secret.length, 43);
	const folder = path.join(n8n.userFolder, '.n8n');
	const files = (await readdir(folder)).filter((file) => file.startsWith('database.sqlite'));
	for (const file of [n8n.log, ...files.map((name) => path.join(folder, name))]) {
		const content = await readFile(file, 'latin1');
		assert.ok(!content.includes(secret) && !/canary/i.test(content), file);
	}
	assert.ok(files.length > 0);
});
