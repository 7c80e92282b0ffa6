import { credentialOf } from '../../sandbox/account.mts';
import { KNOWN_FAULTS, clientTokenNotAllowed } from '../../sandbox/faults.mts';
import { CANARIES } from '../support/canaries.mts';
import { log, openTrigger } from '../support/engine.mts';
import { useSandbox } from '../support/sandbox.mts';

const OTHER = 'https://crm.example.com/hook?key=other-secret';
const PINS = { events: ['messagePinned'] };
const MESSAGES = { events: ['messageReceived'] };
const REPLACE = { ifWebhookTaken: 'replace' };

const sandbox = useSandbox();

const registered = () => sandbox.instance.receivedCallbackUrl;
const changes = () => sandbox.requests.filter(({ method }) => method === 'PUT');
const messageOf = async (promise: Promise<unknown>) =>
	await promise.then(
		() => '',
		(error: unknown) => (error as Error).message,
	);

const QUERY = String.raw`\?secret=[\w-]{43}&owner=[\w-]{8}\.[\w-]{16}&workflow=Test(&list=[\w.-]+)?$`;
const PRODUCTION = new RegExp(`^http://127.0.0.1:5678/webhook/hook-1/callback${QUERY}`);

test('activating registers the production URL with a secret, and sent by me if pins need it', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(true);
});

test.each([
	['messages alone', { ...MESSAGES }, false],
	['messages with everything sent by me', { ...MESSAGES, sentByMe: 'all' }, true],
	['messages with what is written on the phone', { ...MESSAGES, sentByMe: 'phone' }, true],
	['no more than what is sent', { events: ['sendingFailed'], sentByMe: 'all' }, false],
])('sent by me: %s', async (_what, parameters, expected) => {
	const trigger = await openTrigger(credentialOf(sandbox), parameters);
	await trigger.activate();
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(expected);
});

test('sent by me stays on after deactivating when it was on before', async () => {
	sandbox.instance.receiveCallbackSentByMe = true;
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	await trigger.deactivate();
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(true);
});

test('a URL that is registered already is not registered again', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	const { length } = changes();
	await trigger.activate();
	expect(changes()).toHaveLength(length);
});

test('deactivating removes the URL if there was none before', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	await trigger.deactivate();
	expect(registered()).toBe('');
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test('does not replace the webhook of another system, and shows its host only', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	for (const kind of ['production', 'test'] as const) {
		const trigger = await openTrigger(credentialOf(sandbox), PINS);
		const message = await messageOf(trigger.activate(kind));
		expect(message).toMatch(
			/belongs to another system \(crm\.example\.com\).*with Share, n8n passes/,
		);
		expect(message).not.toMatch(/other-secret|https:/);
		await trigger.deactivate(kind);
	}
	expect(registered()).toBe(OTHER);
	expect(changes()).toHaveLength(0);
});

test('Replace Existing Webhook replaces it, and deactivating restores it', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	await trigger.deactivate();
	expect(registered()).toBe(OTHER);
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test('deactivating does not change a URL that another system has registered since', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	sandbox.instance.receivedCallbackUrl = OTHER;
	await trigger.deactivate();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, true]);
});

test("a test restores another system's URL", async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate('test');
	await trigger.deactivate('test');
	expect(registered()).toBe(OTHER);
});

test('if restoring fails half way, the next attempt completes it', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	sandbox.faults.set({ path: '/update-notify-sent-by-me', times: 1, response: { status: 500 } });
	await expect(trigger.deactivate()).rejects.toThrow(/not working at the moment/);
	await trigger.deactivate();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});

test('n8n has moved to another host: production takes over', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const before = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await before.activate();
	const { staticData } = before;
	const origin = 'https://new.example.com';
	const moved = await openTrigger(credentialOf(sandbox), PINS, { origin, staticData });
	await moved.activate();
	expect(registered()).toMatch(/^https:\/\/new\.example\.com\/webhook/);
	await moved.deactivate();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});

test('a previous URL of the node itself is never restored, with any host and token', async () => {
	await (await openTrigger(credentialOf(sandbox), PINS)).activate();
	sandbox.instance.token = 'canary-new-token';
	// Nothing is remembered any more, either.
	const moved = await openTrigger(credentialOf(sandbox), PINS, {
		origin: 'https://new.example.com',
	});
	await moved.activate();
	expect(JSON.stringify(moved.staticData)).not.toContain('127.0.0.1');
	await moved.deactivate();
	expect(registered()).toBe('');
});

