import type { IHttpRequestOptions, IWebhookFunctions } from 'n8n-workflow';
import { type Receiver, writeReceivers } from '../../nodes/shared/webhooks/receivers';
import { passOn } from '../../nodes/ZApiPinMessageTrigger/callback/passOn';

const START = 1_800_000_000_000;

const TOKEN = 'canary-token-1';

/** Of the form of a secret. */
const SECRET = 'canary-secret-'.padEnd(43, 'x');

const toUrl = (host: string, secret: string) =>
	`https://${host}/webhook/1/callback?secret=${secret}&owner=n8n-----.node------------`;

let count = 0;

/** Another system that was never called before. */
const toSystem = (protocol = 'https:'): Receiver => ({
	role: 'shared',
	url: `${protocol}//crm-${++count}.test/canary-path`,
});

/** A trigger that was never called before. */
const toTrigger = (): Receiver => ({ role: 'trigger', url: toUrl(`n8n-${++count}.test`, SECRET) });

/** The list in the URL that is registered. */
function toList(others: Receiver[], token = TOKEN, secret = SECRET): string {
	const receivers: Receiver[] = [{ role: 'trigger', url: toUrl('n8n.test', secret) }, ...others];
	const registered = writeReceivers({ receivers, hasSwitchedOn: false }, token);
	return new URL(registered).searchParams.get('list') ?? '';
}

/** What a receiver does with a call. */
type Answer = (options: IHttpRequestOptions) => Promise<unknown>;

const destroy = jest.fn();

const respond = (statusCode: number): Answer => {
	return async () => ({ statusCode, body: { destroy } });
};

const refuse: Answer = async () => {
	throw Object.assign(new Error('canary'), { code: 'ECONNREFUSED' });
};

const hang: Answer = async ({ abortSignal }) =>
	await new Promise((_resolve, reject) => {
		abortSignal?.addEventListener?.('abort', () => reject(new Error('canary')));
	});

/** A trigger that is called with a list. */
function open(list: string, answer: Answer = respond(200), { baseUrl = '', headers = {} } = {}) {
	const sent: IHttpRequestOptions[] = [];
	const warnings: string[] = [];
	/** In milliseconds. */
	const sentAt: number[] = [];
	const loggedAt: number[] = [];
	const id = `workflow-${++count}`;
	const context = {
		getQueryData: () => ({ secret: SECRET, list }),
		getHeaderData: () => headers,
		getBodyData: () => ({}),
		getWorkflow: () => ({ id, name: 'Pins' }),
		getCredentials: async () => ({ instanceId: 'INSTANCE-1', token: TOKEN, baseUrl }),
		logger: {
			warn: (text: string) => loggedAt.push(Date.now() - START) && warnings.push(text),
			error: jest.fn(),
		},
		helpers: {
			httpRequest: async (options: IHttpRequestOptions) => {
				sentAt.push(Date.now() - START);
				sent.push(options);
				return await answer(options);
			},
		},
	};
	const call = async (text: string | Buffer) => {
		const body = Buffer.from(text);
		await passOn(context as unknown as IWebhookFunctions, { secret: SECRET, body });
	};
	const countOf = ({ url }: Receiver) => sent.filter((one) => one.url === url).length;
	return { call, sent, countOf, sentAt, loggedAt, warnings, context };
}

const advance = async (ms: number) => await jest.advanceTimersByTimeAsync(ms);

/** How long something takes in milliseconds; undefined if more than three seconds. */
async function measure(run: Promise<void>): Promise<number | undefined> {
	const start = Date.now();
	let duration: number | undefined;
	void run.then(() => (duration = Date.now() - start));
	await advance(3000);
	return duration;
}

beforeEach(() => {
	jest.useFakeTimers({ now: START });
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const controller = new AbortController();
		setTimeout(() => controller.abort(), ms);
		return controller.signal;
	});
});
afterEach(() => jest.useRealTimers());

