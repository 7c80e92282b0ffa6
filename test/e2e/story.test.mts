// The whole story: a contact writes on the sandbox's page, the trigger starts the workflow, the node
// pins, and the page shows it. The README's picture shows both side by side.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, selectors } from 'playwright-core';
import { credentialOf } from '../../sandbox/account.mts';
import { startSandbox } from '../../sandbox/server.mts';
import type { StoredWorkflow } from '../../scripts/n8n/client.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { launchBrowser, logIn } from '../support/browser.mts';

const ROOT = new URL('../../', import.meta.url);

let n8n: TestN8n;
let browser: Browser;

before(async () => {
	n8n = await startTestN8n();
	browser = await launchBrowser();
	selectors.setTestIdAttribute('data-test-id');
});

after(async () => {
	await browser?.close();
	await n8n?.stop();
});

/** The workflow on n8n's canvas, without what is around it. */
async function shootWorkflow(page: Page, workflow: StoredWorkflow): Promise<Buffer> {
	await page.setViewportSize({ width: 1000, height: 700 });
	await logIn(page, `${n8n.url}/workflow/${workflow.id}`, n8n.owner);
	await page.locator('[data-node-name="Pin it"]').first().waitFor();
	await page.keyboard.press('1');
	await page.mouse.move(5, 5);
	const first = await page
		.locator('[data-node-name="A message with # arrives"]')
		.first()
		.boundingBox();
	assert.ok(first);
	const clip = { x: first.x - 70, y: first.y - 180, width: 760, height: 460 };
	return await page.screenshot({ animations: 'disabled', clip });
}

for (const colorScheme of ['light', 'dark'] as const) {
	test(`a message written on the page is pinned there: ${colorScheme}`, async (context) => {
		const { client } = n8n;
		const sandbox = await startSandbox();
		context.after(sandbox.close);
		const file = new URL('examples/pin-messages-with-a-keyword.json', ROOT);
		const credential = await client.saveCredential('Z-API', credentialOf(sandbox));
		const example = JSON.parse(await readFile(file, 'utf8'));
		example.nodes.shift();
		const workflow = await client.importWorkflow(example, credential);
		const viewport = { width: 480, height: 460 };
		const page = await browser.newPage({ colorScheme, viewport, deviceScaleFactor: 2 });
		const canvas = await shootWorkflow(page, workflow);
		await client.activate(workflow);

		await page.setViewportSize(viewport);
		await page.goto(sandbox.url);
		await page.getByRole('link', { name: 'Condomínio Jardim' }).click();
		const text = 'The lift works again on Monday. #notice';
		await page.getByRole('textbox', { name: /^Write/ }).fill(text);
		await page.keyboard.press('Enter');
		const bar = page.getByRole('list', { name: 'Pinned messages' });
		const pin = bar.getByRole('button').filter({ hasText: text });
		await pin.waitFor({ timeout: 60_000 });
		assert.match((await pin.textContent()) ?? '', /7 days left/);

		const chat = await page.screenshot();
		await page.goto('about:blank');
		await page.setViewportSize({ width: 1240, height: 460 });
		await page.setContent(
			`<body style="margin:0;display:flex">${[canvas, chat].map((picture) => `<img height="460" src="data:image/png;base64,${picture.toString('base64')}">`).join('')}`,
		);
		const folder = process.env.UPDATE_DOCS ? 'docs/images' : '.local/screenshots';
		const picture = fileURLToPath(new URL(`${folder}/story-${colorScheme}.png`, ROOT));
		await page.screenshot({ path: picture });
		await page.close();
		await client.deactivate(workflow);
	});
}
