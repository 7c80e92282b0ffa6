// A new user's way through n8n's editor, in a real browser. Each step goes on from the one before and
// leaves a screenshot in `.local/screenshots`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pRetry from 'p-retry';
import { type Browser, type Page, selectors } from 'playwright-core';
import { DEMO_MESSAGE, type PinEvent } from '../../sandbox/chats.mts';
import { KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { type Sandbox, SANDBOX_INSTANCE, startSandbox } from '../../sandbox/server.mts';
import type { N8n } from '../../scripts/n8n/process.mts';
import { startTestN8n } from '../support/n8n.mts';
import { waitFor } from '../support/wait.mts';
import { launchBrowser } from '../support/browser.mts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let n8n: N8n;
let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let steps = 0;
let isLost = false;

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox();
	browser = await launchBrowser();
	selectors.setTestIdAttribute('data-test-id');
	page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	page.setDefaultTimeout(60_000);
});

after(async () => {
	await browser?.close();
	await sandbox?.close();
	await n8n?.stop();
});

/** What the user does, and what they see then. The picture is taken when it fails, too. */
function step(name: string, run: () => Promise<void>) {
	const file = `.local/screenshots/${String(++steps).padStart(2, '0')} ${name}.png`;
	test(name, async () => {
		assert.ok(!isLost, 'an earlier step failed');
		isLost = true;
		await run().finally(async () => await shoot(file));
		isLost = false;
	});
}

async function shoot(file: string) {
	await page.screenshot({ path: path.join(root, file), animations: 'disabled' });
}

const see = (id: string) => page.getByTestId(id);
const input = (parameter: string) => see(`parameter-input-${parameter}`).locator('input');
const inNodePanel = (name: string) =>
	see('node-creator-item-name').getByText(name, { exact: true });

async function seeText(text: string) {
	await page.getByText(text).first().waitFor();
}

/** Executes the step, and waits until the sandbox pins or unpins. */
async function execute(): Promise<PinEvent> {
	const told = once(sandbox.chats, 'pin', { signal: AbortSignal.timeout(30_000) });
	await see('node-execute-button').click();
	const [, event] = await told;
	return event as PinEvent;
}

step('A new user signs in and begins a workflow', async () => {
	await page.goto(`${n8n.url}/workflow/new`);
	await see('emailOrLdapLoginId').locator('input').fill(n8n.owner.email);
	await see('password').locator('input').fill(n8n.owner.password);
	await see('form-submit-button').click();
	// On a busy machine, n8n renders the panel anew while one clicks in it.
	await pRetry(
		async () => {
			await see('canvas-add-button').click();
			await see('node-creator-search-bar').fill('manual');
			await inNodePanel('Trigger manually').click({ timeout: 15_000 });
		},
		{ retries: 3, onFailedAttempt: async () => await page.keyboard.press('Escape') },
	);
	await see('node-creator-plus-button').click();
});

for (const words of ['zapi', 'fixar mensagem', 'pin whatsapp']) {
	step(`“${words}” finds the node first`, async () => {
		await see('node-creator-search-bar').fill('');
		await inNodePanel('Z-API Pin Message').waitFor({ state: 'detached' });
		await see('node-creator-search-bar').fill(words);
		await inNodePanel('Z-API Pin Message').waitFor();
		assert.equal(await see('node-creator-item-name').first().innerText(), 'Z-API Pin Message');
	});
}

for (const words of [
	'message received',
	'mensagem recebida',
	'mensagem fixada',
	'gatilho whatsapp',
	'grupo',
	'reação',
]) {
	step(`“${words}” finds the node`, async () => {
		await see('node-creator-search-bar').fill('zzz');
		await inNodePanel('Z-API Pin Message').waitFor({ state: 'detached' });
		await see('node-creator-search-bar').fill(words);
		await inNodePanel('Z-API Pin Message').waitFor();
	});
}

step('The node opens with its parameters', async () => {
	await inNodePanel('Z-API Pin Message').click();
	await inNodePanel('Pin a WhatsApp message').click();
	for (const parameter of ['operation', 'messageId', 'duration']) await input(parameter).waitFor();
	await see('rlc-input').waitFor();
});

step('A wrong token fails the connection test, which tells what to do', async () => {
	await see('node-credentials-empty-state').getByRole('button').click();
	await input('instanceId').fill(SANDBOX_INSTANCE.instanceId);
	await input('token').fill(SANDBOX_INSTANCE.clientToken);
	await input('clientToken').fill(SANDBOX_INSTANCE.clientToken);
	await input('baseUrl').fill(sandbox.url);
	await see('credential-save-button').click();
	await page.getByText('More details').click();
	await seeText(
		"Z-API does not know this instance. Copy 'Instance ID' and 'Instance Token' again from the Z-API panel into the credential, both from the same instance.",
	);
});

