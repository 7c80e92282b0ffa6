import { credentialOf } from '../../sandbox/account.mts';
import { clientTokenNotAllowed, type Fault, KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { CANARIES } from '../support/canaries.mts';
import { runPinNode, testCredential } from '../support/engine.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();

const headersSent = () => sandbox.requests.map(({ headers }) => headers['client-token']);

test.each([[''], ['  '], [undefined]])(
	'sends no Client-Token header when the field holds %j',
	async (clientToken) => {
		sandbox.instance.clientToken = '';
		const credential = { ...credentialOf(sandbox), clientToken: clientToken as string };
		expect((await runPinNode(credential, {})).items).toHaveLength(1);
		expect((await testCredential(credential)).status).toBe('OK');
		expect(sandbox.requests).toHaveLength(3);
		expect(sandbox.requests.some(({ headers }) => 'client-token' in headers)).toBe(false);
	},
);

test('sends the Client-Token with every request', async () => {
	await runPinNode(credentialOf(sandbox), {}, { items: [{}, {}] });
	await testCredential(credentialOf(sandbox));
	expect(headersSent()).toStrictEqual(Array(4).fill(CANARIES.clientToken));
});

test.each(['/', '//', ' '])('the Base URL may end in %j', async (ending) => {
	const credential = { ...credentialOf(sandbox), baseUrl: sandbox.url + ending };
	expect((await runPinNode(credential, {})).items).toHaveLength(1);
	expect((await testCredential(credential)).status).toBe('OK');
});

test.each([
	'aaaaaa/b',
	'../../../..',
	'%2e%2e%2e',
	'aaaaaa?b=1',
	'aaaaaaa#b',
	'aaaaaaa b',
	'aaaaaaa..;',
	'\\..\\..\\..\\',
])('an ID or token %j changes neither the path nor the instance', async (part) => {
	Object.assign(sandbox.instance, { instanceId: part, token: part });
	const { items } = await runPinNode(credentialOf(sandbox), {});
	expect(items).toHaveLength(1);
	const segment = encodeURIComponent(part);
	expect(pinsSent(sandbox).map(({ url }) => url)).toStrictEqual([
		`/instances/${segment}/token/${segment}/pin-message`,
	]);
});

const ADVICE = {
	'Instance ID': /^Copy it from your instance /,
	'Instance Token': /^Copy it from your instance /,
	'Client-Token': /^Copy it again from Security \(Segurança\) /,
	'Base URL': /^Leave it empty for Z-API itself, or set it to the URL of your proxy, /,
};

test.each<[field: keyof typeof ADVICE, values: object]>([
	['Instance ID', { instanceId: '' }],
	['Instance ID', { instanceId: '..' }],
	['Instance Token', { token: ' ' }],
	['Instance Token', { token: '.' }],
	['Client-Token', { clientToken: 'two\nlines' }],
	['Base URL', { baseUrl: 'api.z-api.io' }],
	['Base URL', { baseUrl: 'https://api.z-api.io?x=1' }],
	['Base URL', { baseUrl: 'http://[' }],
	['Instance Token', { token: 'short' }],
	['Instance Token', { token: 'a lone \ud800 surrogate' }],
	['Instance ID', { instanceId: 'a'.repeat(1_000_000) }],
])('refuses an unusable %s before anything is sent', async (field, values) => {
	const credential = { ...credentialOf(sandbox), ...values };
	const { error } = await runPinNode(credential, {});
	expect(error?.message).toContain(field);
	expect(error?.description).toMatch(ADVICE[field]);
	const result = await testCredential(credential);
	expect(result.status).toBe('Error');
	expect(result.message).toContain(field);
	expect(sandbox.requests).toHaveLength(0);
});

test('the connection test succeeds if the response of a connected instance has an error text', async () => {
	const result = await testCredential(credentialOf(sandbox));
	expect(result).toMatchObject({ status: 'OK', message: 'Connected to WhatsApp' });
	expect(sandbox.requests).toMatchObject([{ method: 'GET', path: '/status', status: 200 }]);
});

test('the connection test accepts booleans as text', async () => {
	const tryOut = async (connected: string) => {
		sandbox.faults.set({ response: { status: 200, body: { connected } } });
		return (await testCredential(credentialOf(sandbox))).status;
	};
	expect([await tryOut('true'), await tryOut('false')]).toStrictEqual(['OK', 'Error']);
});

test.each<[what: string, sentence: RegExp, change: () => object]>([
	[
		'wrong instance',
		/does not know this instance\. Copy 'Instance ID'/,
		() => ({ instanceId: 'x' }),
	],
	[
		'wrong token',
		/does not know this instance\. Copy 'Instance ID'/,
		() => ({ token: 'another-token' }),
	],
	['missing Client-Token', /asks for a Client-Token\. Copy/, () => ({ clientToken: '' })],
	[
		'wrong Client-Token',
		/does not accept the Client-Token\. Copy/,
		() => ({ clientToken: 'another-token' }),
	],
	[
		'closed port',
		/could not be reached\. Check 'Base URL'/,
		() => ({ baseUrl: 'http://127.0.0.1:1' }),
	],
	['wrong URL', /nothing at this URL\. Check 'Base URL'/, () => ({ baseUrl: `${sandbox.url}/v1` })],
])('the connection test explains a %s', async (_what, sentence, change) => {
	const result = await testCredential({ ...credentialOf(sandbox), ...change() });
	expect(result.status).toBe('Error');
	expect(result.message).toMatch(sentence);
	expect(result.trace).not.toMatch(/canary/i);
});

test.each([
	['notConnected', /is not connected to WhatsApp\. Open the instance/],
	['sessionToRestore', /has to be restored\. Open the instance/],
] as const)('the connection test explains the state %s', async (connection, sentence) => {
	sandbox.instance.connection = connection;
	const result = await testCredential(credentialOf(sandbox));
	expect(result.status).toBe('Error');
	expect(result.message).toMatch(sentence);
});

const html = `<html>${CANARIES.clientToken} ${CANARIES.token} /token/${encodeURIComponent(CANARIES.token)}/</html>`;

test.each<[what: string, response: Fault['response']]>([
	['403 that echoes', clientTokenNotAllowed(CANARIES.clientToken)],
	['401 with HTML', { status: 401, body: html }],
	['200 with HTML', { status: 200, body: html }],
	['500 with an error', { status: 500, body: { error: html } }],
	['400 with unknown text', { status: 400, body: { error: html } }],
	['redirect', { status: 302, headers: { location: `http://127.0.0.1:1/${CANARIES.token}` } }],
	['null', { status: 200, body: 'null' }],
	['404', KNOWN_FAULTS.methodNotFound],
	['closed connection', 'reset'],
	['closed connection within the response', 'resetMidResponse'],
])('the connection test fails without leaking: %s', async (_what, response) => {
	sandbox.faults.set({ response });
	const result = await testCredential(credentialOf(sandbox));
	expect(result.status).toBe('Error');
	expect(result.message).toMatch(/^.+\. .+\.$/);
	expect(result.trace).not.toMatch(/canary/i);
	expect(result.trace).not.toContain(encodeURIComponent(CANARIES.token));
	expect(sandbox.requests).toHaveLength(1);
});
