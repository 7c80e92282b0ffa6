// The example workflow behind n8n's MCP Server Trigger, called by a real MCP client in place of a model.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import pRetry from 'p-retry';
import { credentialOf } from '../../sandbox/account.mts';
import {
	type SandboxResponse,
	clientTokenNotAllowed,
	FAULTS_AFTER_ACCEPTANCE,
	KNOWN_FAULTS,
} from '../../sandbox/faults.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { StoredWorkflow } from '../../scripts/n8n/client.mts';
import type { N8n } from '../../scripts/n8n/process.mts';
import { CANARIES } from '../support/canaries.mts';
import { startTestN8n } from '../support/n8n.mts';
import { findUntruths, toNotices } from '../support/notices.mts';
import { pinsSent } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

const EXAMPLE = new URL('../../examples/pin-with-an-ai-agent-or-mcp-client.json', import.meta.url);

const TOKEN = 'canary bearer token C3';
const FIND = 'Find_WhatsApp_Chats';
const SEND = 'Send_and_Pin_WhatsApp_Message';
const PIN = 'Pin_WhatsApp_Message';
const UNPIN = 'Unpin_WhatsApp_Message';
const POLL = 'Send_and_Pin_WhatsApp_Poll';

/** n8n registers a webhook, and forgets it, a little after it has responded. */
const PATIENTLY = { retries: 120, minTimeout: 500, factor: 1 };

const MESSAGE = { chat: '+55 (11) 99999-9999', messageId: '77DF5293EBC176FFA6A88838E7A6AD83' };
const PHONE = '5511999999999';

let n8n: N8n;
let sandbox: Sandbox;
let workflow: StoredWorkflow;
let mcp: Client;

/** All that a model got to read. */
const responses: string[] = [];

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox({ ...CANARIES, knowsAnyMessage: true });
	const { client } = n8n;
	const zApi = await client.saveCredential('Z-API', credentialOf(sandbox));
	const bearer = { name: 'MCP', type: 'httpBearerAuth', data: { token: TOKEN } };
	const httpBearerAuth = await client.call<object>('POST', '/rest/credentials', bearer);
	const example: StoredWorkflow = JSON.parse(await readFile(EXAMPLE, 'utf8'));
	const nodes = example.nodes.map((node) =>
		'authentication' in node.parameters ? { ...node, credentials: { httpBearerAuth } } : node,
	);
	workflow = await client.importWorkflow({ ...example, nodes }, zApi);
	await client.activate(workflow);
	mcp = await pRetry(async () => await connect(TOKEN), PATIENTLY);
});

after(async () => {
	await mcp?.close();
	await sandbox?.close();
	await n8n?.stop();
});

async function connect(token: string): Promise<Client> {
	const client = new Client({ name: 'test', version: '1.0.0' });
	await client.connect(
		new StreamableHTTPClientTransport(new URL('/mcp/whatsapp-pins', n8n.url), {
			requestInit: { headers: { authorization: `Bearer ${token}` } },
		}),
	);
	return client;
}

/** Calls a tool as a model would, and gives back what the model gets to read. */
async function call(name: string, args: Record<string, unknown>) {
	const { content, isError = false } = await mcp.callTool({ name, arguments: args });
	assert.ok(Array.isArray(content) && content.length === 1, 'one text is expected');
	const text = String(content[0].text);
	responses.push(text);
	return { text, isError };
}

interface StoredExecution {
	id: string;
	status: string;
}

interface Argument {
	type: string;
	description: string;
}

const CHAT = /phone.+5511999999999.+group ID.+-group.+LID.+@lid.+Find WhatsApp Chats/;

const ARGUMENTS: Record<string, RegExp> = {
	filter: /name of the chat, such as Class 3B, or a phone number/,
	chat: CHAT,
	text: /text to send/,
	group: /group ID.+-group.+Find WhatsApp Chats/,
	question: /question of the poll/,
	options: /2 to 12 different options, one a line/,
	messageId: /77DF5293EBC176FFA6A88838E7A6AD83.+Never make one up/,
	duration: /24_hours, 7_days or 30_days/,
};

