import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page, Request } from 'playwright-core';
import { DEMO_MESSAGE, DURATIONS_MS, ME, type PinEvent } from '../../sandbox/chats.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from '../support/canaries.mts';
import { launchBrowser } from '../support/browser.mts';
import { waitFor } from '../support/wait.mts';

const SCREENSHOTS = '.local/screenshots';

/**
 * All that WCAG 2.2 asks for at level AA, as far as a machine can tell. Without preload, as axe would
 * copy imported stylesheets into the page, which its Content-Security-Policy forbids.
 */
const AXE_RUN = `axe.run({
	runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
	preload: false,
})`;

const ANA = '5511999999999';

let browser: Browser;

before(async () => {
	browser = await launchBrowser();
});

after(async () => await browser?.close());

interface Opened {
	sandbox: Sandbox;
	page: Page;
	/** Everything that the sandbox has sent to the page. */
	traffic: Array<string | Promise<string>>;
}

/** Runs a test on the page of a sandbox of its own. What the browser complains about fails it. */
async function withPage(run: (opened: Opened) => Promise<void>, hash = '') {
	const sandbox = await startSandbox(CANARIES);
	const context = await browser.newContext();
	const page = await context.newPage();
	const complaints: string[] = [];
	const traffic: Opened['traffic'] = [];
	try {
		page.setDefaultTimeout(60_000);
		page.on('console', (entry) => complaints.push(entry.text()));
		page.on('pageerror', (error) => complaints.push(String(error)));
		page.on('request', (request) => {
			if (!request.url().startsWith(`${sandbox.url}/`)) complaints.push(request.url());
		});
		page.on('requestfinished', (request) => {
			traffic.push(JSON.stringify([request.url(), request.headers()]), textOf(request));
		});
		const devTools = await context.newCDPSession(page);
		devTools.on('Network.eventSourceMessageReceived', ({ data }) => traffic.push(data));
		await devTools.send('Network.enable');
		await page.goto(`${sandbox.url}/${hash}`);
		await page.getByRole('log').waitFor();
		await run({ sandbox, page, traffic });
		assert.deepEqual(complaints, []);
	} finally {
		await context.close();
		await sandbox.close();
	}
}

async function textOf(request: Request): Promise<string> {
	const response = await request.response();
	return `${await response?.body().catch(() => '')}`;
}

/** Calls Z-API's method of a sandbox, as the node does. */
async function call({ url, instance }: Sandbox, method: string, body?: object, headers?: object) {
	const { instanceId, token, clientToken } = instance;
	const base = `${url}/instances/${instanceId}/token/${encodeURIComponent(token)}`;
	return await fetch(base + method, {
		...(body && { method: 'POST', body: JSON.stringify(body) }),
		headers: { 'content-type': 'application/json', 'client-token': clientToken, ...headers },
	});
}

/** A request that pins, but for what is given. */
const pinOf = (body: object = {}) => ({
	...DEMO_MESSAGE,
	messageAction: 'pin',
	pinMessageDuration: '7_days',
	...body,
});

