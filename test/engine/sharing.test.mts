import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentialOf } from '../../sandbox/account.mts';
import { log } from '../support/engine.mts';
import { useSandbox } from '../support/sandbox.mts';
import { type OtherSystem, startOtherSystem } from '../support/otherSystem.mts';
import { ServedN8n, type ServedTrigger } from '../support/servedN8n.mts';
import { waitFor } from '../support/wait.mts';

const GROUP = '120363019502650977-group';
const ANA = { senderName: 'Ana', fromMe: false };
const MESSAGES = { events: ['messageReceived'] };
const PINS = { events: ['messagePinned'] };
const ALL = { events: ['messageReceived', 'messagePinned', 'sendingFailed', 'messageSent'] };
const SHARE = { options: { ifWebhookTaken: 'share' } };
const REPLACE = { options: { ifWebhookTaken: 'replace' } };

const sandbox = useSandbox();

let n8n: ServedN8n;
let second: ServedN8n;
let crm: OtherSystem;

beforeEach(async () => {
	n8n = await new ServedN8n().start();
	second = await new ServedN8n('n8n-2').start();
	crm = await startOtherSystem();
});
afterEach(async () => await Promise.all([n8n.stop(), second.stop(), crm.close()]));

const registered = () => sandbox.instance.receivedCallbackUrl;
const toWebhooks = () => {
	const { receivedCallbackUrl, receivedAndDeliveryCallbackUrl, deliveryCallbackUrl } =
		sandbox.instance;
	const { receiveCallbackSentByMe } = sandbox.instance;
	return [
		receivedCallbackUrl,
		receivedAndDeliveryCallbackUrl,
		deliveryCallbackUrl,
		receiveCallbackSentByMe,
	];
};
const messageOf = async (promise: Promise<unknown>) =>
	await promise.then(
		() => '',
		(error: unknown) => (error as Error).message,
	);
const open = async (id: string, parameters: object = MESSAGES, where = n8n) =>
	await where.open(credentialOf(sandbox), { ...parameters }, id);
const openAll = async (...ids: string[]) =>
	await Promise.all(ids.map(async (id) => await open(id, MESSAGES, id === 'z' ? second : n8n)));

let texts = 0;

/** Someone writes, and all have what Z-API calls with. */
async function write(): Promise<string> {
	const text = `Text ${++texts}`;
	sandbox.chats.write(GROUP, text, ANA);
	await waitFor(() => sandbox.deliveries.every(({ status }) => status !== 0));
	return text;
}

const textOf = (body: unknown) => (body as { text?: { message?: string } }).text?.message;
const textsOf = (trigger: ServedTrigger, kind: 'production' | 'test' = 'production') =>
	trigger.started[kind].map(textOf);
const textsAt = ({ calls }: OtherSystem) =>
	calls.map(({ body }) => textOf(JSON.parse(body.toString())));

test('three triggers in two n8ns get each call once, whichever leaves first', async () => {
	for (const order of [
		['x', 'y', 'z'],
		['z', 'x', 'y'],
		['y', 'z', 'x'],
	]) {
		const triggers = await openAll('x', 'y', 'z');
		for (const trigger of triggers) await trigger.activate();
		const expected: string[][] = [[], [], []];
		for (const id of ['', ...order]) {
			const index = ['x', 'y', 'z'].indexOf(id);
			await triggers[index]?.deactivate();
			const isLeft = [...order].slice(order.indexOf(id) + 1);
			const text = await write();
			for (const left of isLeft) expected[['x', 'y', 'z'].indexOf(left)]?.push(text);
		}
		expect(triggers.map((trigger) => textsOf(trigger))).toStrictEqual(expected);
		expect(registered()).toBe('');
	}
});

test('triggers that are published at the same time all get the calls', async () => {
	const triggers = await openAll('a', 'b', 'c');
	await Promise.all(triggers.map(async (trigger) => await trigger.activate()));
	const text = await write();
	expect(triggers.map((trigger) => textsOf(trigger))).toStrictEqual([[text], [text], [text]]);
});