test('a call is sent as it came, no redirect is followed, and nobody reads the answer', async () => {
	const [system, trigger] = [toSystem(), toTrigger()];
	const headers = { 'content-type': 'application/json' };
	const { call, sent, warnings } = open(toList([system, trigger]), respond(204), { headers });
	destroy.mockClear();
	expect(await measure(call(' {"a":1}'))).toBe(0);
	await advance(60_000);
	const expected = {
		method: 'POST',
		headers,
		body: Buffer.from(' {"a":1}'),
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
		encoding: 'stream',
		abortSignal: expect.any(AbortSignal),
	};
	expect(sent).toStrictEqual([system, trigger].map(({ url }) => ({ ...expected, url })));
	expect(destroy).toHaveBeenCalledTimes(2);
	expect(warnings).toStrictEqual([]);
});

test.each<[baseUrl: string, protocols: string[]]>([
	['', ['https:']],
	['https://api.z-api.io/', ['https:']],
	['https://proxy.test', ['https:', 'http:']],
])('with the Base URL %j, URLs of %j are called', async (baseUrl, protocols) => {
	const others = ['https:', 'http:', 'ftp:', 'file:', 'javascript:', ''].map(toSystem);
	const aside: Receiver = { role: 'aside', url: 'https://aside.test' };
	const { call, sent } = open(toList([...others, aside]), respond(200), { baseUrl });
	await call('1');
	expect(sent.map(({ url }) => new URL(url).protocol)).toStrictEqual(protocols);
});

type Case = [what: string, times: number[], answer: Answer, receiver: Receiver];

const toCases = (times: number[], toReceiver: () => Receiver, ...statuses: number[]) =>
	statuses.map((one): Case => [`HTTP status ${one}`, times, respond(one), toReceiver()]);

/** When a call is sent, in milliseconds. */
const [ONCE, RETRIED] = [[0], [0, 1000, 6000, 31_000]];