test('people write, reply, react and pin, and texts stay texts', async () => {
	await withPage(async ({ sandbox, page }) => {
		const text = '<img src="https://elsewhere.test/x.png"><b>Hi</b>';
		const message = (containing: string) =>
			page.getByRole('article').filter({ has: page.locator('p', { hasText: containing }) });
		await page.getByRole('link', { name: 'Condomínio Jardim' }).click();
		const person = page.getByRole('combobox', { name: 'As' });
		await person.selectOption('As Ana Souza');
		await message('The water').getByRole('button', { name: 'Reply' }).click();
		await page.getByText('Replying to “The water').waitFor();
		await page.getByRole('textbox', { name: 'Write in Condomínio Jardim' }).fill(text);
		await page.getByRole('button', { name: 'Send' }).click();
		await message('elsewhere').getByText('The water will be off').waitFor();
		assert.equal(await message('elsewhere').locator('p').textContent(), text);
		const chat = sandbox.chats.get(DEMO_MESSAGE.phone);
		const { senderName, fromMe, replyTo } = chat.messages.at(-1) ?? {};
		assert.deepEqual([senderName, fromMe, replyTo], ['Ana Souza', false, DEMO_MESSAGE.messageId]);
		await page.getByText('Replying to').waitFor({ state: 'detached' });

		await message('The water').getByRole('combobox', { name: 'React' }).selectOption('📌');
		await message('The water').getByTitle('Ana Souza').getByText('📌').waitFor();
		await message('The water').getByRole('combobox', { name: 'React' }).selectOption('Take back');
		await message('The water').getByTitle('Ana Souza').waitFor({ state: 'detached' });
		const told = once(sandbox.chats, 'pin');
		await message('Please fill').getByRole('combobox', { name: 'Pin' }).selectOption('24 hours');
		await message('Please fill').getByRole('img', { name: 'Pinned' }).waitFor();
		const [, event] = (await told) as [unknown, PinEvent];
		const { durationMs } = event;
		assert.deepEqual(
			[event.fromMe, event.senderName, durationMs],
			[false, 'Ana Souza', DURATIONS_MS['24_hours']],
		);
		await person.selectOption('As the connected number');
		await message('Please fill').getByRole('button', { name: 'Unpin' }).click();
		await message('Please fill').getByRole('img').waitFor({ state: 'detached' });
		await page.getByRole('textbox').fill('Mine');
		await page.getByRole('button', { name: 'Send' }).click();
		await message('Mine').waitFor();
		assert.equal(chat.messages.at(-1)?.fromMe, true);
	});
});

test('pins are shown with the time left, link to the message, and disappear when unpinned', async () => {
	await withPage(async ({ sandbox, page }) => {
		const { phone } = DEMO_MESSAGE;
		const pins = page.getByRole('list', { name: 'Pinned messages' }).getByRole('button');
		const pinned = page.locator(`[id="${DEMO_MESSAGE.messageId}"]`);
		assert.equal(await pinned.getByRole('img', { name: 'Pinned' }).count(), 0);
		for (let index = 0; index < 50; index++) {
			sandbox.chats.write(phone, `Message ${index}`, { senderName: 'Bruno', fromMe: false });
		}
		await page.getByText('Message 49').last().waitFor();

		assert.equal((await call(sandbox, '/pin-message', pinOf())).status, 200);
		await pins.filter({ hasText: /The water will be off.*7 days left/s }).waitFor();
		await pinned.getByRole('img', { name: 'Pinned' }).waitFor({ state: 'attached' });
		const [pin] = sandbox.chats.get(phone).pins;
		assert.ok(pin);
		pin.expiresAt -= 25 * 60 * 60 * 1000;
		sandbox.instance.knowsAnyMessage = true;
		const messageId = 'FROM-BEFORE-THE-SANDBOX';
		await call(sandbox, '/pin-message', pinOf({ messageId, pinMessageDuration: '24_hours' }));
		await pins.filter({ hasText: '6 days left' }).waitFor();
		await pins.filter({ hasText: /from before the sandbox.*24 hours left/s }).waitFor();

		await pins.first().click();
		await page.locator(`[id="${DEMO_MESSAGE.messageId}"]:focus`).waitFor();
		assert.ok(await page.evaluate(`document.querySelector('[role=log]').scrollTop < 50`));

		await call(sandbox, '/pin-message', pinOf({ messageAction: 'unpin' }));
		await pins.filter({ hasText: 'The water' }).waitFor({ state: 'detached' });
		await pinned.getByRole('img', { name: 'Pinned' }).waitFor({ state: 'detached' });
	});
});

/** A pixel. */
const PNG =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What Send and Pin can send, and a reaction. */
async function sendEverything(sandbox: Sandbox) {
	const { phone } = DEMO_MESSAGE;
	const image = `data:image/png;base64,${PNG}`;
	await call(sandbox, '/send-image', { phone, image, caption: 'The pool is closed' });
	const document = 'https://elsewhere.test/minutes.pdf';
	await call(sandbox, '/send-document/pdf', { phone, document, caption: 'Of November' });
	const poll = [{ name: 'Monday' }, { name: 'Friday' }];
	const single = { phone, message: 'When?', poll, pollMaxOptions: 1 };
	await call(sandbox, '/send-poll', single);
	await call(sandbox, '/send-text', { phone, message: 'Hello @all', mentionAll: true });
	sandbox.chats.react(phone, DEMO_MESSAGE.messageId, '👍', ME);
}

