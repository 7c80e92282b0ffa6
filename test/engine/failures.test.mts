import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { credentialOf } from '../../sandbox/account.mts';
import { FAILURES } from '../../nodes/shared/transport/failures';
import { WHAT_IS_DONE } from '../../nodes/ZApiPinMessage/execution/output';
import { adviseOnPin } from '../../nodes/ZApiPinMessage/operations/pin';
import { clientTokenNotAllowed, type Fault, KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { CANARIES } from '../support/canaries.mts';
import { runPinNode } from '../support/engine.mts';
import { speedUpClock } from '../support/fastClock.mts';
import { type HostileHost, startHostileHost } from '../support/hostileHost.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';
import { startTlsHop, TLS_BREAKS, trustTlsHops } from '../support/tlsHop.mts';

const sandbox = useSandbox();
let otherHost: HostileHost;

beforeAll(async () => {
	otherHost = await startHostileHost();
});

afterAll(() => otherHost.close());

// It would be sent the Client-Token.
afterEach(() => expect(otherHost.requests).toHaveLength(0));

/** Everything secret, in each spelling in which a server or a proxy could echo it. */
const echo = () =>
	`${CANARIES.token} ${CANARIES.clientToken} ${encodeURIComponent(CANARIES.token)} ` +
	`${sandbox.url}${sandbox.requests.at(-1)?.url}`;
const html = () => `<html><body>Not here: ${echo()}</body></html>`;
const json = (status: number, body: unknown) => ({ status, body });

/** What goes wrong → the row of the failures table that must explain it. */
const CASES: Array<[what: string, row: string, toResponse: () => Fault['response']]> = [
	['400 no Client-Token', 'clientTokenMissing', () => KNOWN_FAULTS.clientTokenMissing],
	['400 null Client-Token', 'clientTokenMissing', () => KNOWN_FAULTS.clientTokenNull],
	['403 that echoes the Client-Token', 'clientTokenWrong', () => clientTokenNotAllowed(echo())],
	['403 IP address', 'ipAddressRefused', () => KNOWN_FAULTS.ipAddressRefused],
	['400 subscription', 'subscriptionLapsed', () => KNOWN_FAULTS.subscriptionLapsed],
	['400 instance not found', 'instanceNotFound', () => KNOWN_FAULTS.instanceNotFound],
	['200 to restore', 'sessionToRestore', () => KNOWN_FAULTS.sessionToRestore],
	['200 not connected', 'notConnected', () => KNOWN_FAULTS.notConnected],
	['400 queue full', 'notQueued', () => json(400, { error: `Queue limit reached ${echo()}` })],
	['401 with HTML that holds the secrets', 'notFromZApi', () => json(401, html())],
	['403 empty', 'notFromZApi', () => json(403, undefined)],
	['407 of a proxy', 'notFromZApi', () => json(407, html())],
	['403 with unknown text', 'accessDenied', () => json(403, { error: echo() })],
	['404', 'methodNotFound', () => KNOWN_FAULTS.methodNotFound],
	['200 NOT_FOUND', 'methodNotFound', () => json(200, KNOWN_FAULTS.methodNotFound.body)],
	['404 with HTML that holds the secrets', 'notFromZApi', () => json(404, html())],
	['405 empty', 'requestChanged', () => KNOWN_FAULTS.httpMethodRefused],
	['415 empty', 'requestChanged', () => KNOWN_FAULTS.contentTypeRefused],
	['429', 'tooManyRequests', () => json(429, { error: echo() })],
	['500', 'serviceUnavailable', () => json(500, { error: echo() })],
	['502 with HTML', 'serviceUnavailable', () => json(502, html())],
	['520 of a CDN', 'serviceUnavailable', () => json(520, html())],
	['530 of a CDN', 'serviceUnavailable', () => json(530, html())],
	['599', 'serviceUnavailable', () => json(599, undefined)],
	['503', 'serviceOverloaded', () => json(503, { message: echo() })],
	['400 with unknown text', 'requestRefused', () => json(400, { error: echo(), message: echo() })],
	['409 without text', 'requestRefused', () => json(409, {})],
	['200 with an error', 'requestRefused', () => json(200, { error: echo() })],
	[
		'200 with an error and a messageId',
		'requestRefused',
		() => json(200, { error: { code: echo() }, messageId: 'D241' }),
	],
	['200 not done', 'notDone', () => KNOWN_FAULTS.notDone],
	['200 with HTML', 'unexpectedResponse', () => json(200, html())],
	['200 empty', 'unexpectedResponse', () => json(200, undefined)],
	['200 with truncated JSON', 'unexpectedResponse', () => json(200, '{"messageId":"D2')],
	['200 without messageId', 'unexpectedResponse', () => json(200, { zaapId: echo() })],
	['200 with an empty messageId', 'unexpectedResponse', () => json(200, { messageId: '' })],
	['200 with an array', 'unexpectedResponse', () => json(200, [{ messageId: 'D241' }])],
	[
		'a redirect to another host',
		'redirected',
		() => ({ status: 307, headers: { location: otherHost.url } }),
	],
	['no response', 'timedOut', () => 'silence'],
	['a connection closed before the response', 'connectionLost', () => 'reset'],
	['a connection closed within the response', 'connectionLost', () => 'resetMidResponse'],
];

/** Without retries, as these tests are about the texts. */
const ONCE = { options: { retries: 0 } };

const toCaution = (operation: 'pin' | 'unpin') => {
	const step = `${operation}PerhapsAccepted` as const;
	return WHAT_IS_DONE[step]?.advice({ step }) ?? '';
};

/** What the node makes of a row of the table. */
const row = (name: string, operation: 'pin' | 'unpin' = 'pin') => {
	const failure = FAILURES.find((candidate) => candidate.name === name);
	if (!failure) throw new Error(`The failures table has no row ${name}`);
	const caution = failure.maybeDone ? ` ${toCaution(operation)}` : '';
	return { message: failure.message, description: adviseOnPin(failure) + caution };
};

describe.each(['pin', 'unpin'] as const)(
	'if Z-API may have carried out a failed %s, the description says what to do',
	(operation) => {
		const sentence = { pin: /pinning it again/, unpin: /unpin it again/ }[operation];

		test('at the last attempt', async () => {
			sandbox.faults.set({ response: 'resetMidResponse' });
			const { error } = await runPinNode(credentialOf(sandbox), { operation, ...ONCE });
			expect(error?.description).toBe(row('connectionLost', operation).description);
			expect(error?.description).toMatch(sentence);
		});

		test.each(['subscriptionLapsed', 'errorWithSuccessStatus'] as const)(
			'at an earlier attempt, before %s; but not without it',
			async (certain) => {
				sandbox.faults.set({ response: KNOWN_FAULTS[certain] });
				const { error: only } = await runPinNode(credentialOf(sandbox), { operation });
				expect(only?.description).not.toMatch(sentence);
				sandbox.faults.set(
					{ path: '/pin-message', times: 1, response: 'resetMidResponse' },
					{ response: KNOWN_FAULTS[certain] },
				);
				const { error } = await runPinNode(credentialOf(sandbox), { operation });
				expect(error?.description).toBe(`${only?.description} ${toCaution(operation)}`);
			},
		);
	},
);

test.each(CASES)(
	'%s is explained by the row %s: if the node stops, continues, or has an error output',
	async (_what, name, toResponse) => {
		const response = toResponse();
		sandbox.faults.set({ response });
		const failure = FAILURES.find((candidate) => candidate.name === name);
		// Only silence needs it; on a busy machine, others would time out.
		const timeout = response === 'silence' ? 10 : 30;
		speedUpClock();
		const run = async (options: Parameters<typeof runPinNode>[2]) =>
			await runPinNode(credentialOf(sandbox), { options: { retries: 0, timeout } }, options);
		const two = [{ mine: 0 }, {}];
		const [stopped, continued, separated] = await Promise.all([
			run({}),
			run({ items: two, onError: 'continueRegularOutput' }),
			run({ items: [{ mine: 0 }], onError: 'continueErrorOutput' }),
		]);
		expect(stopped.items).toBeUndefined();
		expect(stopped.error).toMatchObject({
			name: 'NodeApiError',
			message: row(name).message,
			description: expect.stringContaining(row(name).description),
			httpCode: typeof response === 'object' ? String(response.status) : null,
		});
		const failed = {
			error: row(name).message,
			description: expect.stringContaining(row(name).description),
			code: name,
			temporary: failure?.retry !== undefined,
			action: 'pin',
			chat: '5511999999999',
			messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
		};
		expect(continued.items).toStrictEqual(
			two.map((_input, item) => ({
				json: { ...failed, error: `${row(name).message} [item ${item}]` },
				pairedItem: { item },
			})),
		);
		expect(separated.items).toStrictEqual([]);
		expect(separated.errorItems).toStrictEqual([
			{ json: { mine: 0, ...failed }, pairedItem: { item: 0 } },
		]);
		expect(pinsSent(sandbox)).toHaveLength(4);
		for (const { trace } of [stopped, continued, separated]) expectNoSecret(trace);
	},
);

/** Faults before a request arrives at a server. */
const UNREACHED: Array<[what: string, row: string, baseUrl: () => string]> = [
	['a port that nobody listens on', 'unreachable', () => 'http://127.0.0.1:1'],
	// A label of 64 characters is refused before anyone is asked.
	['a host that does not exist', 'unreachable', () => `http://${'x'.repeat(64)}.invalid`],
	['a server without TLS', 'insecureConnection', () => sandbox.url.replace('http:', 'https:')],
];

test.each(UNREACHED)('%s is explained by the row %s', async (_what, name, baseUrl) => {
	const credential = { ...credentialOf(sandbox), baseUrl: baseUrl() };
	const { error, trace } = await runPinNode(credential, ONCE);
	expect(error?.name).toBe('NodeApiError');
	expect(error?.message).toBe(row(name).message);
	expect(error?.description).toBe(row(name).description);
	expectNoSecret(trace);
});

test.each(Object.entries(TLS_BREAKS))(
	'if TLS breaks after the request was sent (%s), it may be done',
	async (_what, bytes) => {
		trustTlsHops();
		const hop = await startTlsHop(sandbox.url, bytes);
		sandbox.faults.set({ path: '/pin-message', isDone: true, response: 'garbage' });
		const credential = { ...credentialOf(sandbox), baseUrl: hop.url };
		const { error, trace } = await runPinNode(credential, ONCE);
		hop.close();
		jest.restoreAllMocks();
		expect(error?.message).toBe(row('connectionLost').message);
		expect(error?.description).toBe(row('connectionLost').description);
		expect(pinsSent(sandbox)).toMatchObject([{ isDone: true }]);
		expectNoSecret(trace);
	},
);

describe.each([403, 407])('a proxy that refuses to connect with HTTP %i', (status) => {
	let proxy: Server;

	beforeEach(async () => {
		proxy = createServer((_request, response) => response.writeHead(status).end(html()))
			.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n${html()}`))
			.listen(0, '127.0.0.1');
		await once(proxy, 'listening');
		const { port } = proxy.address() as AddressInfo;
		process.env.http_proxy = process.env.https_proxy = `http://127.0.0.1:${port}`;
	});

	afterEach(() => {
		delete process.env.http_proxy;
		delete process.env.https_proxy;
		proxy.close();
	});

	test.each(['http', 'https'])('is not taken for Z-API: %s', async (scheme) => {
		const baseUrl = `${scheme}://z-api.invalid`;
		const { error, trace } = await runPinNode({ ...credentialOf(sandbox), baseUrl }, ONCE);
		expect(error?.message).toBe(row('notFromZApi').message);
		expectNoSecret(trace);
	});
});

test('every row of the failures table is tested', () => {
	const tested = [...CASES, ...UNREACHED].map(([, name]) => name);
	expect(new Set(tested)).toStrictEqual(new Set(FAILURES.map(({ name }) => name)));
});

function expectNoSecret(trace: string) {
	expect(trace).toContain('Running node');
	expect(trace).not.toMatch(/canary/i);
	expect(trace).not.toContain(encodeURIComponent(CANARIES.token));
}