const TOOLS: Array<[name: string, description: RegExp, args: string[]]> = [
	[FIND, /^Finds the WhatsApp chats.+ask which one is meant/, ['filter']],
	[PIN, /^Pins a WhatsApp message/, ['chat', 'messageId', 'duration']],
	[SEND, /^Sends a text.+do not use this tool again/, ['chat', 'text', 'duration']],
	[POLL, /^Sends a poll.+do not use this tool again/, ['group', 'question', 'options', 'duration']],
	[UNPIN, /^Removes a pinned WhatsApp message/, ['chat', 'messageId']],
];

test('there is one tool for each operation, and its arguments have descriptions', async () => {
	const tools = (await mcp.listTools()).tools.sort((a, b) => a.name.localeCompare(b.name));
	assert.deepEqual(
		tools.map(({ name }) => name),
		TOOLS.map(([name]) => name),
	);
	for (const [index, { description = '', inputSchema }] of tools.entries()) {
		const [, what, args] = TOOLS[index] ?? assert.fail();
		assert.match(description, what);
		const given = Object.entries(inputSchema.properties ?? {}) as Array<[string, Argument]>;
		assert.deepEqual(given.map(([argument]) => argument).sort(), [...args].sort());
		// What has a default is optional.
		const needed = args.filter((argument) => argument !== 'duration');
		assert.deepEqual([...(inputSchema.required ?? [])].sort(), needed.sort());
		for (const [argument, { type, description: explanation }] of given) {
			assert.equal(type, 'string');
			assert.match(explanation, ARGUMENTS[argument] ?? /^$/);
		}
	}
});

const TRIP = 'The trip is on Wednesday, bring a hat.';

const textsSent = () => sandbox.requests.filter(({ path }) => path === '/send-text');

test('a client finds a group by its name, sends a text there and pins it', async () => {
	const found = await call(FIND, { filter: 'class 3b' });
	const [{ chat, name, isGroup }, ...others] = JSON.parse(found.text);
	assert.deepEqual([name, isGroup, others], ['Class 3B', true, []]);
	const { text, isError } = await call(SEND, { chat, text: TRIP, duration: '24_hours' });
	assert.ok(!isError, text);
	const [{ messageId, state }] = JSON.parse(text);
	assert.equal(state, 'accepted');
	const { messages, pins } = sandbox.chats.get(chat);
	assert.deepEqual(
		messages.filter((message) => message.text === TRIP).map((message) => message.messageId),
		[messageId],
	);
	assert.deepEqual(
		pins.map((pin) => pin.messageId),
		[messageId],
	);
	assert.equal(textsSent().length, 1);
});

test('a client asks a group, and what a poll refuses is told', async () => {
	const poll = {
		group: '5511999999999-1623281429',
		question: 'When?',
		options: 'Friday\nSaturday',
	};
	const { text, isError } = await call(POLL, poll);
	assert.ok(!isError, text);
	const [{ messageId, chat }] = JSON.parse(text);
	const { name, messages, pins } = sandbox.chats.get(chat);
	assert.equal(name, 'Class 3B');
	assert.deepEqual(messages.at(-1)?.poll?.options, ['Friday', 'Saturday']);
	assert.deepEqual([messages.at(-1)?.messageId, pins.at(-1)?.messageId], [messageId, messageId]);

	const REFUSALS: Array<[args: object, expected: RegExp]> = [
		[{ options: 'Friday, Saturday' }, /fewer than two options.+in text one a line/s],
		[{ group: PHONE }, /'Message Type' is Poll, which only groups can get.+Choose a group/s],
	];
	for (const [args, expected] of REFUSALS) {
		const refused = await call(POLL, { ...poll, ...args });
		assert.ok(refused.isError);
		assert.match(refused.text, expected);
	}
	const polls = sandbox.requests.filter(({ path }) => path === '/send-poll');
	assert.equal(polls.length, 1);
});