test('the previous URL is kept if it cannot be restored at once', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	sandbox.faults.set({ path: '/update-webhook-received', response: { status: 503 } });
	await expect(trigger.deactivate()).rejects.toThrow();
	await expect(trigger.activate()).resolves.toBeUndefined();
	sandbox.faults.reset();
	await trigger.deactivate();
	expect(registered()).toBe(OTHER);
});

const ALL_URLS = [
	'receivedCallbackUrl',
	'deliveryCallbackUrl',
	'connectedCallbackUrl',
	'disconnectedCallbackUrl',
] as const;

test.each<[events: string[], urls: Array<(typeof ALL_URLS)[number]>]>([
	[['messageReceived'], ['receivedCallbackUrl']],
	[['messagePinned', 'reactionReceived', 'otherActivity'], ['receivedCallbackUrl']],
	[['sendingFailed'], ['deliveryCallbackUrl']],
	[['messageSent'], ['deliveryCallbackUrl']],
	[['instanceConnected'], ['connectedCallbackUrl']],
	[['instanceDisconnected'], ['disconnectedCallbackUrl']],
	[['messagePinned', 'sendingFailed', 'instanceConnected', 'instanceDisconnected'], [...ALL_URLS]],
])('%j register the webhooks that they need, and restore them', async (events, urls) => {
	const others = ALL_URLS.map((name) => [name, `${OTHER}&of=${name}`] as const);
	Object.assign(sandbox.instance, Object.fromEntries(others));
	const trigger = await openTrigger(credentialOf(sandbox), { events, options: REPLACE });
	await trigger.activate();
	for (const [name, before] of others) {
		const url = sandbox.instance[name];
		if (urls.includes(name)) expect(url).toMatch(PRODUCTION);
		else expect(url).toBe(before);
	}
	expect(sandbox.instance.messageStatusCallbackUrl).toBe('');
	await trigger.deactivate();
	for (const [name, before] of others) expect(sandbox.instance[name]).toBe(before);
	expect(trigger.staticData).toStrictEqual({ 'node:Trigger': {} });
});

test('registers with the documented methods only', async () => {
	const events = ['messagePinned', 'sendingFailed', 'instanceConnected', 'instanceDisconnected'];
	await (await openTrigger(credentialOf(sandbox), { events })).activate();
	const paths = changes().map(({ path }) => path.split('/').at(-1));
	expect(paths).toStrictEqual([
		'update-webhook-received',
		'update-webhook-delivery',
		'update-webhook-connected',
		'update-webhook-disconnected',
		'update-notify-sent-by-me',
	]);
});

test('if another system uses one of several webhooks, none is registered, and the message says which', async () => {
	sandbox.instance.deliveryCallbackUrl = OTHER;
	const events = ['messageReceived', 'sendingFailed'];
	const trigger = await openTrigger(credentialOf(sandbox), { events });
	expect(await messageOf(trigger.activate())).toMatch(
		/^The webhook for sent messages of this Z-API instance belongs to another system/,
	);
	expect(changes()).toHaveLength(0);
});

test('an activation that fails at the second webhook restores the first', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const path = '/update-webhook-delivery';
	sandbox.faults.set({ path, times: 1, response: { status: 500 } });
	const events = ['messagePinned', 'sendingFailed'];
	const trigger = await openTrigger(credentialOf(sandbox), { events, options: REPLACE });
	await expect(trigger.activate()).rejects.toThrow();
	const { deliveryCallbackUrl, receiveCallbackSentByMe } = sandbox.instance;
	expect([registered(), deliveryCallbackUrl, receiveCallbackSentByMe]).toStrictEqual([
		OTHER,
		'',
		false,
	]);
});

test('published with other events: a webhook that is no longer needed is restored', async () => {
	sandbox.instance.deliveryCallbackUrl = OTHER;
	const events = ['messageReceived', 'sendingFailed'];
	const before = await openTrigger(credentialOf(sandbox), { events, options: REPLACE });
	await before.activate();
	expect(sandbox.instance.deliveryCallbackUrl).toMatch(PRODUCTION);
	const { staticData } = before;
	const after = await openTrigger(credentialOf(sandbox), MESSAGES, { staticData });
	await after.activate();
	expect([sandbox.instance.deliveryCallbackUrl, registered()]).toStrictEqual([
		OTHER,
		expect.stringMatching(PRODUCTION),
	]);
});

