import { authenticate } from '../../nodes/shared/transport/connection';

const CREDENTIAL = {
	instanceId: 'I1',
	token: 'T/234567',
	clientToken: ' C3456789 ',
	baseUrl: 'https://proxy.test/zapi//',
};

const PINNED = 'https://proxy.test/zapi/instances/I1/token/T%2F234567/pin-message';

test.each([
	['/pin-message', PINNED],
	['https://proxy.test/zapi/pin-message', PINNED],
	['https://proxy.test/zapi/instances/other/token/typed/pin-message', PINNED],
	['https://proxy.test/zapi//pin-message', PINNED.replace('pin', '/pin')],
	['https://proxy.test/zapi/a/../pin-message', PINNED],
	['https://PROXY.test:443/zapi/pin-message#x', PINNED],
	['https://api.z-api.io/pin-message', PINNED],
	['//elsewhere.test/../pin-message', PINNED.replace('pin', '/pin')],
	['https://api.z-api.io/instances/other/token/typed/pin-message', PINNED],
	['/instances/other/token/typed/pin-message', PINNED],
	['/a/instances/b/token/c/d', PINNED.replace('pin-message', 'a/instances/b/token/c/d')],
	['/phone-exists/9%40lid', PINNED.replace('pin-message', 'phone-exists/9%40lid')],
	['/tags/caf%C3%A9%20a.b;c', PINNED.replace('pin-message', 'tags/caf%C3%A9%20a.b;c')],
	['/chats?page=1&pageSize=20', PINNED.replace('pin-message', 'chats?page=1&pageSize=20')],
])("%s goes to the credential's own instance", async (url, expected) => {
	// The HTTP Request node says `uri`, everything else `url`.
	for (const key of ['url', 'uri']) {
		const request = { url: undefined as unknown as string, headers: { A: 'b' }, [key]: url };
		expect(await authenticate(CREDENTIAL, request)).toStrictEqual({
			url: undefined,
			[key]: expected,
			// The words of both of n8n's request helpers.
			disableFollowRedirect: true,
			maxRedirects: 0,
			followRedirect: false,
			followAllRedirects: false,
			headers: { A: 'b', 'Client-Token': 'C3456789' },
		});
	}
});

test.each([
	'https://elsewhere.test/pin-message',
	'https://proxy.test/other',
	'https://proxy.test.elsewhere.test/zapi/pin-message',
	'https://proxy.test/zapi',
	'https://proxy.test/zapi/',
	'https://proxy.test/zapi/../x',
	'https://proxy.test/zapi/%2e%2e/x',
	'https://proxy.test/zapi/..\\..\\x',
	'https://proxy.test/zapi/.\t./x',
	'https://proxy.test/zapi/..%2fx',
	'https://proxy.test/zapi/..%5Cx',
	'https://proxy.test/zapi/%252e%252e/x',
	'https://proxy.test/zapi/..;/x',
	'https://proxy.test/zapi/a/..;b=c/..%3b/x',
	'https://proxy.test/zapi/%c0%ae%c0%ae/x',
	'https://proxy.test/zapi/%e0%80%ae%e0%80%ae/x',
	'https://proxy.test/zapi/%u002e%u002e/x',
	'https://proxy.test/zapi/x%00',
	'https://proxy.test/zapi/..%20/x',
	'https://proxy.test/zapi/%EF%BC%8E%EF%BC%8E%EF%BC%8Fx',
	'/..;/x',
	// Another tenant of the same proxy, whose name is as long.
	'https://proxy.test/evil/pin-message',
	'https://proxy.test/evil/instances/other/token/typed/pin-message',
	'https://proxy.test/zapi/instances/a/token/../../../../x',
	'/../x',
	'/%2E%2e/x',
	'/..\\x',
	'http://proxy.test/zapi/pin-message',
	'https://proxy.test:444/zapi/pin-message',
	'https://api.z-api.io.elsewhere.test/pin-message',
	`/${'a'.repeat(2000)}`,
	'https://[',
	'javascript:alert(1)',
	'pin-message',
	'',
])('the credential is not sent to %j', async (url) => {
	await expect(authenticate(CREDENTIAL, { url })).rejects.toMatchObject({
		message: "This credential can only be sent to its own 'Base URL'",
		description: expect.stringMatching(/^Begin the URL with the credential's 'Base URL'/),
	});
});

test('a missing Base URL means Z-API itself', async () => {
	const { url } = await authenticate({ ...CREDENTIAL, baseUrl: '' }, { url: '/status' });
	expect(url).toBe('https://api.z-api.io/instances/I1/token/T%2F234567/status');
});
