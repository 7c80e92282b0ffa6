import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import getPort from 'get-port';
import pLimit from 'p-limit';
import { accountOf, credentialOf } from '../../sandbox/account.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { Execution } from '../../scripts/n8n/client.mts';
import { installN8n, installNode, unpackPackage } from '../../scripts/n8n/install.mts';
import { type N8n, startN8n } from '../../scripts/n8n/process.mts';
import { to, toNode, toPinNode } from '../../scripts/workflows.mts';
import { first } from '../support/only.mts';
import { pinsSent } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';
import { startPostgres, startRedis } from './services.mts';

/** How many executions one worker takes at once: the least that n8n recommends. */
const CONCURRENCY = 5;

/** When n8n notices a dead worker, in milliseconds. Its own values are 60, 10 and 30 s. */
const STALLED = {
	QUEUE_WORKER_LOCK_DURATION: '15000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/** One call of the webhook: one execution. */
interface Call {
	messageIds: string[];
	status: number;
	/** The messages whose pin its response reports as accepted. */
	reported: string[];
}

let sandbox: Sandbox;
let main: N8n;
let webhook: N8n;
let workers: [N8n, N8n];
let credential: { id: string; name: string };

/** Executions of earlier tests. */
const earlier = new Set<string>();

const GROUP = '120363019502650977-group';

/** What runs, in the order of its start. */
const started: Array<Pick<N8n, 'stop'>> = [];

before(async () => {
	sandbox = await startSandbox({ knowsAnyMessage: true });
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-queue-'));
	// PostgreSQL's user has to get in.
	await chmod(folder, 0o711);
	// However this ends, Ctrl-C included, nothing is left.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
	process.on('exit', () => {
		for (const { stop } of started) void stop('SIGKILL');
		rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
	});
	const redis = await startRedis(folder);
	started.push(redis);
	const postgres = await startPostgres(folder);
	started.push(postgres);
	await installNode();
	await installN8n();

	const webhookPort = await getPort();
	const env = {
		EXECUTIONS_MODE: 'queue',
		// In front of a real n8n, a proxy passes webhook calls on to this process.
		WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/`,
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_DATABASE: 'postgres',
		DB_POSTGRESDB_USER: 'postgres',
		N8N_ENCRYPTION_KEY: 'one for all',
		N8N_CONCURRENCY_PRODUCTION_LIMIT: String(CONCURRENCY),
		...STALLED,
	};
	const start = async (name: string, command: 'start' | 'webhook' | 'worker', wanted?: number) => {
		const userFolder = path.join(folder, name);
		await unpackPackage(userFolder);
		const port = wanted ?? (await getPort());
		const n8n = await startN8n({ command, userFolder, port, env });
		started.push(n8n);
		return n8n;
	};
	main = await start('main', 'start');
	webhook = await start('webhook', 'webhook', webhookPort);
	workers = [await start('worker-1', 'worker'), await start('worker-2', 'worker')];

	credential = await main.client.saveCredential('Sandbox', credentialOf(sandbox));
	await main.client.activate(await main.client.importWorkflow(toPinWorkflow(), credential));
	// The webhook process learns of it a little later.
	await waitFor(async () => (await pin(['first'])).status === 200);
});

after(async () => {
	for (const { stop } of started.reverse()) await stop();
	await sandbox?.close();
});

beforeEach(async () => {
	for (const id of (await executions()).flat()) earlier.add(id);
	sandbox.faults.reset();
	sandbox.requests.length = 0;
});

test('200 executions pin 200 messages, each once, on both workers', async () => {
	const messageIds = toMessageIds('M', 200);
	const limit = pLimit(20);
	const calls = await Promise.all(messageIds.map((id) => limit(async () => await pin([id]))));
	assert.deepEqual(
		calls,
		messageIds.map((id) => ({ messageIds: [id], status: 200, reported: [id] })),
	);
	assert.deepEqual(
		pinsSent(sandbox)
			.map(({ body }) => (body as { messageId: string }).messageId)
			.sort(),
		[...messageIds].sort(),
	);

	await waitFor(async () => (await executions()).flat().length === 200);
	const [ones, others] = await executions();
	console.log(`Executions of the workers: ${ones.length} and ${others.length}`);
	assert.ok(ones.length > 0 && others.length > 0);
	const stored = await read([...ones, ...others]);
	assert.ok(stored.every(({ status }) => status === 'success'));
	assert.deepEqual(stored.flatMap(toReported).sort(), [...messageIds].sort());
});

test('a call of the trigger starts one execution, in which all operations work', async () => {
	const workflow = await main.client.importWorkflow(toTriggeredWorkflow(), credential);
	await main.client.activate(workflow);
	const { receivedCallbackUrl } = sandbox.instance;
	assert.equal(new URL(receivedCallbackUrl).port, new URL(webhook.url).port);
	// The webhook process learns of it a little later.
	await waitFor(async () => (await fetch(receivedCallbackUrl, { method: 'POST' })).status !== 404);

	sandbox.chats.write(GROUP, 'Hello', { senderName: 'Ana', fromMe: false });
	await waitFor(async () => (await executions()).flat().length > 0);
	const { status, runData } = first(await read((await executions()).flat()));
	assert.equal(status, 'success');
	const outputOf = (node: string) => runData[node]?.[0]?.data?.main?.[0]?.[0]?.json;
	assert.equal(outputOf('Trigger')?.text, 'Hello');
	const { messages, pins } = sandbox.chats.get(GROUP);
	const sent = messages.filter(({ text }) => text === 'Seen: Hello');
	assert.deepEqual(
		sent.map(({ messageId }) => messageId),
		[outputOf('Send and Pin')?.messageId],
	);
	assert.equal(outputOf('Unpin')?.messageId, outputOf('Send and Pin')?.messageId);
	assert.deepEqual(pins, []);
	assert.equal(outputOf('Get Many')?.chat, GROUP);

	await main.client.deactivate(workflow);
	assert.equal(sandbox.instance.receivedCallbackUrl, '');
	assert.equal((await executions()).flat().length, 1);
});

test('two workflows share the number: the webhook process passes each call on', async () => {
	const workflows = [];
	for (const name of ['One', 'Other']) {
		const workflow = await main.client.importWorkflow(toSharingWorkflow(name), credential);
		await main.client.activate(workflow);
		workflows.push(workflow);
	}
	for (const text of ['Once', 'Again']) {
		sandbox.chats.write(GROUP, text, { senderName: 'Ana', fromMe: false });
	}
	await waitFor(async () => (await executions()).flat().length >= 4);
	await waitFor(() => sandbox.deliveries.every(({ status }) => status === 200));
	const stored = await read((await executions()).flat());
	const textOf = ({ runData }: Execution) => runData.Trigger?.[0]?.data?.main?.[0]?.[0]?.json.text;
	assert.deepEqual(stored.map(textOf).sort(), ['Again', 'Again', 'Once', 'Once']);
	for (const workflow of workflows) await main.client.deactivate(workflow);
	assert.equal(sandbox.instance.receivedCallbackUrl, '');
});

test('if a worker is killed, no message is reported as pinned that is not', async () => {
	const batches = Array.from({ length: CONCURRENCY + 1 }, (_, n) => toMessageIds(`B${n}`, 100));
	const pinnedOf = (messageIds: string[]) =>
		messageIds.filter((id) => accountOf(sandbox).accepted.has(id)).length;
	// Each takes 20 s: all are in the middle when all have begun.
	sandbox.faults.latencyMs = 1000;
	const responses = Promise.all(batches.map(pin));
	await waitFor(() => batches.every((messageIds) => pinnedOf(messageIds) >= 10));
	const [lost, kept] = await executions();
	// One worker can't have all of them.
	assert.equal(lost.length + kept.length, batches.length);
	assert.ok(lost.length > 0 && kept.length > 0);
	const killedAt = Date.now();
	await workers[0].stop('SIGKILL');
	const calls = await responses;
	const noticedAfter = Math.round((Date.now() - killedAt) / 1000);

	console.table(
		calls.map(({ messageIds, status, reported }) => ({
			'HTTP status': status,
			items: messageIds.length,
			pinned: pinnedOf(messageIds),
			'reported as pinned': reported.length,
		})),
	);
	for (const { messageIds, status, reported } of calls) {
		if (status === 200) {
			assert.equal(pinnedOf(messageIds), 100);
			assert.deepEqual(reported, messageIds);
		} else {
			assert.equal(status, 500);
			assert.ok(pinnedOf(messageIds) < 100);
			assert.deepEqual(reported, []);
		}
	}
	const interrupted = calls.filter(({ status }) => status === 500);
	assert.equal(interrupted.length, lost.length);
	assert.equal(pinsSent(sandbox).length, accountOf(sandbox).accepted.size);

	const [failed, succeeded] = [await read(lost), await read(kept)];
	console.log(
		[
			`After ${noticedAfter} s n8n ended the ${lost.length} executions of the dead worker with:`,
			`“${first(failed).error?.message}”`,
			'It does not run them again, and has forgotten their items: neither n8n nor the node can tell',
			'which of them are pinned, so none is reported as pinned.',
		].join('\n'),
	);
	assert.ok(failed.every(({ status }) => status === 'error'));
	assert.deepEqual(failed.flatMap(toReported), []);
	assert.ok(succeeded.every(({ status }) => status === 'success'));
	assert.equal(succeeded.flatMap(toReported).length, 100 * kept.length);

	// What the README advises, as n8n's own Retry has nothing left to go by.
	sandbox.faults.reset();
	const before = sandbox.requests.length;
	await main.client.call('POST', `/rest/executions/${first(lost)}/retry`, { loadWorkflow: false });
	assert.equal(sandbox.requests.length, before);
	for (const { messageIds } of interrupted) {
		assert.deepEqual(await pin(messageIds), { messageIds, status: 200, reported: messageIds });
	}
	assert.equal(accountOf(sandbox).accepted.size, 100 * batches.length);
	console.log(`Called again with the same messages: all ${100 * batches.length} are pinned.`);
});

/** A webhook that pins the messages it is called with, and responds with the node's output. */
function toPinWorkflow() {
	const parameters = {
		httpMethod: 'POST',
		path: 'pin',
		responseMode: 'lastNode',
		responseData: 'allEntries',
	};
	return {
		name: 'Pin',
		nodes: [
			{ ...toNode('Webhook', 'n8n-nodes-base.webhook', parameters, 2), webhookId: 'pin' },
			toNode('Messages', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'body' }),
			toPinNode('Pin', { options: { maxConcurrentRequests: 5 } }),
		],
		connections: { Webhook: to('Messages'), Messages: to('Pin') },
		settings: { executionOrder: 'v1' },
	};
}

/** Sends and pins a message in the chat of each received one, unpins it, and finds the chat. */
function toTriggeredWorkflow() {
	const phone = { __rl: true, mode: 'id', value: '={{ $json.chat }}' };
	const trigger = 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger';
	return {
		name: 'Triggered',
		nodes: [
			{ ...toNode('Trigger', trigger, { events: ['messageReceived'] }), webhookId: 'triggered' },
			toPinNode('Send and Pin', {
				operation: 'sendAndPin',
				phone,
				text: '=Seen: {{ $json.text }}',
			}),
			toPinNode('Unpin', { operation: 'unpin', phone }),
			toPinNode('Get Many', {
				resource: 'chat',
				operation: 'getAll',
				filter: '={{ $json.chat }}',
			}),
		],
		connections: {
			Trigger: to('Send and Pin'),
			'Send and Pin': to('Unpin'),
			Unpin: to('Get Many'),
		},
		settings: { executionOrder: 'v1' },
	};
}

/** Nothing but the trigger. */
function toSharingWorkflow(name: string) {
	const type = 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger';
	const trigger = toNode('Trigger', type, { events: ['messageReceived'] });
	return {
		name,
		nodes: [{ ...trigger, webhookId: name }],
		connections: {},
		settings: { executionOrder: 'v1' },
	};
}

const toMessageIds = (prefix: string, count: number) =>
	Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

async function pin(messageIds: string[]): Promise<Call> {
	const response = await fetch(`${webhook.url}/webhook/pin`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(messageIds.map((messageId) => ({ messageId }))),
	});
	const body: unknown = await response.json();
	const items = Array.isArray(body) ? body : [];
	return { messageIds, status: response.status, reported: items.map(toMessage) };
}

/** The message that an item of the node's output reports as accepted. */
function toMessage({ messageId, state }: { messageId?: unknown; state?: unknown }): string {
	return state === 'accepted' ? String(messageId) : 'none';
}

/** The messages that a stored execution reports as accepted. */
function toReported({ runData }: Execution): string[] {
	const items = runData.Pin?.[0]?.data?.main?.[0] ?? [];
	return items.map(({ json }) => toMessage(json));
}

async function read(ids: string[]): Promise<Execution[]> {
	const limit = pLimit(10);
	return await Promise.all(ids.map((id) => limit(async () => await main.client.readExecution(id))));
}

/** IDs of the executions that each worker has begun in this test. */
async function executions(): Promise<[string[], string[]]> {
	const [one, other] = workers;
	return [await executionsOf(one), await executionsOf(other)];
}

async function executionsOf({ log }: N8n): Promise<string[]> {
	const lines = (await readFile(log, 'utf8')).matchAll(/Worker started execution (\d+)/g);
	return [...lines].map(([, id = '']) => id).filter((id) => !earlier.has(id));
}
