import { credentialOf } from '../../sandbox/account.mts';
import { KNOWN_FAULTS, clientTokenNotAllowed } from '../../sandbox/faults.mts';
import { startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from '../support/canaries.mts';
import { log, openTrigger } from '../support/engine.mts';
import { useSandbox } from '../support/sandbox.mts';

const OTHER = 'https://crm.example.com/hook?key=other-secret';
const PINS = { events: ['messagePinned'] };
const MESSAGES = { events: ['messageReceived'] };
const REPLACE = { replaceExistingWebhook: true };

const sandbox = useSandbox();

const registered = () => sandbox.instance.receivedCallbackUrl;
const changes = () => sandbox.requests.filter(({ method }) => method === 'PUT');
const messageOf = async (promise: Promise<unknown>) =>
	await promise.then(
		() => '',
		(error: unknown) => (error as Error).message,
	);

const PRODUCTION = /^http:\/\/127\.0\.0\.1:5678\/webhook\/hook-1\/received\?secret=[\w-]{43}$/;
const TEST = /^http:\/\/127\.0\.0\.1:5678\/webhook-test\/hook-1\/received\?secret=[\w-]{43}$/;

test('activating registers the production URL with a secret, and sent by me where pins need it', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(true);
});

test.each([
	['messages alone', { ...MESSAGES }, false],
	['messages with everything sent by me', { ...MESSAGES, options: { sentByMe: 'all' } }, true],
	['pins without those by me', { ...PINS, options: { sentByMe: 'none' } }, false],
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

test('what is registered already is not registered again', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	const { length } = changes();
	await trigger.activate();
	expect(changes()).toHaveLength(length);
});

test('deactivating leaves nothing behind where nothing was', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	await trigger.deactivate();
	expect(registered()).toBe('');
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test('never takes the webhook from another system, and names its host only', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	for (const kind of ['production', 'test'] as const) {
		const trigger = await openTrigger(credentialOf(sandbox), PINS);
		const message = await messageOf(trigger.activate(kind));
		expect(message).toMatch(/belongs to another system \(crm\.example\.com\).*\. Switch it off/);
		expect(message).not.toMatch(/other-secret|https:/);
		await trigger.deactivate(kind);
	}
	expect(registered()).toBe(OTHER);
	expect(changes()).toHaveLength(0);
});

test('Replace Existing Webhook takes it, and deactivating gives it back', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	await trigger.deactivate();
	expect(registered()).toBe(OTHER);
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test('deactivating leaves alone what somebody else has taken meanwhile', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	sandbox.instance.receivedCallbackUrl = OTHER;
	await trigger.deactivate();
	expect(registered()).toBe(OTHER);
});

test('testing takes the webhook from production for a while and gives it back', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	const production = registered();
	await trigger.activate('test');
	expect(registered()).toMatch(TEST);
	await trigger.deactivate('test');
	expect(registered()).toBe(production);
	await trigger.deactivate();
	expect(registered()).toBe('');
});

test('testing gives back what another system had', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate('test');
	await trigger.deactivate('test');
	expect(registered()).toBe(OTHER);
});

test('a test that was never ended does not outlive the next activation', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate('test');
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	await trigger.deactivate();
	expect(registered()).toBe('');
});

test('published while it listens, and unpublished later: the other system has it again', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate('test');
	await trigger.activate();
	await trigger.deactivate('test');
	expect(registered()).toMatch(PRODUCTION);
	await trigger.deactivate();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});

test('unpublished while it listens: the end of the test gives it to the other system', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	await trigger.activate('test');
	await trigger.deactivate();
	expect(registered()).toMatch(TEST);
	await trigger.deactivate('test');
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});

test('listening twice leaves production with the webhook', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	await trigger.activate('test');
	await trigger.activate('test');
	await trigger.deactivate('test');
	expect(registered()).toMatch(PRODUCTION);
});

test('a test that could not give it back does so at the end of the next one', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	await trigger.activate('test');
	sandbox.faults.set({ response: { status: 503 } });
	await trigger.deactivate('test');
	sandbox.faults.reset();
	expect(registered()).toMatch(TEST);
	await trigger.activate('test');
	await trigger.deactivate('test');
	expect(registered()).toMatch(PRODUCTION);
});

