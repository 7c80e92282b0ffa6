import { credentialOf } from '../../sandbox/account.mts';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAILURES } from '../../nodes/shared/failures';
import { toAdvice } from '../../nodes/ZApiPinMessage/sendPinRequest';
import { clientTokenNotAllowed, type Fault, KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { CANARIES } from '../support/canaries.mts';
import { runPinNode } from '../support/engine.mts';
import { useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();
let otherHost: Server;
let otherHostRequests = 0;

beforeAll(async () => {
	otherHost = createServer((_request, response) => {
		otherHostRequests++;
		response.end('{"messageId":"D241"}');
	});
	await new Promise<void>((resolve) => otherHost.listen(0, '127.0.0.1', resolve));
});

afterAll(() => otherHost.close());

const address = () => `http://127.0.0.1:${(otherHost.address() as AddressInfo).port}/`;

/** Everything secret, in each spelling in which a server or a proxy could echo it. */
const echo = () =>
	`${CANARIES.token} ${CANARIES.clientToken} ${encodeURIComponent(CANARIES.token)} ` +
	`${sandbox.url}${sandbox.requests.at(-1)?.url}`;
const html = () => `<html><body>Not here: ${echo()}</body></html>`;
const json = (status: number, body: unknown) => ({ status, body });

/** What goes wrong → the row of the failures table that must explain it. */
const CASES: Array<[what: string, row: string, answer: () => Fault['response']]> = [
	['400 no Client-Token', 'clientTokenMissing', () => KNOWN_FAULTS.clientTokenMissing],
	['400 null Client-Token', 'clientTokenMissing', () => KNOWN_FAULTS.clientTokenNull],
	['403 that echoes the Client-Token', 'clientTokenWrong', () => clientTokenNotAllowed(echo())],
	['400 subscription', 'subscriptionLapsed', () => KNOWN_FAULTS.subscriptionLapsed],
	['400 instance not found', 'instanceNotFound', () => KNOWN_FAULTS.instanceNotFound],
	['200 to restore', 'sessionToRestore', () => KNOWN_FAULTS.sessionToRestore],
	['200 not connected', 'notConnected', () => KNOWN_FAULTS.notConnected],
	['401 with HTML that holds the secrets', 'accessDenied', () => json(401, html())],
	['403 with unknown text', 'accessDenied', () => json(403, { error: echo() })],
	['404', 'methodNotFound', () => KNOWN_FAULTS.methodNotFound],
	['404 with HTML that holds the secrets', 'methodNotFound', () => json(404, html())],
	['405 empty', 'httpMethodRefused', () => KNOWN_FAULTS.httpMethodRefused],
	['415 empty', 'contentTypeRefused', () => KNOWN_FAULTS.contentTypeRefused],
	['429', 'tooManyRequests', () => json(429, { error: echo() })],
	['500', 'serviceUnavailable', () => json(500, { error: echo() })],
	['502 with HTML', 'serviceUnavailable', () => json(502, html())],
	['520 of a CDN', 'serviceUnavailable', () => json(520, html())],
	['530 of a CDN', 'serviceUnavailable', () => json(530, html())],
	['599', 'serviceUnavailable', () => json(599, undefined)],
	['503', 'serviceOverloaded', () => json(503, { error: echo() })],
	['400 with unknown text', 'requestRefused', () => json(400, { error: echo(), message: echo() })],
	['409 without text', 'requestRefused', () => json(409, undefined)],
	['200 with an error', 'refusedWithSuccessStatus', () => json(200, { error: echo() })],
	[
		'200 with an error and a messageId',
		'refusedWithSuccessStatus',
		() => json(200, { error: { code: echo() }, messageId: 'D241' }),
	],
	['200 with HTML', 'notConfirmed', () => json(200, html())],
	['200 empty', 'notConfirmed', () => json(200, undefined)],
	['200 with truncated JSON', 'notConfirmed', () => json(200, '{"messageId":"D2')],
	['200 without messageId', 'notConfirmed', () => json(200, { zaapId: echo() })],
	['200 with an empty messageId', 'notConfirmed', () => json(200, { messageId: '' })],
	['200 with an array', 'notConfirmed', () => json(200, [{ messageId: 'D241' }])],
	[
		'a redirect to another host',
		'redirected',
		() => ({ status: 307, headers: { location: address() } }),
	],
	['no answer', 'timedOut', () => 'silence'],
	['a connection closed before the answer', 'unreachable', () => 'reset'],
	['a connection closed within the answer', 'unreachable', () => 'resetMidResponse'],
];

/** Tried once only, as these tests are about the words. */
const ONCE = { options: { retries: 0, timeout: 1000 } };

/** What the node makes of a row of the table. */
const row = (name: string, operation: 'pin' | 'unpin' = 'pin') => {
	const failure = FAILURES.find((candidate) => candidate.name === name);
	if (!failure) throw new Error(`The failures table has no row ${name}`);
	return { message: failure.message, description: toAdvice(failure, operation) };
};

test.each(['pin', 'unpin'] as const)(
	'where Z-API may have done it all the same, a failed %s says what to do then',
	async (operation) => {
		sandbox.faults.set({ response: 'resetMidResponse' });
		const { error } = await runPinNode(credentialOf(sandbox), { operation, ...ONCE });
		expect(error?.description).toBe(row('unreachable', operation).description);
		expect(error?.description).toMatch({ pin: /Pinning a message/, unpin: /unpin it/ }[operation]);
	},
);

describe.each(CASES)('%s is explained by the row %s', (_what, name, answer) => {
	beforeEach(() => sandbox.faults.set({ response: answer() }));

	test('when the node stops', async () => {
		const { error, items, trace } = await runPinNode(credentialOf(sandbox), ONCE);
		expect(items).toBeUndefined();
		expect(error?.name).toBe('NodeApiError');
		expect(error?.message).toBe(`${row(name).message} [item 0]`);
		expect(error?.description).toContain(row(name).description);
		const fault = answer();
		const status = typeof fault === 'object' ? String(fault.status) : null;
		expect(error?.httpCode).toBe(status);
		expect(sandbox.requests).toHaveLength(1);
		expectNoSecret(trace);
	});

	test('when the node continues', async () => {
		const { error, items, trace } = await runPinNode(credentialOf(sandbox), ONCE, {
			items: [{}, {}],
			onError: 'continueRegularOutput',
		});
		expect(error).toBeUndefined();
		const sentence = expect.stringContaining(row(name).description);
		expect(items).toStrictEqual([
			{ json: { error: sentence }, pairedItem: { item: 0 } },
			{ json: { error: sentence }, pairedItem: { item: 1 } },
		]);
		expectNoSecret(trace);
	});

	test('when the node has an error output', async () => {
		const { items, errorItems, trace } = await runPinNode(credentialOf(sandbox), ONCE, {
			onError: 'continueErrorOutput',
		});
		expect(items).toStrictEqual([]);
		expect(errorItems).toHaveLength(1);
		expect(errorItems?.[0]?.json.error).toContain(row(name).message);
		expectNoSecret(trace);
	});
});

/** Trouble before a request arrives anywhere. */
const UNREACHED: Array<[what: string, row: string, baseUrl: () => string]> = [
	['a port that nobody listens on', 'unreachable', () => 'http://127.0.0.1:1'],
	// A label of 64 characters is refused before anyone is asked.
	['a host that does not exist', 'hostNotFound', () => `http://${'x'.repeat(64)}.invalid`],
	['a server without TLS', 'insecureConnection', () => sandbox.url.replace('http:', 'https:')],
];

test.each(UNREACHED)('%s is explained by the row %s', async (_what, name, baseUrl) => {
	const credential = { ...credentialOf(sandbox), baseUrl: baseUrl() };
	const { error, trace } = await runPinNode(credential, ONCE);
	expect(error?.name).toBe('NodeApiError');
	expect(error?.message).toBe(`${row(name).message} [item 0]`);
	expect(error?.description).toBe(row(name).description);
	expectNoSecret(trace);
});

test('every row of the failures table is tested', () => {
	const tested = [...CASES, ...UNREACHED].map(([, name]) => name);
	expect(new Set(tested)).toStrictEqual(new Set(FAILURES.map(({ name }) => name)));
});

test('the host that a redirect points to is never called', () => {
	expect(otherHostRequests).toBe(0);
});

function expectNoSecret(trace: string) {
	expect(trace).toContain('Running node');
	expect(trace).not.toMatch(/canary/i);
	expect(trace).not.toContain(encodeURIComponent(CANARIES.token));
}