test('two n8ns that publish at the same time find out, and both get the calls', async () => {
	const one = await open('a');
	// Each n8n has a lock of its own.
	const baseUrl = sandbox.url.replace('127.0.0.1', 'localhost');
	const other = await second.open({ ...credentialOf(sandbox), baseUrl }, MESSAGES, 'z');
	sandbox.faults.latencyMs = 50;
	await Promise.all([one.activate(), other.activate()]);
	sandbox.faults.latencyMs = 0;
	const text = await write();
	expect([textsOf(one), textsOf(other)]).toStrictEqual([[text], [text]]);
});

test('each trigger has its own events', async () => {
	const [messages, pins] = [await open('m', MESSAGES), await open('p', PINS)];
	await messages.activate();
	await pins.activate();
	await write();
	sandbox.chats.pin(GROUP, sandbox.chats.get(GROUP).messages.at(-1)?.messageId ?? '', 1000, {
		...ANA,
		fromMe: true,
	});
	await waitFor(() => pins.started.production.length > 0);
	expect([messages, pins].map(({ started }) => started.production.length)).toStrictEqual([1, 1]);
	await pins.deactivate();
	expect(sandbox.instance.receiveCallbackSentByMe).toBe(false);
});

test('a test receives beside production, and leaves no trace', async () => {
	const trigger = await open('a');
	await trigger.activate();
	const before = registered();
	await trigger.activate('test');
	const text = await write();
	await trigger.deactivate('test');
	const later = await write();
	expect(textsOf(trigger)).toStrictEqual([text, later]);
	expect(textsOf(trigger, 'test')).toStrictEqual([text]);
	expect(registered()).toBe(before);
});

test.each([
	['published during a test', ['test', 'production'], ['test', 'production']],
	['unpublished during a test', ['production', 'test'], ['production', 'test']],
	['tested twice', ['production', 'test', 'test'], ['test', 'production']],
] as const)('%s: the other system is back at the end', async (_what, starts, ends) => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...PINS, ...REPLACE });
	for (const kind of starts) await trigger.activate(kind);
	for (const kind of ends) {
		expect(registered()).not.toBe(crm.url);
		await trigger.deactivate(kind);
	}
	expect(toWebhooks()).toStrictEqual([crm.url, '', '', false]);
});

test('a test that could not end at Z-API is dropped by the next change', async () => {
	const trigger = await open('a');
	await trigger.activate();
	const before = registered();
	await trigger.activate('test');
	sandbox.faults.set({ response: { status: 503 } });
	await trigger.deactivate('test');
	sandbox.faults.reset();
	await trigger.activate();
	expect(registered()).toBe(before);
});

test('a copy that was never registered changes nothing when n8n calls delete', async () => {
	const [original, copy] = await openAll('a', 'b');
	await original?.activate();
	const before = registered();
	await copy?.deactivate();
	await copy?.deactivate('test');
	expect(registered()).toBe(before);
});

test('Stop: another system keeps its webhook, and the message says what to do', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a');
	expect(await messageOf(trigger.activate())).toMatch(
		/belongs to another system \(127\.0\.0\.1:\d+\).*with Share, n8n passes every call on to it; with Replace/,
	);
	expect(registered()).toBe(crm.url);
});

test('Share: another system goes on getting every call, until the last trigger and after it', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const [one, other] = [await open('a', { ...MESSAGES, ...SHARE }), await open('b')];
	await one.activate();
	await other.activate();
	await one.activate('test');
	const first = await write();
	await one.deactivate();
	await one.deactivate('test');
	const next = await write();
	await other.deactivate();
	const last = await write();
	expect(textsAt(crm)).toStrictEqual([first, next, last]);
	expect(textsOf(other)).toStrictEqual([first, next]);
	expect(registered()).toBe(crm.url);
});

test('Replace: another system gets no calls until the last trigger leaves', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const [one, other] = [await open('a', { ...MESSAGES, ...REPLACE }), await open('b')];
	await one.activate();
	await other.activate();
	await one.deactivate();
	await write();
	await other.deactivate();
	expect(registered()).toBe(crm.url);
	const text = await write();
	expect(textsAt(crm)).toStrictEqual([text]);
});

test.each(['stop', 'replace'])("n8n's own Webhook node shares, also with %s", async (policy) => {
	const calls: string[] = [];
	n8n.serve('/webhook/example', async ({ body }) => calls.push(body.toString()) && 200);
	sandbox.instance.receivedCallbackUrl = `${n8n.origin}/webhook/example`;
	const trigger = await open('a', { ...MESSAGES, options: { ifWebhookTaken: policy } });
	await trigger.activate();
	const text = await write();
	await trigger.deactivate();
	expect([calls.length, textsOf(trigger)]).toStrictEqual([1, [text]]);
	expect(registered()).toBe(`${n8n.origin}/webhook/example`);
});

