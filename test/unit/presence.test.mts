import { Readable } from 'node:stream';
import type { IHookFunctions } from 'n8n-workflow';
import { toConnection } from '../../nodes/shared/transport/connection';
import { checkPresence } from '../../nodes/ZApiPinMessageTrigger/registration/presence';

const URL_OF_TRIGGER = 'https://n8n.test/webhook/1/callback?secret=s&owner=o';

const NOT_REGISTERED =
	'{"code":404,"message":"The requested webhook \\"POST x\\" is not registered."}';

const respond = (statusCode: number, body = '') => ({
	statusCode,
	headers: {},
	body: Readable.from([Buffer.from(body)]),
});

/** Checks a trigger, of which the request has this result. */
function check(request: Promise<unknown>, { url = URL_OF_TRIGGER, baseUrl = '' } = {}) {
	const connection = toConnection({ instanceId: 'INSTANCE-1', token: 'canary-token', baseUrl });
	const httpRequest = jest.fn(async () => await request);
	const context = { helpers: { httpRequest } } as unknown as IHookFunctions;
	return { presence: checkPresence(context, connection, url), httpRequest };
}

test.each<[status: number, body: string, presence: string]>([
	[200, '', 'here'],
	[200, NOT_REGISTERED, 'here'],
	[204, '', 'here'],
	[299, '{', 'here'],
	[404, NOT_REGISTERED, 'gone'],
	[410, NOT_REGISTERED, 'gone'],
	[404, '', 'missing'],
	[404, '{"message":"Not Found"}', 'missing'],
	[404, '{"error":"is not registered"}', 'missing'],
	[404, '<html>is not registered</html>', 'missing'],
	[410, 'Gone', 'missing'],
	...[199, 300, 301, 302, 307, 308, 400, 401, 403, 405, 413, 429, 499, 500, 502, 503, 530].map(
		(status): [number, string, string] => [status, NOT_REGISTERED, 'unreachable'],
	),
])('HTTP status %d and the body %j: %s', async (status, body, expected) => {
	const { presence } = check(Promise.resolve(respond(status, body)));
	expect(await presence).toBe(expected);
});

test('the call has the Instance ID and no more, and follows no redirect', async () => {
	const { presence, httpRequest } = check(Promise.resolve(respond(302)));
	await presence;
	const expected = {
		method: 'POST',
		url: URL_OF_TRIGGER,
		headers: { 'Content-Type': 'application/json' },
		body: { instanceId: 'INSTANCE-1' },
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
		encoding: 'stream',
		timeout: 5000,
	};
	expect(httpRequest.mock.calls).toStrictEqual([[expected]]);
});

test('a trigger that nothing connects to is unreachable', async () => {
	const { presence } = check(Promise.reject(new Error('ECONNREFUSED')));
	expect(await presence).toBe('unreachable');
});

test.each<[what: string, request: Promise<unknown>]>([
	['nothing', new Promise(() => undefined)],
	['no end', Promise.resolve({ ...respond(200), body: new Readable({ read: () => undefined }) })],
])('a trigger that responds with %s in five seconds is unreachable', async (_what, request) => {
	const deadline = new AbortController();
	const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal);
	const { presence } = check(request);
	await new Promise((resolve) => setImmediate(resolve));
	deadline.abort();
	expect(await presence).toBe('unreachable');
	expect(timeout.mock.calls).toStrictEqual([[5000]]);
});

test.each<[url: string, baseUrl: string, isCalled: boolean]>([
	['https://n8n.test', '', true],
	['http://n8n.test', '', false],
	['http://n8n.test', 'https://proxy.test', true],
	['ftp://n8n.test', 'https://proxy.test', false],
	['n8n.test', 'https://proxy.test', false],
])('%s, with the Base URL %j, is called: %s', async (url, baseUrl, isCalled) => {
	const { presence, httpRequest } = check(Promise.resolve(respond(200)), { url, baseUrl });
	expect(await presence).toBe(isCalled ? 'here' : 'unreachable');
	expect(httpRequest).toHaveBeenCalledTimes(Number(isCalled));
});