test('a client that looks for a name that no chat has finds nothing', async () => {
	const { text, isError } = await call(FIND, { filter: 'Class 9Z' });
	assert.ok(!isError, text);
	assert.deepEqual(JSON.parse(text), []);
});

test('a text that may have been sent is not sent again, and the model is told to look first', async () => {
	const before = textsSent().length;
	sandbox.faults.set({ path: '/send-text', isDone: true, response: 'reset' });
	const { text, isError } = await call(SEND, { chat: PHONE, text: 'See you at noon.' });
	sandbox.faults.reset();
	assert.ok(isError);
	assert.match(text, /may have been sent.+Look in the chat before you send it again/s);
	assert.equal(textsSent().length, before + 1);
});

test('a text that was sent but not pinned is pinned with what the model is told', async () => {
	const before = textsSent().length;
	const response = { status: 400, body: { error: 'Not now' } };
	sandbox.faults.set({ path: '/pin-message', response });
	const sent = await call(SEND, { chat: PHONE, text: 'See you at eight.' });
	sandbox.faults.reset();
	assert.ok(sent.isError);
	const [, messageId = ''] =
		/accepted the message, but not its pin.+Pin it with 'Message ID' (\w+); don't send it again/s.exec(
			sent.text,
		) ?? [];
	const { text, isError } = await call(PIN, { chat: PHONE, messageId });
	assert.ok(!isError, text);
	const { messages, pins } = sandbox.chats.get(PHONE);
	assert.equal(messages.at(-1)?.text, 'See you at eight.');
	assert.deepEqual([pins.at(-1)?.messageId, messages.at(-1)?.messageId], [messageId, messageId]);
	sandbox.chats.unpin(PHONE, messageId);
	assert.equal(textsSent().length, before + 1);
});

test('a client pins for its duration or for 7 days, and unpins', async () => {
	const pin = { phone: PHONE, messageId: MESSAGE.messageId, messageAction: 'pin' };
	const calls: Array<[tool: string, args: object, body: object]> = [
		[PIN, { duration: '24_hours' }, { ...pin, pinMessageDuration: '24_hours' }],
		[PIN, {}, { ...pin, pinMessageDuration: '7_days' }],
		[UNPIN, {}, { ...pin, messageAction: 'unpin', pinMessageDuration: '7_days' }],
	];
	for (const [tool, args, body] of calls) {
		const { text, isError } = await call(tool, { ...MESSAGE, ...args });
		assert.ok(!isError, text);
		const [{ chat, messageId, state }] = JSON.parse(text);
		assert.deepEqual([chat, messageId, state], [PHONE, MESSAGE.messageId, 'accepted']);
		assert.deepEqual(pinsSent(sandbox).at(-1)?.body, body);
		const pins = sandbox.chats.get(PHONE).pins.map(({ messageId }) => messageId);
		assert.deepEqual(pins, tool === PIN ? [MESSAGE.messageId] : []);
	}
});

const REFUSED: Array<[what: string, args: object, expected: RegExp]> = [
	[
		'a channel',
		{ chat: '120363166555745933@newsletter' },
		/'Chat' is a channel or a broadcast.+private chats and groups only/s,
	],
	[
		'a bare group ID',
		{ chat: '120363019502650977' },
		/'Chat' has too many digits for a phone.+A group ID ends in "-group"/s,
	],
	[
		'a name',
		{ chat: 'Ana' },
		/'Chat' is neither a phone number, a group ID nor a LID.+Use a phone number/s,
	],
	[
		'an unknown duration',
		{ duration: '2 days' },
		/'Duration' has an unknown value.+24_hours, 7_days/s,
	],
	['no message ID', { messageId: '' }, /'Message ID' is empty.+A message ID is one word/s],
];