test('it gets the same body to the byte and the headers, but not those of the hop', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate();
	const body = `{ "instanceId":"${sandbox.instance.instanceId}",\n "a":1.0, "ü":"\\u00fc" }`;
	const headers = {
		'content-type': 'application/json',
		'z-api-token': 'T1',
		origin: 'https://api.z-api.io',
		'x-forwarded-for': '203.0.113.7',
		te: 'trailers',
	};
	await fetch(registered(), { method: 'POST', headers, body });
	const [call] = crm.calls;
	expect(call?.body.toString()).toBe(body);
	expect(call?.url).toBe('/hook?key=other-secret');
	expect(call?.headers).toMatchObject({ 'z-api-token': 'T1', origin: 'https://api.z-api.io' });
	expect(call?.headers).not.toHaveProperty('x-forwarded-for');
	expect(call?.headers).not.toHaveProperty('te');
	expect(call?.headers.host).toBe(new URL(crm.url).host);
});

test('a call that Z-API repeats is passed on once', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate();
	const text = await write();
	const { url, callback } = sandbox.deliveries.at(-1) ?? { url: '' };
	const headers = { 'content-type': 'application/json' };
	await fetch(url, { method: 'POST', headers, body: JSON.stringify(callback) });
	expect([textsAt(crm), textsOf(trigger)]).toStrictEqual([[text], [text]]);
});

test('nobody who knows the URL can make n8n call another one, not even with its secret', async () => {
	const [one, other] = await openAll('a', 'b');
	await one?.activate();
	const alone = new URL(registered());
	await other?.activate();
	const shared = new URL(registered());
	const entry = Buffer.from(`[0]\n[0,""]\n[2,${JSON.stringify(crm.url)}]`).toString('base64url');
	const [payload = '', signature = ''] = shared.searchParams.get('list')?.split('.') ?? [];
	for (const list of [
		entry,
		`${entry}.`,
		`${entry}.${signature}`,
		`${entry}.${'A'.repeat(43)}`,
		payload,
		`${payload}A.${signature}`,
		signature,
		'a'.repeat(6000),
	]) {
		for (const url of [alone, shared]) {
			url.searchParams.set('list', list);
			const headers = { 'content-type': 'application/json' };
			const body = JSON.stringify({ instanceId: sandbox.instance.instanceId, list });
			expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
		}
	}
	expect(crm.calls).toHaveLength(0);
});

test('the list of one trigger is not followed at the URL of another', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const [one, other] = [await open('a', { ...MESSAGES, ...SHARE }), await open('b', PINS)];
	await one.activate();
	const list = new URL(registered()).searchParams.get('list') ?? '';
	await one.deactivate();
	sandbox.instance.receivedCallbackUrl = '';
	await other.activate();
	const url = new URL(registered());
	url.searchParams.set('list', list);
	const headers = { 'content-type': 'application/json' };
	await fetch(url, { method: 'POST', headers, body: '{}' });
	expect(crm.calls).toHaveLength(0);
});

test('the list is checked once: later calls decrypt no credential', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate();
	await write();
	const before = trigger.decryptions();
	await write();
	await write();
	expect([trigger.decryptions(), crm.calls.length]).toStrictEqual([before, 3]);
});

test('a receiver that does not answer holds nobody', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const [one, other] = [await open('a', { ...MESSAGES, ...SHARE }), await open('b')];
	await one.activate();
	await other.activate();
	const firstLine = log.length;
	const end = new AbortController();
	crm.answer = async () => await once(end.signal, 'abort').then(() => 200);
	const texts = [await write(), await write()];
	expect([one, other].map((trigger) => textsOf(trigger))).toStrictEqual([texts, texts]);
	// Both still wait there, and none has been sent again.
	expect(textsAt(crm)).toStrictEqual(texts);
	expect(log.slice(firstLine).join('')).not.toContain('takes more than 10 seconds');
	end.abort();
});

