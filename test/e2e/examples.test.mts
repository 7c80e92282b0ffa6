import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { credentialOf } from '../../sandbox/account.mts';
import { type Author, DEMO_MESSAGE, ME } from '../../sandbox/chats.mts';
import type { SandboxResponse } from '../../sandbox/faults.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { Execution, StoredWorkflow } from '../../scripts/n8n/client.mts';
import { TRIGGER } from '../../scripts/workflows.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { FILES } from '../support/notices.mts';
import { first } from '../support/only.mts';
import { pinsSent } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

const FOLDER = fileURLToPath(new URL('../../examples', import.meta.url));
const GROUP = DEMO_MESSAGE.phone;
const ANA: Author = { senderName: 'Ana', fromMe: false };
const REFUSAL: SandboxResponse = { status: 400, body: { error: 'Not this one' } };
const DAY_MS = 24 * 60 * 60 * 1000;

let n8n: TestN8n;
let sandbox: Sandbox;

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox();
});

afterEach(() => {
	sandbox.requests.length = 0;
	sandbox.faults.reset();
	sandbox.instance.connection = 'connected';
	sandbox.chats.reset();
});

after(async () => {
	await n8n?.stop();
	await sandbox?.close();
});

/** Imports an example with shorter waits, and without a schedule that could interfere. */
async function importExample(file: string): Promise<StoredWorkflow> {
	const text = (await readFile(path.join(FOLDER, file), 'utf8'))
		.replace(/"amount": \d+,(\s+)"unit": "\w+"/, '"amount": 1,$1"unit": "seconds"')
		.replace(/minus\(\d+, 'minutes'\)/, "minus(0, 'minutes')")
		.replace(/"field": "minutes", "minutesInterval": \d+/, '"field": "months"');
	const credential = await n8n.client.saveCredential('Z-API', credentialOf(sandbox));
	return await n8n.client.importWorkflow(JSON.parse(text), credential);
}

async function execute(file: string, trigger = TRIGGER, status = 'success'): Promise<Execution> {
	const execution = await n8n.client.execute(await importExample(file), trigger);
	assert.equal(execution.status, status, execution.error?.message);
	return execution;
}

