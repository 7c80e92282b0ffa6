import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { credentialOf } from '../../sandbox/account.mts';
import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { Execution, StoredWorkflow } from '../../scripts/n8n/client.mts';
import { TRIGGER } from '../../scripts/workflows.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { first } from '../support/only.mts';
import { pinsSent } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

const FOLDER = fileURLToPath(new URL('../../examples', import.meta.url));
const GROUP = DEMO_MESSAGE.phone;
const SCHOOL = '5511999999999-1623281429';
const DAY_MS = 24 * 60 * 60 * 1000;

let n8n: TestN8n;
let sandbox: Sandbox;

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox();
});

afterEach(() => {
	sandbox.requests.length = 0;
	for (const { phone, pins } of sandbox.chats.all()) {
		for (const { messageId } of [...pins]) sandbox.chats.unpin(phone, messageId);
	}
});

after(async () => {
	await n8n?.stop();
	await sandbox?.close();
});

/** Imports an example with the sandbox's URL and shorter waits. */
async function importExample(file: string): Promise<StoredWorkflow> {
	const text = (await readFile(path.join(FOLDER, file), 'utf8'))
		.replaceAll('https://api.z-api.io', sandbox.url)
		.replace(/"amount": \d+,(\s+)"unit": "\w+"/, '"amount": 1,$1"unit": "seconds"');
	const credential = await n8n.client.saveCredential('Z-API', credentialOf(sandbox));
	return await n8n.client.importWorkflow(JSON.parse(text), credential);
}

async function execute(file: string, trigger = TRIGGER): Promise<Execution> {
	const execution = await n8n.client.execute(await importExample(file), trigger);
	assert.equal(execution.status, 'success', execution.error?.message);
	return execution;
}

/** Activates an example, lets something happen, and waits for the executions that it starts. */
async function activate(file: string, happen: () => void, expected: number): Promise<Execution[]> {
	const workflow = await importExample(file);
	await n8n.client.activate(workflow);
	happen();
	const list = async () => await n8n.client.listExecutions(workflow);
	await waitFor(async () => (await list()).count >= expected);
	const { ids } = await list();
	const executions = await Promise.all(ids.map(async (id) => await n8n.client.readExecution(id)));
	await n8n.client.deactivate(workflow);
	assert.ok(executions.every(({ status }) => status === 'success'));
	return executions;
}

const itemsOf = ({ runData }: Execution, node: string) =>
	(runData[node]?.[0]?.data?.main?.[0] ?? []).map(({ json }) => json);

const pinned = (phone: string) => sandbox.chats.get(phone).pins.map(({ messageId }) => messageId);

const CASES: Record<string, (file: string) => Promise<void>> = {
	'pin-a-message.json': async (file) => {
		await execute(file);
		assert.deepEqual(pinned(GROUP), [DEMO_MESSAGE.messageId]);
	},
	'pin-messages-with-a-keyword.json': async (file) => {
		const write = (text: string) =>
			sandbox.chats.write(GROUP, text, { senderName: 'Ana', fromMe: false });
		const texts = ['Thanks!', 'The lift works again. #Notice'];
		let ids: string[] = [];
		// The first starts nothing: what it started would be there before the second.
		await activate(file, () => (ids = texts.map((text) => write(text).messageId)), 1);
		assert.deepEqual(pinned(GROUP), [ids[1]]);
	},
	'send-a-notice-to-groups-and-pin-it.json': async (file) => {
		await execute(file);
		for (const phone of [GROUP, SCHOOL]) {
			const { messageId, text } = sandbox.chats.get(phone).messages.at(-1) ?? {};
			assert.match(text ?? '', /^The water will be off/);
			assert.deepEqual(pinned(phone), [messageId]);
		}
	},
	'keep-a-message-pinned.json': async (file) => {
		await execute(file, 'Every week');
		const { messageId, expiresAt } = first(sandbox.chats.get(GROUP).pins);
		assert.equal(messageId, DEMO_MESSAGE.messageId);
		assert.equal(Math.round((expiresAt - Date.now()) / DAY_MS), 30);
	},
	'pin-for-a-few-hours.json': async (file) => {
		await execute(file);
		const actions = pinsSent(sandbox).map(({ body }) => Object(body).messageAction);
		assert.deepEqual(actions, ['pin', 'unpin']);
		assert.deepEqual(pinned(GROUP), []);
	},
	'list-what-was-pinned.json': async (file) => {
		const { messageId } = DEMO_MESSAGE;
		const pin = () => sandbox.chats.pin(GROUP, messageId, 7 * DAY_MS);
		const execution = first(await activate(file, pin, 1));
		const row = first(itemsOf(execution, 'Add a row'));
		assert.deepEqual(
			[row.chat, row.messageId, row.pinnedBy],
			['Condomínio Jardim', messageId, 'This number'],
		);
		const { expiresAt } = first(sandbox.chats.get(GROUP).pins);
		assert.equal(Date.parse(String(row.pinnedUntil)), expiresAt);
	},
	'handle-failed-items.json': async (file) => {
		const execution = await execute(file);
		assert.equal(itemsOf(execution, 'Accepted').length, 2);
		const [failed, ...others] = itemsOf(execution, 'Not accepted');
		assert.equal(failed?.chat, '120363019502650977');
		assert.equal(failed.code, 'invalidParameter');
		assert.match(String(failed.error), /^Chat has too many digits.*\[item 1\]$/);
		assert.match(String(failed.description), /"-group"/);
		assert.deepEqual(others, []);
	},
};

/** Run by `npm run test:ai`, with an MCP client. */
const ELSEWHERE = ['pin-with-an-ai-agent-or-mcp-client.json'];

test('every example has its test', async () => {
	assert.deepEqual([...Object.keys(CASES), ...ELSEWHERE].sort(), (await readdir(FOLDER)).sort());
});

test('examples have a note and no credential', async () => {
	for (const file of await readdir(FOLDER)) {
		const { name, nodes } = JSON.parse(await readFile(path.join(FOLDER, file), 'utf8')) as {
			name: string;
			nodes: StoredWorkflow['nodes'];
		};
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		assert.ok(notes.some(({ parameters }) => JSON.stringify(parameters).includes(`## ${name}`)));
		assert.ok(nodes.every((node) => !('credentials' in node)));
	}
});

for (const [file, run] of Object.entries(CASES)) test(file, async () => await run(file));