test('a receiver that is down for a moment gets the call by a retry, once', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate();
	crm.answer = () => (crm.calls.length === 1 ? 503 : 200);
	const text = await write();
	await waitFor(() => crm.calls.length === 2);
	expect([textsAt(crm), textsOf(trigger)]).toStrictEqual([[text, text], [text]]);
});

test('a receiver that refuses is told in the log once, without secrets', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate();
	crm.answer = () => 410;
	const firstLine = log.length;
	await write();
	await write();
	await waitFor(() => log.slice(firstLine).join('').includes("can't pass a call on"));
	const logged = log.slice(firstLine).join('');
	expect(
		logged.match(
			/can't pass a call on to another system \(127[^)]*\)\. It responds with HTTP status 410/g,
		),
	).toHaveLength(1);
	expect(logged).not.toContain('other-secret');
});

test('redirects are not followed', async () => {
	const target = await startOtherSystem();
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate();
	crm.answer = () => 307;
	await write();
	expect([crm.calls.length, target.calls.length]).toStrictEqual([1, 0]);
	await target.close();
});

test('if Z-API cuts the URL, the old state is put back, and the message says how many fit', async () => {
	const [one, other, third] = await openAll('a', 'b', 'c');
	await one?.activate();
	await other?.activate();
	const before = registered();
	sandbox.instance.keptUrlLength = before.length + 50;
	expect(await messageOf(third?.activate() ?? Promise.resolve())).toMatch(
		/^Z-API does not keep the webhook URL.*Workflows that fit on this instance: 2\. Use one trigger/,
	);
	expect(registered()).toBe(before);
	await third?.deactivate();
	expect(registered()).toBe(before);
});

test("an n8n that can't reach its own URL says so, and changes nothing", async () => {
	const one = await open('a');
	await one.activate();
	const before = registered();
	const other = await second.open(credentialOf(sandbox), MESSAGES, 'b', {
		origin: 'http://127.0.0.1:9',
	});
	expect(await messageOf(other.activate())).toMatch(
		/^n8n can't reach its own URL \(127\.0\.0\.1:9\)/,
	);
	expect(registered()).toBe(before);
});

test('killed during a test, n8n starts again: the next publication drops the test and keeps the other system', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	await trigger.activate('test');
	await n8n.stop();
	await n8n.start();
	const other = await open('b');
	await other.activate();
	const text = await write();
	await other.deactivate();
	expect([textsAt(crm), textsOf(other)]).toStrictEqual([[text], [text]]);
	expect(registered()).toBe(crm.url);
});

test('if the first n8n is down, the next publication makes another one first, and it gets its calls later', async () => {
	const [one, other] = await openAll('z', 'a');
	await one?.activate();
	expect(registered()).toContain(second.origin);
	await second.stop();
	await other?.activate();
	expect(registered()).toContain(n8n.origin);
	await second.start();
	const text = await write();
	expect([one, other].map((trigger) => trigger && textsOf(trigger))).toStrictEqual([
		[text],
		[text],
	]);
});

test('an activation that cannot be read back is undone', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	sandbox.faults.latencyMs = 300;
	const message = messageOf(trigger.activate());
	await waitFor(() => registered() !== crm.url);
	sandbox.faults.set({ path: '/me', times: 1, response: { status: 503 } });
	expect(await message).toMatch(/^Z-API is overloaded/);
	expect(registered()).toBe(crm.url);
});

test("an instance that doesn't show whether it reports what the number does can be used", async () => {
	const { receivedCallbackUrl } = sandbox.instance;
	const trigger = await open('a', PINS);
	Object.defineProperty(sandbox.instance, 'receiveCallbackSentByMe', {
		get: () => undefined,
		set: () => undefined,
	});
	await trigger.activate();
	expect(registered()).toContain(n8n.origin);
	await trigger.deactivate();
	expect(registered()).toBe(receivedCallbackUrl);
});

test('what is cut off between two requests is put right by the next publication', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...ALL, ...SHARE });
	sandbox.faults.latencyMs = 300;
	const message = messageOf(trigger.activate());
	await waitFor(() => registered() !== crm.url);
	sandbox.faults.set({ response: { status: 503 } });
	expect(await message).toMatch(/^Z-API is overloaded/);
	sandbox.faults.reset();
	sandbox.faults.latencyMs = 0;
	expect(registered()).toContain(n8n.origin);
	const other = await open('b');
	await other.activate();
	const text = await write();
	expect([textsAt(crm), textsOf(other)]).toStrictEqual([[text], [text]]);
	await other.deactivate();
	expect(toWebhooks()).toStrictEqual([crm.url, '', '', false]);
});