test('pictures, files and polls are shown; a click votes, and another person has another vote', async () => {
	await withPage(async ({ sandbox, page }) => {
		await sendEverything(sandbox);
		const picture = page.getByRole('img', { name: 'The pool is closed' });
		await picture.waitFor();
		await page.waitForFunction(`document.querySelector('article > img').naturalWidth === 1`);
		await page.getByRole('article').getByText('minutes.pdf').waitFor();
		await page.getByText('application/pdf · not fetched here · elsewhere.test').waitFor();
		await page.getByText('mentions everyone').waitFor();

		const option = (name: string, pressed: boolean) =>
			page.getByRole('button', { name: new RegExp(`^${name}`), pressed });
		await option('Monday', false).click();
		await option('Monday', true).getByText('Bruno Lima').waitFor();
		await option('Friday', false).click();
		await option('Friday', true).waitFor();
		await option('Monday', false).waitFor();
		await page.getByRole('combobox', { name: 'As' }).selectOption('As Ana Souza');
		await option('Friday', false).click();
		await option('Friday', true).getByText('Bruno Lima, Ana Souza').waitFor();
		await option('Friday', true).click();
		await option('Friday', false).waitFor();
		const votes = sandbox.chats.get(DEMO_MESSAGE.phone).messages.find(({ poll }) => poll)?.votes;
		assert.deepEqual(votes, { 'Bruno Lima': ['Friday'], 'Ana Souza': [] });
	});
});

test('a person sends a file; the text is its caption', async () => {
	await withPage(async ({ sandbox, page }) => {
		await page.getByRole('textbox', { name: /^Write/ }).fill('Keys found #notice');
		const file = { name: 'keys.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') };
		await page.getByLabel('Attach a file').setInputFiles(file);
		await page.getByRole('img', { name: 'Keys found #notice' }).waitFor();
		await waitFor(async () => (await page.getByRole('textbox').inputValue()) === '');
		const { media, senderName } = sandbox.chats.get(DEMO_MESSAGE.phone).messages.at(-1) ?? {};
		assert.deepEqual([media?.kind, media?.bytes, senderName], ['image', 70, 'Bruno Lima']);
	});
});

