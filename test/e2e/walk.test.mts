// The first ten minutes of a person: from the last line of `npm start` to recipes side by side on one number, a picture
// pinned in two groups, and a reaction that pins. Each step goes on from the one before and leaves a screenshot.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, selectors } from 'playwright-core';
import { launchBrowser, logIn } from '../support/browser.mts';
import { npmStart, type Started } from '../support/npmStart.mts';

const ROOT = new URL('../../', import.meta.url);
const PHONE = { width: 390, height: 844 };

let started: Started;
let browser: Browser;
let editor: Page;
let chats: Page;
let steps = 0;
let isLost = false;

/** Serves the recipes as GitHub does, which redirects from a raw link. */
const recipes = createServer((request, response) => {
	const [, isRaw, file = ''] = /^\/(raw\/)?(.+)$/.exec(request.url ?? '') ?? [];
	if (isRaw) {
		response.writeHead(302, { location: `/${file}` }).end();
		return;
	}
	readFile(new URL(`examples/${file}`, ROOT)).then(
		(file) => response.setHeader('content-type', 'application/json').end(file),
		() => response.writeHead(404).end(),
	);
});

before(async () => {
	started = await npmStart();
	browser = await launchBrowser();
	selectors.setTestIdAttribute('data-test-id');
	editor = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	chats = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	await editor.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	for (const page of [editor, chats]) page.setDefaultTimeout(60_000);
	await new Promise<void>((resolve) => recipes.listen(0, '127.0.0.1', resolve));
});

after(async () => {
	recipes.close();
	await browser?.close();
	await started?.interrupt();
});

/** What the person does and sees. Light, dark and on a phone, a picture of it. */
function step(name: string, on: () => Page, run: () => Promise<void>) {
	const number = String(++steps).padStart(2, '0');
	test(name, async () => {
		const shoot = async (look: string) => {
			const file = new URL(`.local/screenshots/walk ${number} ${look}.png`, ROOT);
			await on().screenshot({ path: fileURLToPath(file), animations: 'disabled' });
		};
		assert.ok(!isLost, 'an earlier step failed');
		isLost = true;
		await run().finally(async () => await shoot('light'));
		isLost = false;
		await on().emulateMedia({ colorScheme: 'dark' });
		await shoot('dark');
		await on().emulateMedia({ colorScheme: 'light' });
	});
}

const see = (id: string) => editor.getByTestId(id);
const open = async (node: string) =>
	await editor.locator(`[data-node-name="${node}"]`).first().dblclick();

/** Opens a chat of the sandbox's page, and finds what is pinned there. */
async function pinnedIn(chat: string, text: string) {
	await chats.getByRole('link', { name: chat }).click();
	const bar = chats.getByRole('list', { name: 'Pinned messages' });
	await bar.getByRole('button').filter({ hasText: text }).waitFor();
}

async function write(text: string) {
	await chats.getByRole('textbox', { name: /^Write/ }).fill(text);
	await chats.keyboard.press('Enter');
}

/** Begins a workflow with a recipe: its address, pasted on the empty canvas. */
async function importRecipe(file: string) {
	await editor.goto(new URL('/workflow/new', started.editorUrl).href);
	await see('canvas-wrapper').click({ position: { x: 40, y: 40 } });
	const { port } = recipes.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}/raw/${file}`;
	await editor.evaluate(`navigator.clipboard.writeText(${JSON.stringify(url)})`);
	await editor.keyboard.press('Control+V');
	await editor.getByRole('button', { name: 'Yes, import' }).click();
	await see('canvas-node').first().waitFor();
}

step(
	'the demo workflow opens, and has pinned its message',
	() => editor,
	async () => {
		await logIn(editor, started.editorUrl, started.owner);
		await editor.locator('[data-node-name="Pin the notice"]').first().waitFor();
		await chats.goto(started.sandboxUrl);
		await pinnedIn('Condomínio Jardim', '');
	},
);

step(
	'a message with #aviso is pinned, and one that gets 📌',
	() => chats,
	async () => {
		await write('Sem água na sexta. #aviso');
		await pinnedIn('Condomínio Jardim', 'Sem água na sexta. #aviso');
		await write('Who has the key of the gate?');
		const message = chats.getByRole('article').filter({ hasText: 'Who has the key' });
		await message.getByRole('combobox', { name: 'React' }).selectOption('📌');
		await pinnedIn('Condomínio Jardim', 'Who has the key');
	},
);

step(
	'the sandbox fits on a phone',
	() => chats,
	async () => {
		await chats.setViewportSize(PHONE);
		const box = await chats.getByRole('textbox', { name: /^Write/ }).boundingBox();
		assert.ok(box && box.y + box.height <= PHONE.height);
	},
);

step(
	'the first pin: a node, a chat from the list, a text',
	() => editor,
	async () => {
		await chats.setViewportSize({ width: 1280, height: 800 });
		await editor.goto(new URL('/workflow/new', started.editorUrl).href);
		await see('canvas-add-button').click();
		await see('node-creator-search-bar').fill('mensagem fixada');
		await see('node-creator-item-name').getByText('Z-API Pin Message', { exact: true }).click();
		await see('node-creator-category-item').getByText('Actions').click();
		await see('node-creator-item-name').getByText('Send and pin a WhatsApp message').click();
		await see('rlc-input').click();
		await see('rlc-search').fill('grupo');
		await see('rlc-item').getByText('Class 3B').click();
		await see('parameter-input-text').locator('textarea').fill('Bring a jacket on Friday.');
		await see('node-execute-button').click();
		await see('output-panel').getByText('accepted').first().waitFor();
		await pinnedIn('Class 3B', 'Bring a jacket on Friday.');
	},
);

step(
	'a recipe, imported by its address, sends a picture to two groups',
	() => editor,
	async () => {
		await importRecipe('send-a-notice-to-groups-and-pin-it.json');
		await open('Find the groups');
		await see('parameter-input-filter').locator('input').fill('Bloco');
		await see('ndv-close-button').click();
		await open('Send the notice and pin it');
		await see('parameter-input-messageType').click();
		await editor.getByRole('option', { name: 'Image' }).click();
		await see('parameter-input-fileUrl').locator('input').fill('https://example.com/map.png');
		await see('ndv-close-button').click();
		await see('execute-workflow-button').first().click();
		for (const chat of ['Bloco A', 'Bloco B']) {
			await pinnedIn(chat, 'The water will be off');
			await chats.getByRole('article').getByText('map.png').waitFor();
		}
	},
);

step(
	'a recipe is published beside the others, and pins what it is told to',
	() => chats,
	async () => {
		await importRecipe('reply-pin-to-pin-a-message.json');
		await see('workflow-open-publish-modal-button').click();
		await see('workflow-publish-button').click();
		await editor.getByRole('button', { name: 'Got it' }).click();
		await chats.getByRole('link', { name: 'Condomínio Jardim' }).click();
		await write('The gate is open again.');
		const message = chats.getByRole('article').filter({ hasText: 'The gate is open again.' });
		await message.getByRole('button', { name: 'Reply' }).click();
		await write('#pin');
		await pinnedIn('Condomínio Jardim', 'The gate is open again.');
	},
);