describe('the second received webhook', () => {
	beforeEach(() => {
		sandbox.instance.hasReceivedAndDelivery = true;
	});

	test('of another system stops the workflow, or is shared, and is given back', async () => {
		sandbox.instance.receivedAndDeliveryCallbackUrl = crm.url;
		const before = toWebhooks();
		expect(await messageOf((await open('a', PINS)).activate())).toMatch(
			/^The webhook for what the number itself does .* another system/,
		);
		expect(toWebhooks()).toStrictEqual(before);
		const trigger = await open('a', { ...PINS, ...SHARE });
		await trigger.activate();
		const { messageId } = sandbox.chats.write(GROUP, 'A', ANA);
		sandbox.chats.pin(GROUP, messageId, 1000, { ...ANA, fromMe: true });
		await waitFor(() => trigger.started.production.length === 1);
		expect(crm.calls).toHaveLength(1);
		await trigger.deactivate();
		expect(toWebhooks()).toStrictEqual(before);
	});

	test('is written when it is empty, and starts once with a call that comes by both', async () => {
		sandbox.instance.tellsTwice = true;
		const trigger = await open('a', PINS);
		await trigger.activate();
		expect(sandbox.instance.receivedAndDeliveryCallbackUrl).toContain(n8n.origin);
		const { messageId } = sandbox.chats.write(GROUP, 'A', ANA);
		sandbox.chats.pin(GROUP, messageId, 1000, { ...ANA, fromMe: true });
		await waitFor(() => sandbox.deliveries.every(({ status }) => status !== 0));
		expect(trigger.started.production).toHaveLength(1);
		await trigger.deactivate();
		expect(toWebhooks()).toStrictEqual(['', '', '', false]);
	});

	test('is not touched where nothing of it is wanted', async () => {
		sandbox.instance.receivedAndDeliveryCallbackUrl = crm.url;
		await (await open('a')).activate();
		expect(sandbox.instance.receivedAndDeliveryCallbackUrl).toBe(crm.url);
	});

	test('while a trigger has it, a system that shares the first still gets what it got by the first', async () => {
		Object.assign(sandbox.instance, {
			receivedCallbackUrl: crm.url,
			receiveCallbackSentByMe: true,
		});
		const trigger = await open('a', { ...PINS, ...SHARE });
		await trigger.activate();
		sandbox.chats.write(GROUP, 'Mine', { ...ANA, fromMe: true });
		await waitFor(() => crm.calls.length === 1);
		await trigger.deactivate();
		expect(toWebhooks()).toStrictEqual([crm.url, '', '', true]);
	});
});

test('an instance without the second received webhook never gets a request for it', async () => {
	await (await open('a', PINS)).activate();
	expect(sandbox.requests.some(({ path }) => path.includes('received-delivery'))).toBe(false);
});

test('a system that did not get what the number itself does gets none of it', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const trigger = await open('a', { ...ALL, ...SHARE, sentByMe: 'all' });
	await trigger.activate();
	sandbox.chats.write(GROUP, 'Mine', { ...ANA, fromMe: true });
	await waitFor(() => trigger.started.production.length === 1);
	const text = await write();
	expect(textsAt(crm)).toStrictEqual([text]);
});

test.each([
	['a test with Replace', SHARE, REPLACE, 1],
	['a test with Share', REPLACE, SHARE, 0],
])('%s decides nothing that outlasts it', async (_what, published, tested, calls) => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const [production, test] = [await open('a', { ...MESSAGES, ...published }), await open('b')];
	await production.activate();
	const before = registered();
	const again = await open('b', { ...MESSAGES, ...tested });
	await again.activate('test');
	await write();
	await test.deactivate('test');
	expect([crm.calls.length, registered()]).toStrictEqual([calls, before]);
});

test('if Z-API stores nothing in place of a URL that is too long, nobody is forgotten', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const [one, other] = [await open('a', { ...MESSAGES, ...SHARE }), await open('b')];
	await one.activate();
	const before = registered();
	let stored = before;
	Object.defineProperty(sandbox.instance, 'receivedCallbackUrl', {
		get: () => stored,
		set: (url: string) => (stored = url.length > before.length + 20 ? '' : url),
	});
	expect(await messageOf(other.activate())).toMatch(/Workflows that fit on this instance: 1/);
	expect(registered()).toBe(before);
});