test.each(['production', 'test'] as const)(
	'a callback to the registered URL is received in %s, without decrypting the credential',
	async (kind) => {
		const events = ['messageReceived', 'sendingFailed'];
		const trigger = await openTrigger(credentialOf(sandbox), { events });
		await trigger.activate(kind);
		const before = trigger.decryptions();
		const secret = new URL(registered()).searchParams.get('secret');
		const { instanceId } = sandbox.instance;
		const body = { type: 'DeliveryCallback', instanceId, phone: '5511999999999', error: kind };
		const headers = { 'content-type': 'application/json' };
		const { result } = await trigger.receive({ query: { secret }, headers, body }, kind);
		expect(result.workflowData?.[0]?.[0]?.json).toMatchObject({ event: 'sendingFailed' });
		expect(trigger.decryptions()).toBe(before);
	},
);

test('n8n stores neither the secret nor a token', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	const secret = new URL(registered()).searchParams.get('secret') ?? '';
	const stored = JSON.stringify(trigger.staticData);
	expect(stored).toContain('secretHash');
	expect(stored).not.toContain(secret);
	expect(stored).not.toMatch(/canary/i);
});

test('a changed token changes the secret at the next activation', async () => {
	await (await openTrigger(credentialOf(sandbox), PINS)).activate();
	const before = registered();
	sandbox.instance.token = 'canary-new-token';
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	expect(registered()).not.toBe(before);
});

