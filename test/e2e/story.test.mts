// The whole story: a contact writes on the sandbox's page, the trigger starts the workflow, the node
// pins, and the page shows it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { credentialOf } from '../../sandbox/account.mts';
import { startSandbox } from '../../sandbox/server.mts';
import type { N8n } from '../../scripts/n8n/process.mts';
import { startTestN8n } from '../support/n8n.mts';
import { launchBrowser } from '../support/browser.mts';

const ROOT = new URL('../../', import.meta.url);

let n8n: N8n;
let browser: Browser;

before(async () => {
	n8n = await startTestN8n();
	browser = await launchBrowser();
});

after(async () => {
	await browser?.close();
	await n8n?.stop();
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`a message written on the page is pinned there: ${colorScheme}`, async (context) => {
		const { client } = n8n;
		const sandbox = await startSandbox();
		context.after(sandbox.close);
		const file = new URL('examples/pin-messages-with-a-keyword.json', ROOT);
		const credential = await client.saveCredential('Z-API', credentialOf(sandbox));
		const example = JSON.parse(await readFile(file, 'utf8'));
		const workflow = await client.importWorkflow(example, credential);
		await client.activate(workflow);

		const viewport = { width: 1280, height: 720 };
		const page = await browser.newPage({ colorScheme, viewport });
		await page.goto(sandbox.url);
		await page.getByRole('link', { name: 'Condomínio Jardim' }).click();
		const text = 'The lift works again on Monday. #notice';
		await page.getByRole('textbox', { name: /^Write/ }).fill(text);
		await page.keyboard.press('Enter');
		const bar = page.getByRole('list', { name: 'Pinned messages' });
		const pin = bar.getByRole('button').filter({ hasText: text });
		await pin.waitFor({ timeout: 60_000 });
		assert.match((await pin.textContent()) ?? '', /7 days left/);

		const folder = process.env.UPDATE_DOCS ? 'docs/images' : '.local/screenshots';
		const picture = fileURLToPath(new URL(`${folder}/sandbox-${colorScheme}.png`, ROOT));
		await page.screenshot({ path: picture });
		await page.close();
		await client.deactivate(workflow);
	});
}