test('registered webhooks are shown with host and workflow, and what they were called for', async () => {
	const server = createServer((request, response) => {
		request.resume();
		response.writeHead(request.url?.includes('refuses') ? 401 : 200).end();
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	try {
		await withPage(async ({ sandbox, page, traffic }) => {
			const { instance, chats } = sandbox;
			await page.getByText('Publish a workflow with the trigger').waitFor();
			assert.equal(await page.getByPlaceholder('Write #notice …').count(), 0);
			const other = '[3,"https://crm.example.com/hook?key=canary-other",0,0]';
			const list = `${Buffer.from(other).toString('base64url')}.canary-signature`;
			const query = new URLSearchParams({ secret: 'canary-hook', workflow: 'Keep keys', list });
			instance.receivedCallbackUrl = `http://127.0.0.1:${port}/webhook/1/callback?${query}`;
			instance.deliveryCallbackUrl = `http://127.0.0.1:${port}/webhook-test/refuses`;
			sandbox.editorUrl = 'http://localhost:5678/workflow/1';
			chats.write(ANA, 'Hello', { senderName: 'Ana Souza', fromMe: false });
			await call(sandbox, '/send-text', { phone: ANA, message: 'Hello, Ana' });
			const webhooks = page.getByRole('list', { name: 'Webhooks' }).getByRole('listitem');
			await webhooks
				.filter({ hasText: /Received.*“Keep keys”.*127\.0.*passes on to.*crm\.example\.com/s })
				.waitFor();
			await webhooks.filter({ hasText: /On send.*test, 127\.0\.0\.1/s }).waitFor();
			const calls = page.getByRole('list', { name: /^Calls/ }).getByRole('listitem');
			await calls.filter({ hasText: /200.*message.*in Ana Souza.*to Keep keys/s }).waitFor();
			await calls.filter({ hasText: /401.*sent.*in Ana Souza.*to 127/s }).waitFor();
			await page.getByPlaceholder('Write #notice …').waitFor();
			const seen = await Promise.all(traffic.map(async (text) => await text));
			assert.doesNotMatch(seen.join('\n'), /canary/);
		});
	} finally {
		server.closeAllConnections();
		server.close();
	}
});

test('on a phone, the chat and the box to write are on the screen', async () => {
	await withPage(async ({ page }) => {
		await page.setViewportSize({ width: 390, height: 844 });
		for (const part of [
			page.getByRole('textbox', { name: /^Write/ }),
			page.getByRole('button', { name: 'Send' }),
			page.getByRole('article').last(),
		]) {
			const { y = -1, height = 0 } = (await part.boundingBox()) ?? {};
			assert.ok(y >= 0 && y + height <= 844, `${y} + ${height}`);
		}
	});
});

test('in a community nobody can write', async () => {
	await withPage(
		async ({ page }) => {
			await page.getByText('nobody sees it').waitFor();
			assert.equal(await page.getByRole('textbox', { name: /^Write/ }).count(), 0);
		},
		`#${new URLSearchParams({ chat: '120363277777777701-group' })}`,
	);
});

test('chat and message IDs are shown in full', async () => {
	await withPage(async ({ page }) => {
		await page.getByText(DEMO_MESSAGE.phone, { exact: true }).waitFor();
		await page.getByText(DEMO_MESSAGE.messageId, { exact: true }).waitFor();
	});
});

test('entries wait while disconnected, and failed ones are shown', async () => {
	await withPage(async ({ sandbox, page }) => {
		const isConnected = async () =>
			((await (await call(sandbox, '/status')).json()) as { connected: boolean }).connected;
		const connection = page.getByRole('combobox', { name: 'Connection' });
		assert.equal(await isConnected(), true);
		await connection.selectOption('Disconnected from WhatsApp');
		await waitFor(async () => !(await isConnected()));
		await call(sandbox, '/pin-message', pinOf());
		await call(sandbox, '/pin-message', pinOf({ messageId: 'NEVER-SEEN' }));
		await page.getByRole('heading', { name: 'Queue 2 waiting, 0 failed' }).waitFor();
		const queue = page.getByRole('list', { name: 'Queue' });
		await queue.getByText(/pin 77DF.*in Condomínio Jardim: waits/s).waitFor();
		await connection.selectOption('Connected to WhatsApp');
		await page.getByRole('heading', { name: 'Queue 0 waiting, 1 failed' }).waitFor();
		await queue.getByText(/pin NEVER-SEEN.*: Whatsapp rejected sending this message/s).waitFor();
		await page.getByRole('list', { name: 'Pinned messages' }).getByText('The water').waitFor();

		await page.getByRole('button', { name: 'Reset' }).click();
		await page.getByRole('heading', { name: 'Queue 0 waiting, 0 failed' }).waitFor();
		assert.deepEqual(sandbox.chats.get(DEMO_MESSAGE.phone).pins, []);
	});
});

test('the page links to the editor, if there is one', async () => {
	await withPage(async ({ sandbox, page }) => {
		const link = page.getByRole('link', { name: 'Open n8n’s editor' });
		assert.equal(await link.count(), 0);
		sandbox.editorUrl = 'http://localhost:5678/workflow/1';
		sandbox.chats.write(ANA, 'News', { senderName: 'Ana Souza', fromMe: false });
		await link.waitFor();
		assert.equal(await link.getAttribute('href'), sandbox.editorUrl);
	});
});

test('faults happen as set, requests show them, and no secret is on the page', async () => {
	await withPage(async ({ sandbox, page, traffic }) => {
		await page.getByText('Misbehave').click();
		const requests = page.getByRole('list', { name: /^Requests/ }).getByRole('listitem');
		const newest = async (text: RegExp) =>
			await requests.first().filter({ hasText: text }).waitFor();
		const response = page.getByRole('combobox', { name: 'Response' });
		const times = page.getByRole('spinbutton', { name: 'Only the next' });
		const set = async (label: string) => {
			await response.selectOption(label);
			await times.and(page.locator(':enabled')).waitFor();
		};

		await set('500 · Internal server error');
		await times.fill('1');
		await times.blur();
		await expectFaults(sandbox, [{ every: 1, times: 1, path: '/pin-message' }]);
		assert.equal((await call(sandbox, '/pin-message', pinOf())).status, 500);
		await newest(/POST \/pin-message.*on purpose.*500.*pin 77DF.*AD83 in Condomínio Jardim/s);
		await waitFor(async () => (await times.inputValue()) === '0');
		assert.equal((await call(sandbox, '/pin-message', pinOf())).status, 200);
		await newest(/200/);
		assert.doesNotMatch(`${await requests.first().textContent()}`, /on purpose/);

		await set('200 · HTML page');
		await expectFaults(sandbox, [{ every: 1, times: undefined }]);
		const html = await call(sandbox, '/pin-message', pinOf());
		assert.deepEqual([html.status, html.headers.get('content-type')], [200, 'text/html']);
		await newest(/on purpose.*200/s);

		// Longer than news are held back, so that the request is seen before it is over.
		await page.getByRole('spinbutton', { name: 'Latency' }).fill('200');
		await set('Connection reset');
		await page.getByRole('spinbutton', { name: 'Every Nth message' }).fill('2');
		await page.getByRole('combobox', { name: 'For' }).selectOption('Every request');
		await expectFaults(sandbox, [{ response: 'reset', every: 2, path: '' }]);
		await waitFor(() => sandbox.faults.latencyMs === 200);
		await assert.rejects(call(sandbox, '/status'));

		await newest(/GET \/status.*no response/s);
		assert.equal((await call(sandbox, '/status')).status, 200);

		await response.selectOption('As usual');
		await expectFaults(sandbox, []);
		await page.getByRole('spinbutton', { name: 'Rate limit' }).fill('1');
		await page.getByRole('spinbutton', { name: 'Latency' }).fill('20');
		await page.getByRole('spinbutton', { name: 'Latency' }).blur();
		await waitFor(() => sandbox.faults.requestsPerSecond === 1 && sandbox.faults.latencyMs === 20);
		const responses = await Promise.all([call(sandbox, '/status'), call(sandbox, '/status')]);
		assert.deepEqual(responses.map(({ status }) => status).sort(), [200, 429]);
		await page.getByRole('button', { name: 'All off' }).click();
		await waitFor(() => sandbox.faults.requestsPerSecond === 0 && sandbox.faults.latencyMs === 0);

		const wrong = { 'client-token': 'canary-wrong' };
		const mixedUp = pinOf({ messageId: 'canary-wrong' });
		const refused = await call(sandbox, '/pin-message', mixedUp, wrong);
		assert.match(await refused.text(), /canary-wrong/);
		await newest(/403.*pin \*\*\*/s);
		await call(sandbox, '/pin-message', pinOf({ messageId: CANARIES.token }));
		await newest(/200.*pin \*\*\*/s);
		const seen = [
			await page.content(),
			...(await Promise.all(traffic.map(async (text) => await text))),
		].join('\n');
		const shown = await (await fetch(`${sandbox.url}/sandbox/requests`)).text();
		for (const part of ['<title>', '"path":"/pin-message"']) assert.ok(seen.includes(part), part);
		assert.ok(!/canary/i.test(seen + shown), 'A secret was found');

		await page.getByRole('button', { name: 'Clear' }).click();
		await page.getByRole('heading', { name: 'Requests none yet' }).waitFor();
		assert.equal(sandbox.requests.length, 0);
	});
});

test('the page works with the keyboard only', async () => {
	await withPage(async ({ sandbox, page }) => {
		const { keyboard } = page;
		/** Presses Tab until the element has the focus. */
		const tabTo = async (
			name: string | RegExp,
			role: 'link' | 'button' | 'textbox' | 'combobox',
		) => {
			const target = page.getByRole(role, { name }).and(page.locator(':focus'));
			for (let tabs = 0; (await target.count()) === 0; tabs++) {
				assert.ok(tabs < 60, `Not reached: ${name}`);
				await keyboard.press('Tab');
			}
		};
		await tabTo('Ana Souza', 'link');
		await keyboard.press('Enter');
		await page.getByRole('heading', { name: 'Ana Souza' }).waitFor();
		await tabTo(/^Write/, 'textbox');
		await keyboard.type('From the keyboard');
		await keyboard.press('Shift+Enter');
		await keyboard.type('in two lines');
		await keyboard.press('Enter');
		await page.getByRole('article').getByText('From the keyboard\nin two lines').waitFor();
		await waitFor(async () => (await page.getByRole('textbox').inputValue()) === '');

		await call(sandbox, '/pin-message', pinOf({ phone: ANA, messageId: lastIn(sandbox, ANA) }));
		await page.getByRole('list', { name: 'Pinned messages' }).getByRole('button').waitFor();
		await tabTo(/From the keyboard.*left/s, 'button');
		await keyboard.press('Enter');
		await page.locator('article:last-child:focus').waitFor();
		await tabTo('Connection', 'combobox');
		await keyboard.press('ArrowDown');
		await waitFor(() => sandbox.instance.connection === 'notConnected');
	});
});

test('in both themes and at all widths, the page is readable and accessible', async () => {
	await withPage(async ({ sandbox, page }) => {
		await page.evaluate(axe.source);
		await sendEverything(sandbox);
		await call(sandbox, '/pin-message', pinOf());
		await call(sandbox, '/pin-message', pinOf({ messageId: 'M2', pinMessageDuration: '24_hours' }));
		await call(sandbox, '/pin-message', pinOf(), { 'client-token': 'wrong' });
		sandbox.chats.write(DEMO_MESSAGE.phone, 'Not at all.', { senderName: 'Me', fromMe: true });
		sandbox.chats.write(DEMO_MESSAGE.phone, 'On Friday?', { senderName: 'Bruno', fromMe: false });
		sandbox.faults.set({ response: { status: 500 } });
		await call(sandbox, '/pin-message', pinOf());
		await page.getByText('Misbehave').click();
		await page.getByRole('article').getByText('On Friday?').waitFor();
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			const look = async (name: string) => {
				await page.screenshot({ path: `${SCREENSHOTS}/sandbox-${colorScheme}-${name}.png` });
				const { violations } = await page.evaluate<AxeResults>(AXE_RUN);
				const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html]));
				assert.deepEqual(found, [], `${colorScheme}, ${name}`);
				const { scrollWidth, innerWidth } = await page.evaluate<Record<string, number>>(
					'({ scrollWidth: document.documentElement.scrollWidth, innerWidth })',
				);
				assert.equal(scrollWidth, innerWidth, `${colorScheme}, ${name}`);
			};
			await page.setViewportSize({ width: 1360, height: 820 });
			await look('wide');
			await page.setViewportSize({ width: 900, height: 700 });
			await look('medium');
			await page.setViewportSize({ width: 360, height: 700 });
			await look('narrow');
		}
	});
});