test('a URL that is not HTTPS is refused before anything is sent', async () => {
	const credential = { ...credentialOf(sandbox), baseUrl: 'https://api.z-api.io' };
	const trigger = await openTrigger(credential, PINS, { origin: 'http://localhost:5678' });
	expect(await messageOf(trigger.activate())).toMatch(
		/only calls HTTPS URLs.*N8N_WEBHOOK_URL of n8n \(WEBHOOK_URL in/,
	);
});

test('a webhook URL that Z-API refuses changes nothing', async () => {
	sandbox.instance.requiresHttps = true;
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	expect(await messageOf(trigger.activate())).toMatch(
		/^Z-API refused n8n's webhook URL, which is not an HTTPS URL\. Set .*N8N_WEBHOOK_URL/,
	);
	expect(registered()).toBe('');
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test.each<[what: string, toEcho: (url: string) => unknown]>([
	['the URL alone', (url) => url],
	['a sentence', (url) => ({ error: `value ${url} is not valid` })],
	['the query alone', (url) => ({ error: new URL(url).search })],
	['the secret alone', (url) => ({ error: [...new URL(url).searchParams.values()][0] })],
	['an object', (url) => ({ error: { value: url } })],
	['the URL in an encoded form', (url) => ({ error: encodeURIComponent(url) })],
	['capitals', (url) => ({ error: url.toUpperCase() })],
	['an address backwards', (url) => ({ error: Array.from(url).reverse().join('') })],
])('no secret of any URL is shown when the response holds %s', async (_what, toEcho) => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	const ours = registered();
	const secret = new URL(ours).searchParams.get('secret') ?? '';
	await trigger.deactivate();
	for (const [step, url] of [
		['activate', ours],
		['deactivate', OTHER],
	] as const) {
		sandbox.faults.reset();
		if (step === 'deactivate') await trigger.activate();
		for (const path of ['/update-webhook-received', '/me']) {
			sandbox.faults.set({ path, response: { status: 400, body: toEcho(url) } });
			const firstLogLine = log.length;
			const message = await messageOf(trigger[step]());
			expect(message).toMatch(
				/^(Z-API refused (the request|n8n's webhook URL)|Something between n8n and Z-API)/,
			);
			const seen = (message + log.slice(firstLogLine).join('')).toLowerCase();
			expect(seen).not.toContain(secret.toLowerCase());
			expect(seen).not.toContain('other-secret');
		}
	}
});

test.each([[['https://crm.example.com']], [{ url: 'https://crm.example.com' }], [1], [true]])(
	'a response with the URL %j is unreadable, so nothing is changed',
	async (receivedCallbackUrl) => {
		const body = { connected: true, receivedCallbackUrl };
		sandbox.faults.set({ path: '/me', response: { status: 200, body } });
		const trigger = await openTrigger(credentialOf(sandbox), PINS);
		expect(await messageOf(trigger.activate())).toMatch(/is not what Z-API sends/);
		expect(changes()).toHaveLength(0);
	},
);

test.each([[null], [undefined], ['']])('the URL %j counts as none', async (receivedCallbackUrl) => {
	const body = { connected: true, receivedCallbackUrl };
	sandbox.faults.set({ path: '/me', times: 1, response: { status: 200, body } });
	await (await openTrigger(credentialOf(sandbox), PINS)).activate();
	expect(registered()).toMatch(PRODUCTION);
});

test('a URL with a very long host or none is shown as an unknown host', async () => {
	for (const url of [`https://${'a'.repeat(100_000)}.test/`, 'javascript:alert(1)']) {
		sandbox.instance.receivedCallbackUrl = url;
		const trigger = await openTrigger(credentialOf(sandbox), PINS);
		expect(await messageOf(trigger.activate())).toMatch(
			/belongs to another system \(an unknown host\), and/,
		);
	}
});

test.each([
	['no events', { events: [] }, /^'Events' is empty/],
	[
		'a channel among the chats',
		{ ...PINS, chats: { values: [{ chat: { value: '1@newsletter' } }] } },
		/^'Chat' is a channel/,
	],
	[
		'an unknown event',
		{ events: ['messageDeleted'] },
		/^'Events' has an unknown value\. Use one of: /,
	],
	['events that are text', { events: '={{ "messagePinned" }}' }, /^'Events' is not a list/],
	['events that are text', { events: '={{ "messagePinned" }}' }, /^'Events' is not a list/],
	[
		'an unknown chat type',
		{ ...PINS, options: { chatType: ['all'] } },
		/^'Chat Type' has an unknown/,
	],
	[
		'an unknown sender',
		{ ...PINS, sentByMe: true },
		/^'My Own Messages and Reactions' has an unknown value/,
	],
	[
		'an unknown choice',
		{ ...PINS, options: { ifWebhookTaken: true } },
		/^'If Another System Uses the Webhook' has an unknown value/,
	],
])('%s: nothing is registered', async (_what, parameters, sentence) => {
	const trigger = await openTrigger(credentialOf(sandbox), parameters);
	expect(await messageOf(trigger.activate())).toMatch(sentence);
	expect(changes()).toHaveLength(0);
});

test.each([
	['wrong Client-Token', clientTokenNotAllowed(CANARIES.clientToken), /accept the Client-Token/],
	['not connected', KNOWN_FAULTS.notConnected, /not connected to WhatsApp/],
	['HTML', { status: 200, body: `<html>${CANARIES.token}` }, /not what Z-API sends/],
	['down', { status: 503 }, /overloaded/],
	['closed', 'reset' as const, /connection to Z-API closed/],
])('activating explains without leaking: %s', async (_what, response, sentence) => {
	sandbox.faults.set({ response });
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	const error = await trigger.activate().catch((caught: unknown) => caught as Error);
	expect((error as Error).message).toMatch(sentence);
	expect(JSON.stringify(error) + (error as Error).stack).not.toMatch(/canary/i);
	expect(changes()).toHaveLength(0);
});

test('deactivating while Z-API is down fails, and the next attempt restores the webhook', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	sandbox.faults.set({ response: { status: 503, body: { error: CANARIES.token } } });
	expect(await messageOf(trigger.deactivate())).toMatch(/^Z-API is overloaded/);
	sandbox.faults.reset();
	await trigger.deactivate();
	expect(registered()).toBe(OTHER);
});

test('after a change to another instance, the log says that the previous URLs may not have been restored', async () => {
	const firstLogLine = log.length;
	const staticData = {
		'node:Trigger': { instanceId: 'INSTANCE-0', previous: { received: OTHER } },
	};
	const trigger = await openTrigger(credentialOf(sandbox), PINS, { staticData });
	await trigger.deactivate();
	expect(log.slice(firstLogLine).join('')).toMatch(
		/may not have been restored\. The credential is for another instance/,
	);
	expect(registered()).toBe('');
});

test('a test that ends while Z-API is down does not throw, and logs a message', async () => {
	const firstLogLine = log.length;
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate('test');
	const secret = new URL(registered()).searchParams.get('secret') ?? '';
	expect(secret).toHaveLength(43);
	sandbox.faults.set({ response: { status: 503, body: { error: CANARIES.token } } });
	await trigger.deactivate('test');
	const logged = log.slice(firstLogLine).join('');
	expect(logged).toMatch(/may not have been restored\. Z-API is overloaded/);
	expect(logged).not.toMatch(/canary/i);
	expect(logged).not.toContain(secret);
});

test.each([
	['is refused', { status: 400 }, undefined],
	['is not confirmed although it is done', { status: 500 }, true],
])('an activation whose "sent by me" %s changes nothing', async (_what, response, isDone) => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const path = '/update-notify-sent-by-me';
	sandbox.faults.set({ path, times: 1, response, ...(isDone && { isDone }) });
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await expect(trigger.activate()).rejects.toThrow();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});
