import { authenticate } from '../../nodes/shared/connection';

const CREDENTIAL = {
	instanceId: 'I1',
	token: 'T/2',
	clientToken: ' C3 ',
	baseUrl: 'https://proxy.test/zapi//',
};

const PINNED = 'https://proxy.test/zapi/instances/I1/token/T%2F2/pin-message';

test.each([
	['/pin-message', PINNED],
	['https://proxy.test/zapi/pin-message', PINNED],
	['https://proxy.test/zapi/instances/other/token/typed/pin-message', PINNED],
	['/chats?page=1&pageSize=20', PINNED.replace('pin-message', 'chats?page=1&pageSize=20')],
])("%s goes to the credential's own instance", async (url, expected) => {
	// The HTTP Request node says `uri`, everything else `url`.
	for (const key of ['url', 'uri']) {
		const request = { url: undefined as unknown as string, headers: { A: 'b' }, [key]: url };
		expect(await authenticate(CREDENTIAL, request)).toStrictEqual({
			url: undefined,
			[key]: expected,
			headers: { A: 'b', 'Client-Token': 'C3' },
		});
	}
});

test.each([
	'https://elsewhere.test/pin-message',
	'https://proxy.test/other',
	'https://proxy.test.elsewhere.test/zapi/pin-message',
	'pin-message',
	'',
])('the credential is not sent to %j', async (url) => {
	await expect(authenticate(CREDENTIAL, { url })).rejects.toThrow('its own Base URL');
});

test('a missing Base URL means Z-API itself', async () => {
	const { url } = await authenticate({ ...CREDENTIAL, baseUrl: '' }, { url: '/status' });
	expect(url).toBe('https://api.z-api.io/instances/I1/token/T%2F2/status');
});