test('a test borrows from production, although n8n builds their URLs from different settings', async () => {
	const trigger = await openTrigger(credentialOf(sandbox), PINS, {
		testOrigin: 'http://editor.localhost:5678',
	});
	await trigger.activate();
	await trigger.activate('test');
	expect(registered()).toMatch(/^http:\/\/editor\.localhost:5678\/webhook-test\//);
	await trigger.deactivate('test');
	expect(registered()).toMatch(PRODUCTION);
});

test('when giving back fails half way, the next try does all of it', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	sandbox.faults.set({ path: '/update-notify-sent-by-me', times: 1, response: { status: 500 } });
	await expect(trigger.deactivate()).rejects.toThrow(/not working at the moment/);
	await trigger.deactivate();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});

test('of two triggers that are activated at once, one gets the webhook and the other is told', async () => {
	const triggers = await Promise.all(
		['hook-1', 'hook-2'].map(
			async (webhookId) => await openTrigger(credentialOf(sandbox), PINS, { webhookId }),
		),
	);
	const messages = await Promise.all(triggers.map(async (one) => await messageOf(one.activate())));
	expect(messages[0]).toBe('');
	expect(messages[1]).toMatch(/belongs to another trigger of this n8n/);
	expect(registered()).toMatch(PRODUCTION);
});

test('a second trigger on the same instance says that the first has the webhook', async () => {
	await (await openTrigger(credentialOf(sandbox), PINS)).activate();
	const first = registered();
	const parameters = { ...PINS, options: REPLACE };
	const second = await openTrigger(credentialOf(sandbox), parameters, { webhookId: 'hook-2' });
	expect(await messageOf(second.activate())).toMatch(
		/belongs to another trigger of this n8n \(127\.0\.0\.1:5678\)/,
	);
	await second.deactivate();
	expect(registered()).toBe(first);
});

test('a copy of the workflow in another n8n counts as another system', async () => {
	await (await openTrigger(credentialOf(sandbox), PINS)).activate();
	const copy = await openTrigger(credentialOf(sandbox), PINS, { origin: 'http://127.0.0.1:5999' });
	expect(await messageOf(copy.activate())).toMatch(/another system \(127\.0\.0\.1:5678\)/);
});

test('a changed token means another secret, registered at the next activation', async () => {
	await (await openTrigger(credentialOf(sandbox), PINS)).activate();
	const before = registered();
	sandbox.instance.token = 'canary-new-token';
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate();
	expect(registered()).toMatch(PRODUCTION);
	expect(registered()).not.toBe(before);
});

test('a URL that is not HTTPS is refused before Z-API is asked to call it', async () => {
	const credential = { ...credentialOf(sandbox), baseUrl: 'https://api.z-api.io' };
	const trigger = await openTrigger(credential, PINS, { origin: 'http://localhost:5678' });
	expect(await messageOf(trigger.activate())).toMatch(/HTTPS URLs only.*WEBHOOK_URL/);
});

