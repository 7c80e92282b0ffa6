import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { useSandbox } from '../support/sandbox.mts';

const ANA = '5511999999999';

const sandbox = useSandbox({});

/** Like `fetch`, which doesn't let anyone set Host or Origin. */
async function request(
	path: string,
	{ method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string },
) {
	const sent = httpRequest(sandbox.url + path, { method, headers: { ...headers } });
	sent.end(body);
	const [response] = await new Promise<[IncomingMessage]>((resolve, reject) =>
		sent.once('response', (...given) => resolve(given)).once('error', reject),
	);
	return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const port = () => new URL(sandbox.url).port;

const PATHS = ['/', '/page.js', '/sandbox/chats', '/sandbox/events', '/nothing-here'];

test.each(PATHS)('a host name of another website is refused: %s', async (path) => {
	for (const host of ['elsewhere.test', `elsewhere.test:${port()}`, 'localhost:1', '127.0.0.1']) {
		const { status, body } = await request(path, { headers: { host } });
		expect([status, JSON.parse(body)]).toStrictEqual([403, { error: 'Host not allowed' }]);
	}
});

test('the sandbox also responds to localhost', async () => {
	const { status } = await request('/', { headers: { host: `localhost:${port()}` } });
	expect(status).toBe(200);
});

const ORIGINS = ['https://elsewhere.test', 'null', 'http://localhost:5678', 'http://127.0.0.1'];

test.each(ORIGINS)('a page of another origin can neither read nor write: %s', async (origin) => {
	expect((await request('/sandbox/chats', { headers: { origin } })).status).toBe(403);
	const headers = { origin, 'content-type': 'application/json' };
	const body = JSON.stringify({ phone: ANA, text: 'From elsewhere' });
	const before = sandbox.chats.get(ANA).messages.length;
	expect((await request('/sandbox/messages', { method: 'POST', headers, body })).status).toBe(403);
	expect((await request('/sandbox/requests', { method: 'DELETE', headers })).status).toBe(403);
	expect(sandbox.chats.get(ANA).messages).toHaveLength(before);
});

test('a page of another origin cannot set a webhook URL', async () => {
	const { instanceId, token, clientToken } = sandbox.instance;
	const { status } = await request(
		`/instances/${instanceId}/token/${token}/update-webhook-received`,
		{
			method: 'PUT',
			headers: {
				origin: 'https://elsewhere.test',
				'content-type': 'application/json',
				'client-token': clientToken,
			},
			body: JSON.stringify({ value: 'http://localhost:5678/rest/anything' }),
		},
	);
	expect([status, sandbox.instance.receivedCallbackUrl]).toStrictEqual([403, '']);
});

test('its own page is allowed', async () => {
	const headers = { origin: sandbox.url, 'content-type': 'application/json' };
	const body = JSON.stringify({ phone: ANA, text: 'From the page' });
	expect((await request('/sandbox/messages', { method: 'POST', headers, body })).status).toBe(200);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
	'a request that a browser sends without a check changes nothing: %s',
	async (type) => {
		const headers = { 'content-type': type };
		const body = JSON.stringify({ phone: ANA, text: 'From elsewhere' });
		const { status } = await request('/sandbox/messages', { method: 'POST', headers, body });
		expect([400, 415]).toContain(status);
		expect(sandbox.chats.get(ANA).messages).toHaveLength(2);
	},
);

test('no preflight request of another origin is allowed', async () => {
	const headers = { origin: 'https://elsewhere.test', 'access-control-request-method': 'PUT' };
	const { headers: given } = await request('/sandbox/settings', { method: 'OPTIONS', headers });
	expect(given).not.toHaveProperty('access-control-allow-origin');
});

const POLICY = /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/;

test('every response carries the Content Security Policy', async () => {
	const { instanceId, token } = sandbox.instance;
	const zApi = `/instances/${instanceId}/token/${token}`;
	const paths = [...PATHS.filter((path) => path !== '/sandbox/events'), '/page.css', '/pin.svg'];
	for (const path of [...paths, '/sandbox/settings', `${zApi}/status`, `${zApi}/nothing`, '/%zz']) {
		const { headers } = await request(path, {});
		expect([path, headers['content-security-policy']]).toEqual([
			path,
			expect.stringMatching(POLICY),
		]);
	}
	const elsewhere = await request('/', { headers: { host: 'elsewhere.test' } });
	expect(elsewhere.headers['content-security-policy']).toMatch(POLICY);
	sandbox.faults.set({ response: { status: 200, headers: { 'content-type': 'text/html' } } });
	const faulty = await request(`${zApi}/status`, {});
	expect(faulty.headers['content-security-policy']).toMatch(POLICY);
});

test('an event stream and an interrupted response have it, too', async () => {
	const { instanceId, token } = sandbox.instance;
	sandbox.faults.set({ response: 'resetMidResponse' });
	for (const path of ['/sandbox/events', `/instances/${instanceId}/token/${token}/status`]) {
		const headers = await new Promise<string>((resolve, reject) => {
			const socket = connect(Number(port()), '127.0.0.1', () =>
				socket.write(
					`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\nAccept: text/event-stream\r\n\r\n`,
				),
			);
			socket.once('data', (data) => {
				resolve(`${data}`);
				socket.destroy();
			});
			socket.once('error', reject);
		});
		expect(headers).toMatch(/^content-security-policy: default-src 'none'/im);
	}
});