/** Activates an example, lets something happen, and waits until it has been executed so many times. */
async function activate(
	file: string,
	happen: () => unknown,
	expected: number,
): Promise<Execution[]> {
	const workflow = await importExample(file);
	await n8n.client.activate(workflow);
	await happen();
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

const lastIn = (phone: string) => sandbox.chats.get(phone).messages.at(-1);

const pinned = (phone: string) => sandbox.chats.get(phone).pins.map(({ messageId }) => messageId);

const CASES: Record<string, (file: string) => Promise<void>> = {
	'pin-messages-with-a-keyword.json': async (file) => {
		// The manager's phone is often the connected number.
		const write = (text: string) =>
			sandbox.chats.write(GROUP, text, text.endsWith('#AVISO') ? ME : ANA);
		const texts = ['Thanks!', 'The lift works again. #Notice', 'Sem água amanhã #AVISO', '#other'];
		let ids: string[] = [];
		// The first starts nothing: what it started would be there before the second.
		await activate(file, () => (ids = texts.map((text) => write(text).messageId)), 3);
		// Two executions at the same time.
		assert.deepEqual(pinned(GROUP).sort(), [ids[1], ids[2]].sort());
	},
	'send-a-notice-to-groups-and-pin-it.json': async (file) => {
		const other = '120363019502650999-group';
		sandbox.chats.get(other).name = 'CONDOMINIO Bloco B';
		// Neither a private chat nor an archived group, nor one of another name.
		sandbox.chats.get('5511988887777').name = 'Condomínio Jardim';
		Object.assign(sandbox.chats.get('120363019502650888-group'), {
			name: 'Condomínio Velho',
			archived: true,
		});
		await execute(file);
		const sentTo = () =>
			sandbox.requests
				.filter(({ path }) => path === '/send-text')
				.map(({ body }) => String(Object(body).phone));
		assert.deepEqual(sentTo().sort(), [GROUP, other].sort());
		for (const phone of sentTo()) {
			assert.match(lastIn(phone)?.text ?? '', /^The water will be off/);
			assert.deepEqual(pinned(phone), [lastIn(phone)?.messageId]);
		}

		sandbox.faults.set({ path: '/send-text', times: 1, response: REFUSAL });
		const items = itemsOf(await execute(file), 'Send the notice and pin it');
		assert.deepEqual(items.map(({ code }) => code).sort(), ['requestRefused', undefined]);
		assert.equal(sentTo().length, 4);
	},
	'send-a-picture-or-pdf-to-groups-and-pin-it.json': async (file) => {
		const { nodes } = JSON.parse(await readFile(path.join(FOLDER, file), 'utf8')) as {
			nodes: Array<{ webhookId?: string }>;
		};
		const [webhookId] = nodes.flatMap((node) => node.webhookId ?? []);
		const url = new URL(`/form/${webhookId}`, n8n.url);
		const submit = async (name: string, type: string, data: string) => {
			const form = new FormData();
			form.set('field-0', new Blob([Buffer.from(data, 'base64')], { type }), name);
			form.set('field-1', 'The minutes');
			form.set('field-2', 'bloco');
			const { status } = await fetch(url, { method: 'POST', body: form });
			assert.equal(status, 200);
		};
		const groups = ['120363019502651111-group', '120363019502652222-group'];
		const happen = async () => {
			for (const { data, mimeType, fileName } of [FILES.image, FILES.document]) {
				await submit(fileName, mimeType, data);
				await waitFor(() => groups.every((group) => lastIn(group)?.media?.mimeType === mimeType));
			}
		};
		await activate(file, happen, 2);
		for (const group of groups) {
			const [, picture, document, ...others] = sandbox.chats.get(group).messages;
			assert.deepEqual([picture?.text, picture?.media?.kind], ['The minutes', 'image']);
			const { kind, fileName } = document?.media ?? {};
			assert.deepEqual([kind, fileName], ['document', 'notice.pdf']);
			assert.deepEqual(pinned(group), [picture?.messageId, document?.messageId]);
			assert.deepEqual(others, []);
		}
		assert.equal(pinsSent(sandbox).length, 4);
	},
	'ask-a-question-and-pin-the-poll.json': async (file) => {
		await execute(file);
		const { text, poll, messageId } = lastIn(GROUP) ?? {};
		assert.equal(text, 'When do we meet?');
		assert.deepEqual([poll?.options.length, poll?.maxOptions], [3, 0]);
		assert.deepEqual(pinned(GROUP), [messageId]);
	},
	'reply-pin-to-pin-a-message.json': async (file) => {
		const { messageId } = DEMO_MESSAGE;
		const reply = (text: string, author: Author = ANA, replyTo: string | undefined = messageId) =>
			sandbox.chats.write(GROUP, text, author, { replyTo });
		const happen = async () => {
			sandbox.chats.write(GROUP, '#pin', ANA);
			reply('Please pin it');
			reply('#Pin ', ME);
			await waitFor(() => pinsSent(sandbox).length > 0);
			reply('#unpin');
		};
		await activate(file, happen, 4);
		const bodies = pinsSent(sandbox).map(({ body }) => Object(body));
		assert.deepEqual(
			bodies.map((body) => [body.messageAction, body.messageId]),
			[
				['pin', messageId],
				['unpin', messageId],
			],
		);
	},
	'react-to-pin-a-message.json': async (file) => {
		const [thanked, noticed] = sandbox.chats.get(GROUP).messages;
		assert.ok(thanked && noticed);
		const happen = () => {
			sandbox.chats.react(GROUP, thanked.messageId, '👍', ANA);
			sandbox.chats.react(GROUP, noticed.messageId, '📌', ME);
		};
		await activate(file, happen, 2);
		assert.deepEqual(pinned(GROUP), [noticed.messageId]);
	},
	'keep-the-newest-notice-only.json': async (file) => {
		const send = async (status?: string) => {
			const { error } = await execute(file, TRIGGER, status);
			return { newest: lastIn(GROUP)?.messageId, message: error?.message ?? '' };
		};
		const { messageId: other } = DEMO_MESSAGE;
		sandbox.chats.pin(GROUP, other, DAY_MS);
		const { newest: oldest } = await send();
		assert.deepEqual(pinned(GROUP), [other, oldest]);
		const { newest: second } = await send();
		assert.deepEqual(pinned(GROUP), [other, second]);

		for (const path of ['/send-text', '/pin-message']) {
			sandbox.faults.set({ path, response: REFUSAL });
			const { message } = await send('error');
			assert.match(message, /refused the request|accepted the message, but not its pin/);
			assert.deepEqual(pinned(GROUP), [other, second]);
		}

		// The pin is the second request for a message of its own, and passes; the unpin is the third.
		sandbox.chats.unpin(GROUP, other);
		sandbox.faults.set({ path: '/pin-message', every: 2, response: REFUSAL });
		sandbox.faults.next('/pin-message', 'none');
		const { newest: third } = await send('error');
		assert.deepEqual(pinned(GROUP), [second, third]);
		sandbox.faults.reset();
		sandbox.requests.length = 0;
		const { newest: fourth } = await send();
		assert.deepEqual(pinned(GROUP), [fourth]);
		const unpinned = pinsSent(sandbox)
			.map(({ body }) => Object(body))
			.filter(({ messageAction }) => messageAction === 'unpin')
			.map(({ messageId }) => messageId);
		assert.deepEqual(unpinned, [second, third]);
	},
	'tell-me-when-a-pin-did-not-happen.json': async (file) => {
		const message = sandbox.chats.find(GROUP, DEMO_MESSAGE.messageId);
		assert.ok(message);
		const happen = async () => {
			// Pinned.
			await execute(file);
			// Accepted, then rejected by WhatsApp.
			message.messageId = 'ANOTHER';
			await execute(file);
			message.messageId = DEMO_MESSAGE.messageId;
			// What another system sent, and could not be sent.
			const [zaapId, messageId, created] = ['ZAAP', 'OTHER', Date.now()];
			const send = () => assert.fail('Phone number does not exist');
			sandbox.queue.add({ zaapId, messageId, phone: GROUP, what: 'text', created, send });
			// Accepted, and left in the queue.
			sandbox.instance.connection = 'notConnected';
			await execute(file);
		};
		const executions = await activate(file, happen, 7);
		const told = (execution: Execution) => itemsOf(execution, 'Tell me').map(({ text }) => text);
		assert.deepEqual(executions.flatMap(told), [
			'The Z-API instance is disconnected from WhatsApp: what Z-API has accepted waits until it is connected again. Z-API says: Device has been disconnected',
		]);
		const unconfirmed = `There is no confirmation that message ${DEMO_MESSAGE.messageId} was pinned in chat ${GROUP}.`;
		assert.deepEqual(told(await execute(file, 'Every 15 minutes')), [
			`${unconfirmed} Z-API says: Whatsapp rejected sending this message`,
			unconfirmed,
		]);
		assert.deepEqual(told(await execute(file, 'Every 15 minutes')), []);
	},
	'tell-me-when-the-number-stops-listening.json': async (file) => {
		const told = async () =>
			itemsOf(await execute(file, 'Every hour'), 'Tell me').map(({ text }) => text);
		assert.match(String(await told()), /^No published workflow of this n8n gets/);

		const listener = await importExample('pin-messages-with-a-keyword.json');
		await n8n.client.activate(listener);
		assert.deepEqual(await told(), []);
		sandbox.instance.connection = 'notConnected';
		assert.match(String(await told()), /^The number is not connected/);
		sandbox.instance.connection = 'connected';
		sandbox.faults.set({ path: '/me', response: REFUSAL });
		assert.match(
			String(await told()),
			/^It is not known whether the number listens: Z-API refused/,
		);
		sandbox.faults.reset();
		await n8n.client.deactivate(listener);
		assert.equal((await told()).length, 1);
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
			[row.chat, row.chatName, row.messageId, row.pinnedBy],
			[GROUP, 'Condomínio Jardim', messageId, 'This number'],
		);
		const { expiresAt } = first(sandbox.chats.get(GROUP).pins);
		assert.equal(Date.parse(String(row.pinnedUntil)), expiresAt);
	},
};

/** Run by `npm run test:ai`, with an MCP client. */
const ELSEWHERE = ['pin-with-an-ai-agent-or-mcp-client.json'];

test('every example has its test', async () => {
	assert.deepEqual([...Object.keys(CASES), ...ELSEWHERE].sort(), (await readdir(FOLDER)).sort());
});

for (const [file, run] of Object.entries(CASES)) test(file, async () => await run(file));