test('a webhook URL that Z-API refuses leaves everything as it was', async () => {
	sandbox.instance.requiresHttps = true;
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	expect(await messageOf(trigger.activate())).toBe(
		'Z-API refused the request. Check the parameters of the node.',
	);
	expect(registered()).toBe('');
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test.each<[how: string, toBody: (url: string, secret: string) => unknown]>([
	['whole', (url) => ({ error: `value ${url} is not valid` })],
	['alone', (_url, secret) => ({ error: secret })],
	['in an object', (url) => ({ error: { value: url } })],
	['URL-encoded', (url) => ({ error: encodeURIComponent(url) })],
	['backwards', (_url, secret) => ({ error: [...secret].reverse().join('') })],
])('a URL that Z-API echoes %s is not shown, whose ever it is', async (_how, toBody) => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	for (const step of ['activate', 'deactivate'] as const) {
		sandbox.faults.reset();
		if (step === 'deactivate') await trigger.activate();
		const secret = step === 'activate' ? await secretOf() : 'key=other-secret';
		const body = toBody(`https://127.0.0.1:5678/webhook/hook-1/received?${secret}`, secret);
		sandbox.faults.set({ path: '/update-webhook-received', response: { status: 400, body } });
		expect(await messageOf(trigger[step]())).toBe(
			'Z-API refused the request. Check the parameters of the node.',
		);
	}
});

/** The query that the trigger registers: activates it on another sandbox of the same token. */
async function secretOf(): Promise<string> {
	const other = await startSandbox(CANARIES);
	await (await openTrigger(credentialOf(other), PINS)).activate();
	await other.close();
	return new URL(other.instance.receivedCallbackUrl).search.slice(1);
}

test.each([
	['no events', { events: [] }, /^Events is empty/],
	[
		'a channel among the chats',
		{ ...PINS, options: { chats: { values: [{ chat: { value: '1@newsletter' } }] } } },
		/^Chat is a channel/,
	],
	['an unknown event', { events: ['messageSent'] }, /^Events has an unknown value\. Use one of: /],
	['events that are text', { events: '={{ "messagePinned" }}' }, /^Events is not a list/],
	['an unknown chat type', { ...PINS, options: { chatType: 'all' } }, /^Chat Type has an unknown/],
	[
		'an unknown sender',
		{ ...PINS, options: { sentByMe: true } },
		/^Sent by Connected Number has an unknown value/,
	],
	[
		'text instead of a switch',
		{ ...PINS, options: { replaceExistingWebhook: 'false' } },
		/^Replace Existing Webhook is neither true nor false/,
	],
])('%s: nothing is registered', async (_what, parameters, sentence) => {
	const trigger = await openTrigger(credentialOf(sandbox), parameters);
	expect(await messageOf(trigger.activate())).toMatch(sentence);
	expect(changes()).toHaveLength(0);
});

test.each([
	['wrong Client-Token', clientTokenNotAllowed(CANARIES.clientToken), /accept the Client-Token/],
	['not connected', KNOWN_FAULTS.notConnected, /not connected to WhatsApp/],
	['HTML', { status: 200, body: `<html>${CANARIES.token}` }, /does not confirm/],
	['down', { status: 503 }, /overloaded/],
	['closed', 'reset' as const, /could not be reached/],
])('activating explains without leaking: %s', async (_what, answer, sentence) => {
	sandbox.faults.set({ response: answer });
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	const error = await trigger.activate().catch((caught: unknown) => caught as Error);
	expect((error as Error).message).toMatch(sentence);
	expect(JSON.stringify(error) + (error as Error).stack).not.toMatch(/canary/i);
	expect(changes()).toHaveLength(0);
});

test('deactivating while Z-API is down says so, and gives the webhook back at the next try', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
	await trigger.activate();
	sandbox.faults.set({ response: { status: 503, body: { error: CANARIES.token } } });
	expect(await messageOf(trigger.deactivate())).toMatch(/^Z-API is overloaded/);
	sandbox.faults.reset();
	await trigger.deactivate();
	expect(registered()).toBe(OTHER);
});

test('a test that ends while Z-API is down does not throw, and is in the log', async () => {
	const firstLogLine = log.length;
	const trigger = await openTrigger(credentialOf(sandbox), PINS);
	await trigger.activate('test');
	const secret = new URL(registered()).searchParams.get('secret') ?? '';
	expect(secret).toHaveLength(43);
	sandbox.faults.set({ response: { status: 503, body: { error: CANARIES.token } } });
	await trigger.deactivate('test');
	const logged = log.slice(firstLogLine).join('');
	expect(logged).toMatch(/was not given back\. Z-API is overloaded/);
	expect(logged).not.toMatch(/canary/i);
	expect(logged).not.toContain(secret);
});

test.each([
	['is refused', { status: 400 }, undefined],
	['is not confirmed although it is done', { status: 500 }, true],
])(
	'an activation whose "sent by me" %s leaves everything as it was',
	async (_what, response, isDone) => {
		sandbox.instance.receivedCallbackUrl = OTHER;
		const path = '/update-notify-sent-by-me';
		sandbox.faults.set({ path, times: 1, response, ...(isDone && { isDone }) });
		const trigger = await openTrigger(credentialOf(sandbox), { ...PINS, options: REPLACE });
		await expect(trigger.activate()).rejects.toThrow();
		expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
	},
);

test('an activation that can not be undone at once is undone when n8n gives the webhook back', async () => {
	sandbox.instance.receivedCallbackUrl = OTHER;
	sandbox.faults.set({ path: '/update-notify-sent-by-me', times: 2, response: { status: 500 } });
	const parameters = { ...PINS, options: REPLACE };
	await expect((await openTrigger(credentialOf(sandbox), parameters)).activate()).rejects.toThrow();
	expect(registered()).toMatch(PRODUCTION);
	// n8n has forgotten what the failed activation remembered.
	await (await openTrigger(credentialOf(sandbox), parameters)).deactivate();
	expect([registered(), sandbox.instance.receiveCallbackSentByMe]).toStrictEqual([OTHER, false]);
});