for (const [what, args, expected] of REFUSED) {
	test(`${what} is refused with what to do, and nothing is sent`, async () => {
		const sent = sandbox.requests.length;
		const { text, isError } = await call(PIN, { ...MESSAGE, ...args });
		assert.ok(isError);
		assert.match(text, expected);
		assert.equal(sandbox.requests.length, sent);
	});
}

const echo = { status: 400, body: { error: `${CANARIES.token} can not pin` } };

const FAILED: Array<[what: string, fault: SandboxResponse, expected: RegExp]> = [
	['no connection', KNOWN_FAULTS.notConnected, /not connected to WhatsApp.+scan the QR code/s],
	[
		'a wrong Client-Token',
		clientTokenNotAllowed(CANARIES.clientToken),
		/does not accept the Client-Token.+Security \(Segurança\)/s,
	],
	['a failure in words of Z-API', echo, /refused the request.+“\*\*\* can not pin”.+Check 'Chat'/s],
];

for (const [what, fault, expected] of FAILED) {
	test(`${what} is reported with what to do`, async () => {
		sandbox.faults.set({ response: fault });
		const { text, isError } = await call(PIN, MESSAGE);
		sandbox.faults.reset();
		assert.ok(isError);
		assert.match(text, expected);
	});
}

test('of many calls at once under faults, no text is sent twice, and each answer is true', async () => {
	const notices = toNotices(20, 5);
	sandbox.faults.set(
		{ path: '/send-text', every: 4, once: true, response: { status: 429 } },
		{ path: '/send-text', every: 5, isDone: true, response: 'reset' },
		{ path: '/send-text', every: 7, ...FAULTS_AFTER_ACCEPTANCE.accepted503 },
		{ path: '/pin-message', every: 3, once: true, isDone: true, response: { status: 500 } },
		{ path: '/pin-message', every: 4, response: KNOWN_FAULTS.subscriptionLapsed },
	);
	const answers = await Promise.all(
		notices.map(async ({ chat, text }) => await call(SEND, { chat, text })),
	);
	sandbox.faults.reset();
	const items = answers.map(({ text, isError }) => {
		if (!isError) return { json: JSON.parse(text)[0] };
		const [, messageId = null] = /'Message ID' (\w+); don't send it again/.exec(text) ?? [];
		const error = /(?:The message|Z-API|The subscription).*/s.exec(text)?.[0] ?? text;
		return { json: { error, messageId } };
	});
	assert.deepEqual(findUntruths(sandbox, notices, items), []);
	const failed = items.filter(({ json }) => json.error !== undefined).length;
	assert.ok(failed > 5 && failed < 15, `${failed} calls failed`);
});

test('no response, stored execution or log contains a secret', async () => {
	// n8n stores an execution a little after it has responded.
	const finished = async () =>
		(await listExecutions()).filter(({ status }) => !['new', 'running'].includes(status));
	await waitFor(async () => (await finished()).length === responses.length);
	const executions = await Promise.all(
		(await listExecutions()).map(
			async ({ id }) => await n8n.client.call<object>('GET', `/rest/executions/${id}`),
		),
	);
	const log = await readFile(n8n.log, 'utf8');
	assert.match(log, /does not accept the Client-Token/);
	assert.doesNotMatch(JSON.stringify([responses, executions, log]), /canary/i);
});

/** What n8n stored of the calls, each of which is an execution. */
async function listExecutions(): Promise<StoredExecution[]> {
	const { results } = await n8n.client.call<{ results: StoredExecution[] }>(
		'GET',
		'/rest/executions?limit=100',
	);
	return results;
}

test('a client with another token, or after the workflow is deactivated, is refused', async () => {
	await assert.rejects(connect('guessed'), /Authorization data is wrong/);
	await n8n.client.deactivate(workflow);
	await pRetry(async () => await assert.rejects(connect(TOKEN), /not registered/), PATIENTLY);
});
