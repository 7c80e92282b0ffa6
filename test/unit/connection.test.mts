import { toConnection } from '../../nodes/shared/transport/connection';

const CREDENTIAL = {
	instanceId: ' I/1 ',
	token: ' Token 22 ',
	clientToken: ' Token 223 ',
	baseUrl: '',
};

test('a connection has everything that a request needs, and all that must be masked', () => {
	expect(toConnection(CREDENTIAL)).toStrictEqual({
		credential: CREDENTIAL,
		baseUrl: 'https://api.z-api.io',
		instanceId: 'I/1',
		token: 'Token 22',
		instanceUrl: 'https://api.z-api.io/instances/I%2F1/token/Token%2022',
		clientToken: 'Token 223',
		secrets: ['Token%20223', 'Token%2022', 'Token 223', 'Token+223', 'Token 22', 'Token+22'],
	});
});

test.each([[''], ['  '], [undefined], [3]])('the Client-Token %j counts as none', (clientToken) => {
	const connection = toConnection({ ...CREDENTIAL, clientToken } as typeof CREDENTIAL);
	expect(connection).not.toHaveProperty('clientToken');
	expect(connection.secrets).toStrictEqual(['Token%2022', 'Token 22', 'Token+22']);
});

test.each([
	['Instance ID', 'instanceId'],
	['Instance Token', 'token'],
])('%s must be valid in a URL', (field, name) => {
	for (const value of ['', ' ', '.', '..', ' .. ', undefined, 5]) {
		const connect = () => toConnection({ ...CREDENTIAL, [name]: value });
		expect(connect).toThrow(
			expect.objectContaining({
				message: `'${field}' is empty or not usable`,
				description: expect.stringMatching(/^Copy it from your instance/),
			}),
		);
	}
	for (const value of ['........', '.aaaaaaa', 'aaaaaa..']) {
		expect(toConnection({ ...CREDENTIAL, [name]: value }).instanceUrl).toContain(`/${value}`);
	}
});

test.each([
	['Instance ID', 'instanceId', /your instance in the Z-API panel/],
	['Instance Token', 'token', /your instance in the Z-API panel/],
	['Client-Token', 'clientToken', /Security \(Segurança\)/],
])('%s must have characters that can be sent', (field, name, where) => {
	for (const ending of ['\n', '\u00e9', '\u2022', '\u007f', '\u0001', '\ud800']) {
		expect(() => toConnection({ ...CREDENTIAL, [name]: `aaaaaaaa${ending}b` })).toThrow(
			expect.objectContaining({
				message: `'${field}' contains characters that can't be sent`,
				description: expect.stringMatching(where),
			}),
		);
	}
});

test.each([
	['Instance Token', 'token', /your instance in the Z-API panel/],
	['Client-Token', 'clientToken', /Security \(Segurança\)/],
])('%s must have 8 characters', (field, name, where) => {
	expect(() => toConnection({ ...CREDENTIAL, [name]: '1234567' })).toThrow(
		expect.objectContaining({
			message: `'${field}' is too short`,
			description: expect.stringMatching(where),
		}),
	);
	expect(toConnection({ ...CREDENTIAL, [name]: '12345678' })).toHaveProperty(name, '12345678');
});

test.each([
	['Instance ID', 'instanceId', /your instance in the Z-API panel/],
	['Instance Token', 'token', /your instance in the Z-API panel/],
	['Client-Token', 'clientToken', /Security \(Segurança\)/],
	['Base URL', 'baseUrl', /^Leave it empty for Z-API itself/],
])('%s has at most 2,000 characters', (field, name, advice) => {
	const longest = `https://a/${'x'.repeat(1990)}`;
	expect(toConnection({ ...CREDENTIAL, [name]: longest })).toHaveProperty(name, longest);
	expect(() => toConnection({ ...CREDENTIAL, [name]: `${longest}x` })).toThrow(
		expect.objectContaining({
			message: `'${field}' is too long`,
			description: expect.stringMatching(advice),
		}),
	);
});

test.each([
	['instanceId', 'https://api.z-api.io/instances/I1/token/TOKEN123/send-text', ''],
	['instanceId', 'https://api.z-api.io/instances/I1/token/TOKEN123', 'https://proxy.test'],
	['token', ' https://api.z-api.io/instances/I1/token/TOKEN%3123?x=1 ', ''],
	['token', '/instances/I1/token/TOKEN123/', 'https://proxy.test'],
	['token', 'http://127.0.0.1:4000/instances/I1/token/TOKEN123', ''],
	['baseUrl', 'https://proxy.test/zapi/instances/I1/token/TOKEN123/status', ''],
])("the panel's URL in %s fills the fields: %s", (name, url, baseUrl) => {
	const connection = toConnection({ ...CREDENTIAL, baseUrl, [name]: url });
	expect(connection).toMatchObject({ instanceId: 'I1', token: 'TOKEN123' });
	const expected = name === 'baseUrl' ? 'https://proxy.test/zapi' : baseUrl;
	expect(connection.baseUrl).toBe(expected || 'https://api.z-api.io');
});

test('only what begins like a URL is taken apart, and what is not encoded stays as it is', () => {
	const instanceId = 'x/instances/I1/token/TOKEN123';
	expect(toConnection({ ...CREDENTIAL, instanceId }).instanceId).toBe(instanceId);
	const token = '/instances/I1/token/TOKEN%123%';
	expect(toConnection({ ...CREDENTIAL, token }).token).toBe('TOKEN%123%');
});

test.each([
	[' https://proxy.test/ ', 'https://proxy.test'],
	['HTTP://Proxy.test:80', 'http://proxy.test'],
	['https://proxy.test/a/../b', 'https://proxy.test/b'],
	['http://127.0.0.1:4000/z-api//', 'http://127.0.0.1:4000/z-api'],
	['/', 'https://api.z-api.io'],
	[undefined, 'https://api.z-api.io'],
])('the Base URL %j becomes %s', (baseUrl, expected) => {
	const connection = toConnection({ ...CREDENTIAL, baseUrl } as typeof CREDENTIAL);
	expect(connection.baseUrl).toBe(expected);
	expect(connection.instanceUrl.startsWith(`${expected}/instances/`)).toBe(true);
});

test.each([
	'proxy.test',
	'ftp://proxy.test',
	'https:/proxy.test',
	'https://',
	'https:// proxy.test',
	'https://?a',
	'https://#a',
	'https:///a',
	'https://a b',
	'https://a/?b',
	'https://a/#b',
	'http://[',
	'https://a:99999',
	'https://a\ud800b',
	'https://a\\b',
	'https://u:p@a',
	'https://u@a',
	'https://proxy.test/a b',
	'https://proxy.test/a?b',
	'xhttps://proxy.test',
	'httpss://a',
])('the Base URL %j is refused', (baseUrl) => {
	expect(() => toConnection({ ...CREDENTIAL, baseUrl })).toThrow(
		expect.objectContaining({
			message: "'Base URL' is not a URL",
			description: expect.stringMatching(/^Leave it empty for Z-API itself/),
		}),
	);
});
