// A user drags the output of one node into the next, in n8n's editor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, selectors } from 'playwright-core';
import { credentialOf } from '../../sandbox/account.mts';
import { authorIn, DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { StoredWorkflow } from '../../scripts/n8n/client.mts';
import { to, toNode, TRIGGER } from '../../scripts/workflows.mts';
import { launchBrowser } from '../support/browser.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { waitFor } from '../support/wait.mts';

const TYPE = 'n8n-nodes-zapi-pin-message.zApiPinMessage';

let n8n: TestN8n;
let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let pinAndUnpin: StoredWorkflow;

const see = (id: string) => page.getByTestId(id);
const pins = () => sandbox.chats.get(DEMO_MESSAGE.phone).pins.map(({ messageId }) => messageId);
/** Without the edges, where parts of the editor behind the node stick out. */
const clip = { x: 11, y: 11, width: 1378, height: 838 };
const shoot = async (name: string, folder = '.local/screenshots') => {
	const file = new URL(`../../${folder}/${name}.png`, import.meta.url);
	await page.screenshot({ path: fileURLToPath(file), animations: 'disabled', clip });
};

before(async () => {
	n8n = await startTestN8n();
	sandbox = await startSandbox();
	const { phone, messageId } = DEMO_MESSAGE;
	const chat = { __rl: true, mode: 'id', value: phone };
	pinAndUnpin = await n8n.client.importWorkflow(
		{
			name: 'Drag',
			nodes: [
				toNode(TRIGGER, 'n8n-nodes-base.manualTrigger', {}),
				{ ...toNode('Pin message', TYPE, { phone: chat, messageId }), position: [200, 0] },
				{ ...toNode('Unpin message', TYPE, { operation: 'unpin' }), position: [400, 0] },
			],
			connections: { [TRIGGER]: to('Pin message'), 'Pin message': to('Unpin message') },
			settings: { executionOrder: 'v1' },
		},
		await n8n.client.saveCredential('Z-API', credentialOf(sandbox)),
	);
	browser = await launchBrowser();
	selectors.setTestIdAttribute('data-test-id');
	page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
	page.setDefaultTimeout(60_000);
	const url = `${n8n.url}/workflow/${pinAndUnpin.id}`;
	await page.goto(url);
	await see('emailOrLdapLoginId').locator('input').fill(n8n.owner.email);
	await see('password').locator('input').fill(n8n.owner.password);
	await see('form-submit-button').click();
	await see('canvas-node').first().waitFor();
});

after(async () => {
	await browser?.close();
	await sandbox?.close();
	await n8n?.stop();
});

/** Drags a field of the input panel onto a parameter. */
async function drag(field: string, parameter: string) {
	const expression = `{{ $json.${field} }}`;
	const target = see(`parameter-input-${parameter}`);
	await see('ndv-input-panel').locator(`.pill[data-value="${expression}"]`).first().hover();
	await page.mouse.down();
	const box = await target.boundingBox();
	assert.ok(box);
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 25 });
	await page.mouse.up();
	await target.getByText(expression).waitFor();
}

test("the trigger's chat and messageId, dragged into the node, pin the message", async () => {
	const nodes = [
		{ ...toNode('A message arrives', `${TYPE}Trigger`, {}), webhookId: 'drag' },
		{ ...toNode('Pin message', TYPE, {}), position: [200, 0] },
	];
	const workflow = await n8n.client.importWorkflow(
		{
			name: 'Pin what arrives',
			nodes,
			connections: { 'A message arrives': to('Pin message') },
			settings: { executionOrder: 'v1' },
		},
		await n8n.client.saveCredential('Z-API account', credentialOf(sandbox)),
	);
	await page.goto(`${n8n.url}/workflow/${workflow.id}`);
	await page.locator('[data-node-name="Pin message"]').first().dblclick();
	await see('execute-previous-node').click();
	await waitFor(() => sandbox.instance.receivedCallbackUrl !== '');
	const { messageId } = sandbox.chats.write(
		DEMO_MESSAGE.phone,
		'The lift works again.',
		authorIn(sandbox.chats.get(DEMO_MESSAGE.phone), '5511999999999'),
	);
	await drag('chat', 'phone');
	await drag('messageId', 'messageId');
	await see('node-execute-button').click();
	await waitFor(() => pins().includes(messageId));
	await see('output-panel').getByTestId('radio-button-schema').click();
	await see('output-panel').getByText('accepted').waitFor();
	sandbox.chats.unpin(DEMO_MESSAGE.phone, messageId);
	for (const theme of ['dark', 'light'] as const) {
		await page.emulateMedia({ colorScheme: theme });
		await see('ndv')
			.locator(`img[src$="/pin${theme === 'dark' ? '.dark' : ''}.svg"]`)
			.first()
			.evaluate(async (image: { decode: () => Promise<void> }) => await image.decode());
		await page.locator('.el-notification').first().waitFor({ state: 'detached' });
		await shoot(`node-${theme}`, process.env.UPDATE_DOCS ? 'docs/images' : undefined);
	}
	await page.goto(`${n8n.url}/workflow/${pinAndUnpin.id}`);
});

test("the pin's chat and messageId, dragged into the next node, unpin the message", async () => {
	await page.locator('[data-node-name="Unpin message"]').first().dblclick();
	await see('execute-previous-node').click();
	await drag('chat', 'phone');
	await drag('messageId', 'messageId');
	assert.deepEqual(pins(), [DEMO_MESSAGE.messageId]);
	await see('node-execute-button').click();
	await waitFor(() => pins().length === 0);
	await see('output-panel').getByText('unpin').first().waitFor();
	await shoot('drag');
});

test('a hint says that accepted items wait while the instance is not connected', async () => {
	sandbox.instance.connection = 'notConnected';
	// n8n ignores a click that comes while it still shows the end of the execution before.
	const hint = see('output-panel').getByText('The Z-API instance is not connected to WhatsApp.');
	await waitFor(async () => {
		await see('node-execute-button').click();
		return await hint.waitFor({ timeout: 10_000 }).then(
			() => true,
			() => false,
		);
	});
	await shoot('not connected');
});