test.each<Case>([
	...toCases(RETRIED, toSystem, 404, 408, 425, 429, 500, 503, 599),
	...toCases(ONCE, toTrigger, 199, 300, 301, 302, 307, 400, 401, 403, 405, 410, 413, 499),
	['ECONNREFUSED', RETRIED, refuse, toSystem()],
	// It may have the call. A trigger knows what it has.
	['more than 10 seconds', ONCE, hang, toSystem()],
	['more than 10 seconds', [0, 11_000, 26_000, 61_000], hang, toTrigger()],
])('%s: sent at %j ms, then logged and forgotten', async (what, times, answer, receiver) => {
	const { call, sentAt, loggedAt, warnings } = open(toList([receiver]), answer);
	void call('1');
	await advance(90_000);
	expect(sentAt).toStrictEqual(times);
	expect(loggedAt).toStrictEqual([Number(times.at(-1)) + (answer === hang ? 10_000 : 0)]);
	expect(warnings).toStrictEqual([expect.stringContaining(what)]);
	expect(warnings[0]).toMatch(/can't pass a call on to .* \((crm|n8n)-\d+\.test\)/);
	expect(warnings[0]).not.toContain('canary');
	// Z-API may repeat it.
	await call('1');
	await advance(90_000);
	expect([sentAt.length, warnings.length]).toStrictEqual([2 * times.length, 1]);
});

test('a call that a receiver took at last is not sent again', async () => {
	const answers = [respond(503), respond(299)];
	const answer: Answer = async (options) => await answers.shift()?.(options);
	const { call, sentAt, warnings } = open(toList([toSystem()]), answer);
	for (const body of ['1', '1']) {
		await call(body);
		await advance(60_000);
	}
	expect([sentAt, warnings]).toStrictEqual([[0, 1000], []]);
});

test.each<[what: string, bodies: Buffer[], answer: Answer, end: number]>([
	['100 calls', Array.from({ length: 100 }, (_, i) => Buffer.from([i])), refuse, 31_000],
	['5 MB', [1, 2, 3, 4, 5].map((i) => Buffer.alloc(1_000_000, i)), hang, 10_000],
])('%s wait for one receiver, and no more', async (_what, bodies, answer, end) => {
	const [bad, good] = [toSystem(), toSystem()];
	const { call, countOf, warnings } = open(toList([bad, good]), async (options) => {
		return await (options.url === bad.url ? answer : respond(200))(options);
	});
	const [first = '', ...others] = bodies;
	void call(first);
	await advance(100);
	void Promise.all(others.map(call));
	// What waits for a retry counts, too.
	await advance(800);
	expect([countOf(bad), countOf(good), warnings]).toStrictEqual([bodies.length, bodies.length, []]);
	await call('more');
	expect([countOf(bad), countOf(good)]).toStrictEqual([bodies.length, bodies.length + 1]);
	expect(warnings).toStrictEqual([expect.stringContaining('Too many calls wait for it')]);
	const countNew = async (...calls: Array<string | Buffer>) => {
		const before = countOf(bad);
		void Promise.all(calls.map(call));
		await advance(0);
		return countOf(bad) - before;
	};
	await advance(end - 850);
	// The first has ended, so there is place for one.
	expect(await countNew(first, 'other')).toBe(1);
	await advance(60_000);
	// Nothing waits, so there is as much place as before, also for what was refused.
	expect(await countNew('more', ...others)).toBe(bodies.length);
});

test('nobody waits for more than two seconds, nor again for a receiver that was slow', async () => {
	const [slow, fast] = [toSystem(), toSystem()];
	const { call, countOf } = open(toList([slow, fast]), async (options) => {
		return await (options.url === slow.url ? hang : respond(200))(options);
	});
	expect([await measure(call('1')), await measure(call('2'))]).toStrictEqual([2000, 0]);
	expect([countOf(slow), countOf(fast)]).toStrictEqual([2, 2]);
});

test('a receiver is waited for again after it took a call, but not after it refused one', async () => {
	const answers = [respond(400), respond(200)];
	const delays = [0, 2500, 2500];
	const { call } = open(toList([toSystem()]), async (options) => {
		await new Promise((resolve) => setTimeout(resolve, delays.shift()));
		return await (answers.shift() ?? respond(200))(options);
	});
	const durations = [];
	for (const body of ['1', '2', '3']) durations.push(await measure(call(body)));
	expect(durations).toStrictEqual([0, 0, 2000]);
});

test('a receiver gets the same body once, whichever webhook it comes by', async () => {
	const [one, other] = [toSystem(), toSystem()];
	const [first, second] = [open(toList([one])), open(toList([one, other]))];
	for (const { call } of [first, second, first]) await call('1');
	await first.call('2');
	const urls = [...first.sent, ...second.sent].map(({ url }) => url);
	expect(urls).toStrictEqual([one.url, one.url, other.url]);
});

test("headers of the hop and of logins are not passed on, others are, with Z-API's token", async () => {
	const ofHop =
		'keep-alive proxy-authorization te trailer transfer-encoding upgrade host expect content-length content-encoding forwarded via x-forwarded-for x-forwarded-proto x-real-ip cf-ray cdn-loop authorization cookie true-client-ip x-amzn-oidc-data x-auth-request-access-token x-goog-iap-jwt-assertion x-ms-client-principal x-named x-named-too';
	const others =
		'content-type z-api-token origin user-agent x-te hostname x-host cookie2 x-via x-cf-ray x-proxy-a';
	const toHeaders = (names: string) =>
		Object.fromEntries(names.split(' ').map((name) => [name, `${name} value`]));
	const headers = {
		...toHeaders(`${ofHop} ${others}`),
		connection: 'X-Named, x-named-too',
		'x-list': ['a', 'b'],
	};
	const { call, sent } = open(toList([toSystem()]), respond(200), { headers });
	await call('1');
	expect(sent[0]?.headers).toStrictEqual(toHeaders(others));
});

const [payload = '', signature = ''] = toList([toSystem(), toSystem()]).split('.');

test.each<[what: string, list: string]>([
	['is forged', toList([toSystem()]).replace(/\..*/, `.${signature}`)],
	['has no signature', payload],
	['is signed with another token', toList([toSystem()], 'canary-token-2')],
	['is that of another trigger', toList([toTrigger()], TOKEN, 'x'.repeat(43))],
])('a list that %s is not followed', async (_what, list) => {
	const { call, sent, warnings } = open(list);
	for (const body of ['1', '2']) await call(body);
	expect(sent).toStrictEqual([]);
	expect(warnings).toStrictEqual([expect.stringContaining('passes nothing on')]);
	expect(warnings[0]).not.toContain('canary');
});

test('what goes wrong is logged, not thrown', async () => {
	const { call, context } = open(toList([toSystem()]));
	context.getCredentials = async () => await Promise.reject(new Error('No credential'));
	await call('1');
	expect(context.logger.error.mock.calls).toStrictEqual([
		[expect.stringContaining('No credential')],
	]);
});
