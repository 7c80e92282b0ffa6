// Pictures, documents and polls: a picture arrives and is pinned, a poll is sent, pinned and voted on, all on the
// sandbox's page, and the fields of each type of message in n8n's editor. Leaves pictures in `.local/screenshots`.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, selectors } from 'playwright-core';
import { credentialOf } from '../../sandbox/account.mts';
import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { StoredWorkflow } from '../../scripts/n8n/client.mts';
import { toNode, toPinNode, TRIGGER } from '../../scripts/workflows.mts';
import { launchBrowser, logIn } from '../support/browser.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { first } from '../support/only.mts';
import { waitFor } from '../support/wait.mts';

const ROOT = new URL('../../', import.meta.url);
const GROUP = DEMO_MESSAGE.phone;
const SCHEMES = ['light', 'dark'] as const;

let n8n: TestN8n;
let sandbox: Sandbox;
let browser: Browser;
let page: Page;

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox();
	browser = await launchBrowser();
	selectors.setTestIdAttribute('data-test-id');
	page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
	page.setDefaultTimeout(60_000);
});

after(async () => {
	await browser?.close();
	await sandbox?.close();
	await n8n?.stop();
});

async function importWorkflow(workflow: Omit<StoredWorkflow, 'id'>): Promise<StoredWorkflow> {
	const credential = await n8n.client.saveCredential('Z-API', credentialOf(sandbox));
	return await n8n.client.importWorkflow(workflow, credential);
}

async function importExample(file: string): Promise<StoredWorkflow> {
	const text = await readFile(new URL(`examples/${file}`, ROOT), 'utf8');
	return await importWorkflow(JSON.parse(text) as StoredWorkflow);
}

/** In both colour schemes. */
async function shoot(name: string) {
	for (const colorScheme of SCHEMES) {
		await page.emulateMedia({ colorScheme });
		const picture = new URL(`.local/screenshots/media ${name} ${colorScheme}.png`, ROOT);
		await page.screenshot({ path: fileURLToPath(picture), animations: 'disabled' });
	}
}

test('a picture that arrives with #notice in its caption is pinned', async () => {
	const workflow = await importExample('pin-messages-with-a-keyword.json');
	await n8n.client.activate(workflow);
	await page.goto(sandbox.url);
	await page.getByRole('link', { name: 'Condomínio Jardim' }).click();
	await page.getByRole('textbox', { name: /^Write/ }).fill('The new timetable #notice');
	const buffer = await readFile(new URL('docs/images/story-light.png', ROOT));
	const file = { name: 'timetable.png', mimeType: 'image/png', buffer };
	await page.getByLabel('Attach a file', { exact: true }).setInputFiles(file);
	const bar = page.getByRole('list', { name: 'Pinned messages' });
	await bar.getByRole('button').filter({ hasText: 'The new timetable' }).waitFor();
	const { media, messageId } = sandbox.chats.get(GROUP).messages.at(-1) ?? {};
	assert.equal(media?.kind, 'image');
	assert.equal(first(sandbox.chats.get(GROUP).pins).messageId, messageId);
	await n8n.client.deactivate(workflow);
});

test('a poll is sent, pinned and voted on', async () => {
	const trigger = toNode('Trigger', 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger', {
		events: ['otherActivity'],
	});
	const watcher = await importWorkflow({
		name: 'Votes',
		nodes: [Object.assign(trigger, { webhookId: crypto.randomUUID() })],
		connections: {},
		settings: { executionOrder: 'v1' },
	});
	await n8n.client.activate(watcher);
	const asking = await importExample('ask-a-question-and-pin-the-poll.json');
	const { runData } = await n8n.client.execute(asking, TRIGGER);
	const messageId = runData['Ask and pin']?.[0]?.data?.main?.[0]?.[0]?.json.messageId;
	const bar = page.getByRole('list', { name: 'Pinned messages' });
	await bar.getByRole('button').filter({ hasText: 'When do we meet?' }).waitFor();
	assert.equal(sandbox.chats.get(GROUP).pins.at(-1)?.messageId, messageId);

	const options = page.getByRole('list', { name: 'Options of the poll' });
	await options.getByRole('button').filter({ hasText: 'Saturday, 10 h' }).click();
	await waitFor(async () => (await n8n.client.listExecutions(watcher)).count > 0);
	const { ids } = await n8n.client.listExecutions(watcher);
	const { runData: told } = await n8n.client.readExecution(first(ids));
	const json = told.Trigger?.[0]?.data?.main?.[0]?.[0]?.json;
	assert.deepEqual(
		[json?.event, json?.kind, json?.chat, json?.messageId],
		['otherActivity', 'pollVote', GROUP, messageId],
	);
	await n8n.client.deactivate(watcher);
	await shoot('page');
});

const FILE = ['fileSource', 'fileUrl'];

const FIELDS: Record<string, string[]> = {
	text: ['text'],
	image: [...FILE, 'text'],
	video: [...FILE, 'text'],
	document: [...FILE, 'text'],
	poll: ['text', 'allowMultipleAnswers'],
};

test('the editor shows the fields of the type only, and a change of type keeps the text', async () => {
	const node = toPinNode('Notice', {
		resource: 'message',
		operation: 'sendAndPin',
		text: 'The minutes',
	});
	const workflow = await importWorkflow({
		name: 'Types',
		nodes: [node],
		connections: {},
		settings: { executionOrder: 'v1' },
	});
	await logIn(page, `${n8n.url}/workflow/${workflow.id}`, n8n.owner);
	await page.locator('[data-node-name="Notice"]').first().dblclick();
	const known = new Set(Object.values(FIELDS).flat());
	const type = page.getByTestId('parameter-input-messageType');
	for (const [value, fields] of Object.entries(FIELDS)) {
		await type.click();
		const name = value.charAt(0).toUpperCase() + value.slice(1);
		await page.getByRole('option', { name, exact: true }).click();
		const find = async () => {
			const inputs = page.locator('[data-test-id^="parameter-input-"]:visible');
			const ids = await inputs.evaluateAll((all) =>
				all.map((one) => one.getAttribute('data-test-id')?.replace('parameter-input-', '') ?? ''),
			);
			return ids.filter((id) => known.has(id));
		};
		await waitFor(async () => JSON.stringify(await find()) === JSON.stringify(fields)).catch(
			async () => assert.deepEqual(await find(), fields),
		);
		const text = page.getByTestId('parameter-input-text').locator('textarea, [contenteditable]');
		assert.equal(await text.first().inputValue(), 'The minutes');
		await shoot(`fields of ${value}`);
	}
});

for (const file of [
	'send-a-picture-or-pdf-to-groups-and-pin-it.json',
	'ask-a-question-and-pin-the-poll.json',
]) {
	test(`the canvas shows all of ${file}`, async () => {
		const { id } = await importExample(file);
		await page.goto(`${n8n.url}/workflow/${id}`);
		const text = await readFile(new URL(`examples/${file}`, ROOT), 'utf8');
		for (const { name } of (JSON.parse(text) as StoredWorkflow).nodes) {
			await page.locator(`[data-node-name="${name}"]`).first().waitFor();
		}
		await page.keyboard.press('1');
		await shoot(file);
	});
}