test('the URL selects a chat, and changes with it', async () => {
	await withPage(
		async ({ page }) => {
			await page.getByRole('heading', { name: '999999999999999@lid' }).waitFor();
			await page.getByRole('link', { name: 'Old Customer' }).click();
			await page.getByRole('heading', { name: 'Old Customer' }).waitFor();
			await page.reload();
			await page.getByRole('heading', { name: 'Old Customer' }).waitFor();
		},
		`#${new URLSearchParams({ chat: '999999999999999@lid' })}`,
	);
});

test(
	'the sandbox stops with an open page, and the page reconnects',
	{ timeout: 60_000 },
	async () => {
		const sandbox = await startSandbox();
		const page = await browser.newPage();
		try {
			await page.goto(sandbox.url);
			await page.getByRole('article').first().waitFor();
			await sandbox.close();
			await page.getByText('The sandbox has stopped').waitFor();
			const again = await startSandbox({ port: Number(new URL(sandbox.url).port) });
			try {
				await page.getByText('The sandbox has stopped').waitFor({ state: 'detached' });
			} finally {
				await again.close();
			}
		} finally {
			await page.close();
			await sandbox.close();
		}
	},
);

/** Waits until the sandbox has faults that are so, among other things. */
async function expectFaults({ faults }: Sandbox, expected: object[]) {
	const isSo = (fault: object, index: number) =>
		Object.entries(expected[index] ?? {}).every(
			([key, value]) => (fault as Record<string, unknown>)[key] === value,
		);
	await waitFor(() => faults.active.length === expected.length && faults.active.every(isSo));
}

const lastIn = ({ chats }: Sandbox, phone: string) => chats.get(phone).messages.at(-1)?.messageId;
