import { toConnection } from '../../nodes/shared/connection';

const CREDENTIAL = { instanceId: ' I/1 ', token: ' T 2 ', clientToken: ' C 3 ', baseUrl: '' };

test('a connection has everything that a request needs, and all that must be masked', () => {
	expect(toConnection(CREDENTIAL)).toStrictEqual({
		credential: CREDENTIAL,
		baseUrl: 'https://api.z-api.io',
		instanceId: 'I/1',
		token: 'T 2',
		instanceUrl: 'https://api.z-api.io/instances/I%2F1/token/T%202',
		clientToken: 'C 3',
		secrets: ['T%202', 'T 2', 'C 3'],
	});
});

test.each([[''], ['  '], [undefined], [3]])(
	'with %j for a Client-Token there is none',
	(clientToken) => {
		const connection = toConnection({ ...CREDENTIAL, clientToken } as typeof CREDENTIAL);
		expect(connection).not.toHaveProperty('clientToken');
		expect(connection.secrets).toStrictEqual(['T%202', 'T 2']);
	},
);

test.each([
	['Instance ID', 'instanceId'],
	['Instance Token', 'token'],
])('%s has to be usable in a URL', (field, name) => {
	for (const value of ['', ' ', '.', '..', ' .. ', undefined, 5]) {
		const connect = () => toConnection({ ...CREDENTIAL, [name]: value });
		expect(connect).toThrow(
			expect.objectContaining({
				message: `${field} is empty or not usable`,
				description: expect.stringMatching(/^Copy it from your instance/),
			}),
		);
	}
	for (const value of ['...', '.a', 'a..']) {
		expect(toConnection({ ...CREDENTIAL, [name]: value }).instanceUrl).toContain(`/${value}`);
	}
});

test.each(['a\nb', 'caf\u00e9', '\u2022\u2022', 'a\u007f', '\u0001a'])(
	'the Client-Token %j cannot be sent in a header',
	(clientToken) => {
		expect(() => toConnection({ ...CREDENTIAL, clientToken })).toThrow(
			expect.objectContaining({
				message: "Client-Token holds characters that can't be sent",
				description: expect.stringMatching(/Security tab/),
			}),
		);
	},
);

test.each([
	[' https://proxy.test/ ', 'https://proxy.test'],
	['HTTP://proxy.test', 'HTTP://proxy.test'],
	['http://127.0.0.1:4000/z-api//', 'http://127.0.0.1:4000/z-api'],
	['/', 'https://api.z-api.io'],
	[undefined, 'https://api.z-api.io'],
])('the Base URL %j becomes %s', (baseUrl, expected) => {
	const connection = toConnection({ ...CREDENTIAL, baseUrl } as typeof CREDENTIAL);
	expect(connection.baseUrl).toBe(expected);
	expect(connection.instanceUrl.startsWith(`${expected}/instances/`)).toBe(true);
});

test.each([
	...['proxy.test', 'ftp://proxy.test', 'https:/proxy.test', 'https://', 'https:// proxy.test'],
	...['https://?a', 'https://#a', 'https:///a', 'https://a b', 'https://a/?b', 'https://a/#b'],
	...['https://proxy.test/a b', 'https://proxy.test/a?b', 'xhttps://proxy.test', 'httpss://a'],
])('the Base URL %j is refused', (baseUrl) => {
	expect(() => toConnection({ ...CREDENTIAL, baseUrl })).toThrow(
		expect.objectContaining({
			message: 'Base URL is not a URL',
			description: expect.stringMatching(/^Leave it empty for Z-API itself/),
		}),
	);
});