test('while n8n cannot reach itself, it drops none of its own', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const triggers = [await open('a', { ...MESSAGES, ...SHARE }), await open('b'), await open('c')];
	for (const one of triggers) await one.activate();
	// The tunnel is down for a moment.
	await n8n.stop();
	await triggers[2]?.deactivate();
	await n8n.start();
	const text = await write();
	expect([textsAt(crm), ...triggers.slice(0, 2).map((one) => textsOf(one))]).toStrictEqual(
		Array(3).fill([text]),
	);
});

test('the end of a test drops no trigger of another n8n that is just starting again', async () => {
	sandbox.instance.receivedCallbackUrl = crm.url;
	const theirs = await open('z', { ...MESSAGES, ...SHARE }, second);
	await theirs.activate();
	await second.stop();
	const own = await open('a');
	await own.activate('test');
	await own.deactivate('test');
	await second.start();
	const text = await write();
	expect([textsAt(crm), textsOf(theirs)]).toStrictEqual([[text], [text]]);
});

test("n8n's own Webhook node is not shared if n8n cannot reach its own URL", async () => {
	const origin = 'http://127.0.0.1:9';
	sandbox.instance.receivedCallbackUrl = `${origin}/webhook/example`;
	const trigger = await n8n.open(credentialOf(sandbox), MESSAGES, 'b', { origin });
	expect(await messageOf(trigger.activate())).toMatch(/can't reach its own URL/);
	expect(registered()).toBe(`${origin}/webhook/example`);
});

test.each([401, 403, 405, 429])('a first trigger that answers %d is replaced', async (status) => {
	const theirs = await open('z', MESSAGES, second);
	await theirs.activate();
	second.serve('/webhook/z/callback', async () => await Promise.resolve(status));
	const own = await open('a');
	await own.activate();
	const text = await write();
	expect(textsOf(own)).toStrictEqual([text]);
});

test('an n8n that is slow to reach itself overwrites nobody', async () => {
	const [first, own] = [await open('a'), await open('b')];
	await first.activate();
	const baseUrl = sandbox.url.replace('127.0.0.1', 'localhost');
	const theirs = await second.open({ ...credentialOf(sandbox), baseUrl }, MESSAGES, 'z');
	const joining = theirs.activate();
	second.serve('/webhook/z/callback', async () => {
		await sleep(1500, undefined, { ref: false });
		return 200;
	});
	await sleep(300);
	await own.activate();
	await joining;
	expect(registered()).toContain('Workflow%20');
	await first.deactivate();
	const text = await write();
	expect(textsOf(own)).toStrictEqual([text]);
});

test('a call that comes while the first trigger is unpublished waits for nobody that hangs', async () => {
	const [head, other] = [await open('a'), await open('b')];
	await head.activate();
	await other.activate();
	const theirs = await open('z', MESSAGES, second);
	await theirs.activate();
	let release: (() => void) | undefined;
	const hanging = new Promise<void>((resolve) => (release = resolve));
	second.serve('/webhook/z/callback', async () => await hanging.then(() => 200));
	const leaving = head.deactivate();
	await waitFor(() => !registered().includes('/webhook/a/'), 1000);
	const text = await write();
	release?.();
	await leaving;
	expect(textsOf(other)).toStrictEqual([text]);
});

test('a system that n8n may not call is not shared with', async () => {
	sandbox.instance.receivedCallbackUrl = 'ftp://crm.test/hook';
	const trigger = await open('a', { ...MESSAGES, ...SHARE });
	expect(await messageOf(trigger.activate())).toMatch(/can't share a webhook with an unknown host/);
	expect(registered()).toBe('ftp://crm.test/hook');
});

test('a server may write a blank as %20', async () => {
	let stored = '';
	Object.defineProperty(sandbox.instance, 'receivedCallbackUrl', {
		get: () => stored,
		set: (url: string) => (stored = url.replaceAll('+', '%20')),
	});
	const trigger = await open('a');
	await trigger.activate();
	expect(stored).toContain('Workflow%20a');
});