step('The right token passes the connection test', async () => {
	await input('token').fill(SANDBOX_INSTANCE.token);
	await see('credential-save-button').click();
	await see('editCredential-modal').waitFor({ state: 'detached' });
	await see('credential-edit-button').click();
	await seeText('Connection tested successfully');
});

step('A search without accents finds the chat in the list', async () => {
	await see('editCredential-modal').getByRole('button', { name: 'Close' }).first().click();
	await see('rlc-input').click();
	await see('rlc-item').getByText('Ana Souza').waitFor();
	await see('rlc-search').fill('condominio');
	await see('rlc-item').getByText('Ana Souza').waitFor({ state: 'detached' });
	await see('rlc-item').first().waitFor();
	const found = await see('rlc-item').allInnerTexts();
	assert.deepEqual(found, [`Condomínio Jardim · group · ${DEMO_MESSAGE.phone}`]);
});

step('The step pins the message and outputs what Z-API accepted', async () => {
	await see('rlc-item').click();
	await input('messageId').fill(DEMO_MESSAGE.messageId);
	const { action, pinned, durationMs, messageId } = await execute();
	assert.deepEqual([action, pinned, durationMs], ['pin', DEMO_MESSAGE.messageId, 7 * 86_400_000]);
	await see('output-panel').getByTestId('radio-button-schema').click();
	await see('output-panel').getByText(messageId).first().waitFor();
});

for (const [theme, icon] of [
	['dark', 'pin.dark.svg'],
	['light', 'pin.svg'],
] as const) {
	step(`The ${theme} theme has its own icon`, async () => {
		await page.emulateMedia({ colorScheme: theme });
		await see('ndv')
			.locator(`img[src$="/${icon}"]`)
			.evaluate(async (image: { decode: () => Promise<void> }) => await image.decode());
	});
}

step('Unpinning has no duration', async () => {
	await see('parameter-input-operation').click();
	await page.getByRole('option', { name: 'Unpin' }).click();
	await input('duration').waitFor({ state: 'detached' });
	const { action, pinned, messageId } = await execute();
	assert.deepEqual([action, pinned], ['unpin', DEMO_MESSAGE.messageId]);
	await see('output-panel').getByText(messageId).first().waitFor();
});

step('When Z-API fails, the message says what happened and what to do', async () => {
	sandbox.faults.set({ response: KNOWN_FAULTS.notConnected });
	// n8n ignores a click that comes while it still shows the end of the execution before.
	await waitFor(async () => {
		await see('node-execute-button').click();
		return await see('node-error-message')
			.waitFor({ timeout: 10_000 })
			.then(
				() => true,
				() => false,
			);
	});
	assert.equal(
		await see('node-error-message').innerText(),
		'The Z-API instance is not connected to WhatsApp',
	);
	assert.equal(
		await see('node-error-description').innerText(),
		'Open the instance in the Z-API panel and scan the QR code with the phone, then try again.',
	);
});

step('An ID that is no chat is marked as soon as it is typed', async () => {
	await see('rlc-mode-selector').click();
	await page.getByRole('option', { name: 'By ID' }).click();
	for (const [typed, says] of [
		['120363019502650977', "'Chat' is neither a phone number, a group ID nor a LID."],
		['(11) 99999-9999', "'Chat' has no valid country code."],
		['https://wa.me/5511999999999', "'Chat' is a link."],
	] as const) {
		await see('rlc-input').fill(typed);
		await page.mouse.move(0, 0);
		await see('parameter-issues').locator('svg').hover();
		await seeText(says);
	}
});

const select = async (parameter: string, option: string) => {
	await see(`parameter-input-${parameter}`).click();
	await page.getByRole('option', { name: new RegExp(`^${option}`) }).click();
};

step('Send and Pin asks for a text instead of a message ID', async () => {
	sandbox.faults.reset();
	await see('rlc-input').fill(DEMO_MESSAGE.phone);
	await select('operation', 'Send and Pin');
	await input('messageId').waitFor({ state: 'detached' });
	await see('parameter-input-text').locator('textarea').fill('The lift works again.');
	const { action, pinned } = await execute();
	const { messageId, text } = sandbox.chats.get(DEMO_MESSAGE.phone).messages.at(-1) ?? {};
	assert.deepEqual([action, pinned, text], ['pin', messageId, 'The lift works again.']);
	await see('output-panel').getByText(String(messageId)).first().waitFor();
});

step('Get Many lists the chats whose name it is given', async () => {
	await select('resource', 'Chat');
	await see('rlc-input').waitFor({ state: 'detached' });
	await input('filter').fill('class');
	await see('node-execute-button').click();
	await see('output-panel').getByText('Class 3B').first().waitFor();
});
