// What a server that isn't Z-API, or a broken one, can do to n8n.
import { CANARIES } from '../support/canaries.mts';
import { openTrigger, runPinNode, searchChats, testCredential } from '../support/engine.mts';
import {
	ACCEPTED,
	type HostileHost,
	send,
	sendGzipBomb,
	sendWithoutEnd,
	startHostileHost,
	toNested,
	trickle,
} from '../support/hostileHost.mts';
import { waitFor } from '../support/wait.mts';

let host: HostileHost;
beforeEach(async () => {
	host = await startHostileHost();
});
afterEach(() => host.close());

const credential = () => ({ ...CANARIES, baseUrl: host.url });

const hasHungUp = async () => await waitFor(async () => (await host.connections()) === 0);

/** Whatever sends a request that a person waits for, and its message. */
const WAITED_FOR: Array<[what: string, run: () => Promise<string | undefined>]> = [
	['the connection test', async () => (await testCredential(credential())).message],
	['the list of chats', async () => await toMessage(searchChats(credential()))],
	[
		'the registration of the webhook',
		async () => await toMessage((await openTrigger(credential(), {})).activate()),
	],
];

async function toMessage(promise: Promise<unknown>): Promise<string | undefined> {
	return await promise.then(
		() => undefined,
		(reason: unknown) => (reason as Error).message,
	);
}

test('Timeout limits a response that comes byte by byte', async () => {
	host.misdeed = trickle;
	const options = { timeout: 1, retries: 0 };
	const { error } = await runPinNode(credential(), { options });
	expect(error?.message).toContain('did not respond in time');
	await hasHungUp();
});

test.each(WAITED_FOR)('%s waits for 30 s', async (_what, run) => {
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	const deadline = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(300));
	host.misdeed = trickle;
	expect(await run()).toMatch(/did not respond in time\. Wait/);
	expect(deadline.mock.calls).toStrictEqual([[30_000]]);
	await hasHungUp();
});

test('Stop ends a response that comes byte by byte', async () => {
	host.misdeed = trickle;
	const options = { timeout: 600 };
	const cancelWhen = () => host.bytesSent > 0;
	await runPinNode(credential(), { options }, { cancelWhen });
	await hasHungUp();
});

test.each(WAITED_FOR)('%s stops reading an endless body', async (_what, run) => {
	host.misdeed = sendWithoutEnd;
	expect(await run()).toContain('is not what Z-API sends');
	await hasHungUp();
	expect(host.bytesSent).toBeLessThan(20_000_000);
});

test.each([
	['a body without end', sendWithoutEnd],
	['a body that grows when it is decompressed', sendGzipBomb],
	['a body of more than 1 MB', send(ACCEPTED + ' '.repeat(1_000_000))],
	['a body that is nested 21 deep', send(toNested(20))],
	['a body that is nested 20,000 deep', send(toNested(20_000))],
	['a body that is nested 100,000 deep', send(toNested(100_000))],
	['a body that is no JSON', send(`${ACCEPTED},`)],
])('%s confirms nothing', async (_what, misdeed) => {
	host.misdeed = misdeed;
	const { error } = await runPinNode(credential(), { options: { retries: 0 } });
	expect(error?.message).toContain('is not what Z-API sends');
	await hasHungUp();
	expect(host.bytesSent).toBeLessThan(20_000_000);
});

test('a body that is nested 20 deep is read', async () => {
	host.misdeed = send(toNested(19));
	expect((await runPinNode(credential(), {})).items).toHaveLength(1);
});

test('of ten items, the nine that were accepted are reported beside one hostile response', async () => {
	const isPin = (url: string) => url.endsWith('/pin-message');
	host.misdeed = (response) =>
		send(host.requests.filter(isPin).length === 5 ? toNested(20_000) : ACCEPTED)(response);
	const options = { retries: 0, maxConcurrentRequests: 1 };
	const items = Array.from({ length: 10 }, () => ({}));
	const result = await runPinNode(
		credential(),
		{ options },
		{ items, onError: 'continueRegularOutput' },
	);
	const failed = (result.items ?? []).map(({ json }) => 'error' in json);
	expect(failed).toStrictEqual(items.map((_item, index) => index === 4));
});

test('a page of 180,000 chats is read', async () => {
	const chats = Array.from(
		{ length: 180_000 },
		(_, index) => `{"phone":"${5521000000000 + index}"}`,
	);
	host.misdeed = send(`[${chats.join(',')}]`);
	const { results } = await searchChats(credential());
	expect(results).toHaveLength(180_000);
});

const SPECIAL = {
	instanceId: 'INSTANCE-1',
	token: 'canary"T\\1/é'.replace('é', 'e'),
	clientToken: 'canary"T\\1/e and more',
};

test.each([
	['in an object', JSON.stringify({ error: { detail: SPECIAL.clientToken } })],
	['within JSON within text', JSON.stringify({ error: JSON.stringify([SPECIAL.clientToken]) })],
	['URL-encoded', JSON.stringify({ error: encodeURIComponent(SPECIAL.clientToken) })],
	['as a form writes it', JSON.stringify({ error: 'canary%22T%5C1%2Fe+and+more' })],
	['as a name', JSON.stringify({ error: { [SPECIAL.clientToken]: 1 } })],
])('a Client-Token that begins like the token is masked whole %s', async (_how, body) => {
	for (const status of [400, 403]) {
		host.misdeed = send(body, status);
		const { error, trace } = await runPinNode({ ...SPECIAL, baseUrl: host.url }, {});
		expect(error?.description).toContain('***');
		expect(trace).not.toMatch(/canary|more"?[”\]}]/);
	}
});

test('the response that accepts a pin is masked in its values, but not in its field names', async () => {
	const secrets = { ...CANARIES, token: 'messageId' };
	host.misdeed = send(`{"messageId":"D241","echo":"${CANARIES.clientToken}","zaapId":"messageId"}`);
	const { trace, items } = await runPinNode({ ...secrets, baseUrl: host.url }, {});
	expect(items).toHaveLength(1);
	expect(JSON.stringify(items)).toContain('"messageId":"D241"');
	expect(JSON.stringify(items)).toContain('"zaapId":"***"');
	expect(trace).not.toMatch(/canary/i);
});
