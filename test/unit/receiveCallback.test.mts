import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import { ZApi } from '../../credentials/ZApi.credentials';
import { ZApiPinMessageTrigger } from '../../nodes/ZApiPinMessageTrigger/ZApiPinMessageTrigger.node';
import { CONNECTED, DELIVERY, MESSAGE, PIN, REACTION, VOTE } from '../support/callbacks.mts';
import { CANARIES } from '../support/canaries.mts';
import { log, openTrigger, type Reception, type WebhookCall } from '../support/engine.mts';

const toClass = <T extends ICredentialType | INodeType>(type: T) => ({ type, sourcePath: '' });

/** The sources, so that a change needs no build to be tested. */
const loader = {
	getNode: () => toClass(new ZApiPinMessageTrigger()),
	getCredential: () => toClass(new ZApi()),
};

const CREDENTIAL = { ...CANARIES, baseUrl: 'https://zapi.test' };

const MESSAGES = { events: ['messageReceived'] };

/** Of the form of a secret. */
const SECRET = 'canary-secret-'.padEnd(43, 'x');

/** What n8n has stored when the node was registered. */
const REGISTERED = {
	'node:Trigger': {
		secretHash: createHash('sha256').update(SECRET).digest('base64url'),
		instanceId: CANARIES.instanceId,
	},
};

/** What the node registers; see `toSecret`. */
const DERIVED = createHmac('sha256', CANARIES.token)
	.update(JSON.stringify(['n8n-1', 'test', 'hook-1/callback']))
	.digest('base64url');

let calls = 0;

/** A callback that came never before. */
const toNew = (callback: IDataObject = MESSAGE) => ({ ...callback, messageId: `A${calls++}` });

const open = async (
	parameters: INodeParameters = MESSAGES,
	credential: ICredentialDataDecryptedObject = CREDENTIAL,
	staticData: IDataObject = REGISTERED,
) => await openTrigger(credential, parameters, { loader, staticData, n8n: 'n8n-1' });

/** A call that is right, but for these parts. */
function toCall(call: Partial<WebhookCall> = {}): WebhookCall {
	const { body = toNew(), rawBody = Buffer.from(JSON.stringify(body)) } = call;
	const headers = { 'content-type': 'application/json' };
	return { query: { secret: SECRET }, headers, ...call, body, rawBody };
}

const toVisible = ({ result, status, response }: Reception) =>
	status === undefined ? { result } : { status, response, result };

const receive = async (call: Partial<WebhookCall> = {}, ...workflow: Parameters<typeof open>) =>
	toVisible(await (await open(...workflow)).receive(toCall(call)));

const refusal = (status: number, message: string) => ({
	status,
	response: { message },
	result: { noWebhookResponse: true },
});

const UNKNOWN = refusal(401, 'The secret is missing or wrong');
const NO_EXECUTION = { result: {} };
const EXECUTION = { result: { workflowData: expect.any(Array) } };

test('a callback of the instance starts the workflow, with its event', async () => {
	const body = toNew();
	const { result } = await receive({ body });
	expect(result.workflowData).toMatchObject([
		[{ json: { event: 'messageReceived', messageId: body.messageId, text: 'Hello' } }],
	]);
	expect(result.workflowData?.[0]?.[0]?.json).not.toHaveProperty('callback');
});

test('with Simplify off, the output has the whole callback', async () => {
	const body = toNew();
	const { result } = await receive({ body }, { ...MESSAGES, options: { simplify: false } });
	expect(result.workflowData).toMatchObject([[{ json: { callback: body } }]]);
});

test('the settings filter callbacks', async () => {
	const pins = { events: ['messagePinned'] };
	expect(await receive({ body: toNew(PIN) })).toStrictEqual(NO_EXECUTION);
	expect(await receive({}, pins)).toStrictEqual(NO_EXECUTION);
	expect(await receive({ body: toNew(PIN) }, pins)).toStrictEqual(EXECUTION);
	const chats = { values: [{ chat: { __rl: true, mode: 'id', value: '5511000000000' } }] };
	expect(await receive({}, { ...MESSAGES, chats })).toStrictEqual(NO_EXECUTION);
});

test.each<[what: string, body: unknown]>([
	['another instance', { ...MESSAGE, instanceId: 'INSTANCE-2' }],
	['no instance', { ...MESSAGE, instanceId: undefined }],
	['an instance in a list', { ...MESSAGE, instanceId: [CANARIES.instanceId] }],
	['a change of status', { ...MESSAGE, type: 'MessageStatusCallback' }],
	['presence', { ...MESSAGE, type: 'PresenceChatCallback' }],
	['a waiting message', { ...MESSAGE, text: null, waitingMessage: true }],
	['no type', { ...MESSAGE, type: undefined }],
	['a list of callbacks', [MESSAGE]],
	['text', 'ReceivedCallback'],
	['nothing', null],
])('%s is authentic, gets 200 and starts nothing', async (_what, body) => {
	expect(await receive({ body })).toStrictEqual(NO_EXECUTION);
});

test('the type and the Instance ID are compared without case', async () => {
	const instanceId = CANARIES.instanceId.toLowerCase();
	expect(instanceId).not.toBe(CANARIES.instanceId);
	const body = { ...toNew(), instanceId, type: 'RECEIVEDCALLBACK' };
	expect(await receive({ body })).toStrictEqual(EXECUTION);
});

test('the webhooks of the queue and of the connection arrive at the same URL', async () => {
	const parameters = { events: ['messageSent', 'instanceConnected'] };
	for (const body of [toNew(DELIVERY), toNew(CONNECTED)]) {
		expect(await receive({ body }, parameters)).toStrictEqual(EXECUTION);
	}
});

test.each<[what: string, query: IDataObject]>([
	['no secret', {}],
	['an empty secret', { secret: '' }],
	['another secret of the same length', { secret: SECRET.replace(/.$/, 'y') }],
	['the beginning of the secret', { secret: SECRET.slice(0, -1) }],
	['more than the secret', { secret: `${SECRET}A` }],
	['the secret twice', { secret: [SECRET, SECRET] }],
	['the secret in an object', { secret: { 0: SECRET } }],
	['the secret under another name', { token: SECRET }],
	['the hash of the secret', { secret: REGISTERED['node:Trigger'].secretHash }],
	['the instance token itself', { secret: CANARIES.token }],
])('%s: 401', async (_what, query) => {
	expect(await receive({ query })).toStrictEqual(UNKNOWN);
});

test('no call decrypts the credential: wanted, unwanted or forged', async () => {
	const trigger = await open();
	const forged = { query: { secret: SECRET.replace(/.$/, 'y') } };
	const unwanted = { body: { ...MESSAGE, instanceId: 'INSTANCE-2' } };
	const receptions = [];
	for (const call of [{}, unwanted, { body: toNew(PIN) }, forged, { query: {} }]) {
		receptions.push(toVisible(await trigger.receive(toCall(call))));
	}
	const expected = [EXECUTION, NO_EXECUTION, NO_EXECUTION, UNKNOWN, UNKNOWN];
	expect(receptions).toStrictEqual(expected);
	expect(trigger.decryptions()).toBe(0);
});

test('before n8n has saved the static data, the credential is used', async () => {
	const trigger = await open(MESSAGES, CREDENTIAL, {});
	const call = { query: { secret: DERIVED } };
	expect(toVisible(await trigger.receive(toCall(call)))).toStrictEqual(EXECUTION);
	expect(toVisible(await trigger.receive(toCall()))).toStrictEqual(UNKNOWN);
	expect(trigger.decryptions()).toBe(2);
	// What has not the form of a secret is refused before.
	await trigger.receive(toCall({ query: { secret: 'x' } }));
	expect(trigger.decryptions()).toBe(2);
});

test('a body of more than 1,000,000 bytes: 413', async () => {
	expect(await receive({ rawBody: Buffer.alloc(1_000_000) })).toStrictEqual(EXECUTION);
	const tooLarge = await receive({ rawBody: Buffer.alloc(1_000_001) });
	expect(tooLarge).toStrictEqual(refusal(413, 'The body is too large'));
});

test.each([
	'application/json',
	'application/json; charset=utf-8',
	'Application/JSON ;charset=utf-8',
])('the Content-Type %j is JSON', async (contentType) => {
	expect(await receive({ headers: { 'content-type': contentType } })).toStrictEqual(EXECUTION);
});

test.each<[headers: Record<string, string>]>([
	[{ 'content-type': 'application/json-seq' }],
	[{ 'content-type': 'text/application/json' }],
	[{ 'content-type': 'application/x-www-form-urlencoded' }],
	[{ 'content-type': 'text/plain' }],
	[{ 'content-type': '' }],
	[{}],
])('%j: 415', async (headers) => {
	expect(await receive({ headers })).toStrictEqual(refusal(415, 'The body is not JSON'));
});

test('a caller without the secret gets 401, whatever else is wrong', async () => {
	const call = { query: {}, headers: {}, body: {}, rawBody: Buffer.alloc(1e7) };
	expect(await receive(call, { events: [] })).toStrictEqual(UNKNOWN);
});

test('the same call twice starts one execution, another one starts another', async () => {
	const trigger = await open();
	const [once, again] = [toCall(), toCall()];
	const receptions = [];
	for (const call of [once, once, again]) {
		const reception = await trigger.receive(call);
		reception.end(200);
		receptions.push(toVisible(reception));
	}
	expect(receptions).toStrictEqual([EXECUTION, NO_EXECUTION, EXECUTION]);
});

test.each([
	['could not process', 500],
	['may not have processed, as the caller hung up,', undefined],
])('a call that n8n %s is accepted when it is repeated', async (_what, status) => {
	const trigger = await open();
	const call = toCall();
	(await trigger.receive(call)).end(status);
	const second = await trigger.receive(call);
	expect(toVisible(second)).toStrictEqual(EXECUTION);
	second.end(200);
	expect(toVisible(await trigger.receive(call))).toStrictEqual(NO_EXECUTION);
});

test('a call is accepted when it is repeated if the caller hung up before it was looked at', async () => {
	const trigger = await open();
	const call = toCall();
	await trigger.receive(call, 'production', true);
	expect(toVisible(await trigger.receive(call))).toStrictEqual(EXECUTION);
});

test.each([
	['starts one execution if n8n processes it', 200, NO_EXECUTION, NO_EXECUTION],
	['starts one later if n8n does not', 500, EXECUTION, NO_EXECUTION],
])('a call that three webhooks make at the same time %s', async (_what, status, ...others) => {
	const trigger = await open();
	const call = toCall();
	const first = await trigger.receive(call);
	const waiting = [1, 2].map(async () => {
		const reception = await trigger.receive(call);
		reception.end(200);
		return toVisible(reception);
	});
	// Neither is decided before n8n has answered the first.
	expect(await Promise.race([...waiting, trigger.receive(toCall()).then(() => 'waits')])).toBe(
		'waits',
	);
	first.end(status);
	expect(toVisible(first)).toStrictEqual(EXECUTION);
	expect(await Promise.all(waiting)).toStrictEqual(others);
});

/** What the trigger has logged since the line with this index. */
const loggedSince = (first: number) =>
	log.slice(first).filter((line) => line.includes('Z-API Pin Message Trigger'));

test.each<[why: string, call: Partial<WebhookCall>, parameters: INodeParameters]>([
	['not from this instance', { body: { ...MESSAGE, instanceId: 'INSTANCE-2' } }, MESSAGES],
	['no event', { body: { ...MESSAGE, type: 'PresenceChatCallback' } }, MESSAGES],
	["filtered out by 'Events'", { body: PIN }, MESSAGES],
	["filtered out by 'Text Contains'", {}, { ...MESSAGES, options: { textContains: 'canary' } }],
	[
		'nested too deep',
		{ body: { ...MESSAGE, more: JSON.parse('['.repeat(60) + ']'.repeat(60)) } },
		{ ...MESSAGES, options: { simplify: false } },
	],
])('a dropped call leaves one debug line: %s', async (why, call, parameters) => {
	// It has warned before.
	await receive(call, parameters);
	const first = log.length;
	expect(await receive(call, parameters)).toStrictEqual(NO_EXECUTION);
	const lines = loggedSince(first);
	expect(lines).toStrictEqual([expect.stringContaining(`starts nothing with a call: ${why}`)]);
	expect(lines.join('')).not.toMatch(/canary|Hello|Ana|5511/);
});

test('a repeated call leaves one debug line', async () => {
	const trigger = await open();
	const call = toCall();
	(await trigger.receive(call)).end(200);
	const first = log.length;
	await trigger.receive(call);
	expect(loggedSince(first)).toStrictEqual([expect.stringContaining('with a call: repeated')]);
});

test.each<[what: string, call: Partial<WebhookCall>, advice: RegExp]>([
	['without a secret', { query: {} }, /proxy or tunnel before n8n cuts off the query/],
	['with a wrong secret', { query: { secret: 'x' } }, /unpublish and publish the workflow/],
	['that is not JSON', { headers: {} }, /proxy or tunnel before n8n changes its Content-Type/],
	['of another instance', { body: { ...MESSAGE, instanceId: '2' } }, /in the Z-API panel/],
])('a call %s leaves one warning in ten minutes for each trigger', async (what, call, advice) => {
	const now = jest.spyOn(Date, 'now').mockReturnValue(1_900_000_000_000);
	const openOne = async (id: string) =>
		await openTrigger(CREDENTIAL, MESSAGES, {
			loader,
			staticData: REGISTERED,
			n8n: 'n8n-1',
			workflow: { id: `${what} ${id}`, name: 'Notices' },
		});
	const [one, other] = [await openOne('1'), await openOne('2')];
	const warnings = async (trigger: typeof one) => {
		const first = log.length;
		await trigger.receive(toCall(call));
		return loggedSince(first).filter((line) => !line.includes('starts nothing'));
	};
	const [warning = '', ...more] = await warnings(one);
	expect(warning).toContain('ignored a call for the workflow “Notices”');
	expect(warning).toMatch(advice);
	expect(warning).not.toMatch(/canary/i);
	expect(more).toStrictEqual([]);
	expect(await warnings(one)).toStrictEqual([]);
	expect(await warnings(other)).toHaveLength(1);
	now.mockReturnValue(1_900_000_000_000 + 10 * 60_000);
	expect(await warnings(one)).toHaveLength(1);
	now.mockRestore();
});

test("Z-API's token among the headers is neither in the item nor in the log", async () => {
	const first = log.length;
	const headers = { 'content-type': 'application/json', 'z-api-token': 'canary-of-the-header' };
	const trigger = await open({ ...MESSAGES, options: { simplify: false } });
	for (const call of [{}, { query: {} }, { body: { ...MESSAGE, instanceId: '2' } }]) {
		const { result } = await trigger.receive(toCall({ ...call, headers }));
		expect(JSON.stringify(result)).not.toContain('canary');
	}
	expect(log.slice(first).join('')).not.toContain('canary');
});

test('the same call to another webhook is another call', async () => {
	const other = SECRET.replace(/.$/, 'y');
	const secretHash = createHash('sha256').update(other).digest('base64url');
	const staticData = { 'node:Trigger': { ...REGISTERED['node:Trigger'], secretHash } };
	const call = toCall();
	expect(await receive(call)).toStrictEqual(EXECUTION);
	expect(
		await receive({ ...call, query: { secret: other } }, MESSAGES, CREDENTIAL, staticData),
	).toStrictEqual(EXECUTION);
});

test('a repeated call during a test is not a duplicate', async () => {
	const trigger = await open();
	const call = toCall({ query: { secret: DERIVED } });
	for (const time of ['once', 'twice']) {
		expect([time, toVisible(await trigger.receive(call, 'test'))]).toStrictEqual([time, EXECUTION]);
	}
});

test.each<
	[
		what: string,
		credential: ICredentialDataDecryptedObject,
		parameters: INodeParameters,
		staticData: IDataObject,
		logged: string,
	]
>([
	[
		'a credential that n8n cannot decrypt',
		{
			get token(): string {
				throw new Error('Credentials could not be decrypted');
			},
		},
		MESSAGES,
		{},
		'Credentials could not be decrypted',
	],
	[
		'a credential that is not filled in',
		{},
		MESSAGES,
		{},
		"'Instance ID' is empty or not usable. Copy it from your instance in the Z-API panel",
	],
	[
		'settings that are wrong',
		CREDENTIAL,
		{ events: [] },
		REGISTERED,
		"'Events' is empty. Choose what starts the workflow.",
	],
])(
	'%s: 503, no execution, and the reason in the log only',
	async (_what, credential, parameters, staticData, logged) => {
		const firstLogLine = log.length;
		expect(await receive({}, parameters, credential, staticData)).toStrictEqual(
			refusal(503, 'Not ready'),
		);
		const lines = log.slice(firstLogLine).join('');
		expect(lines).toContain(`Z-API Pin Message Trigger can't receive a callback. ${logged}`);
		expect(lines).not.toMatch(/canary/i);
	},
);

/** A callback in which any field may be of any type, or absent. */
const hostile = (callback: IDataObject) => {
	const names = Object.keys(callback).filter((name) => name !== 'instanceId' && name !== 'type');
	const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.double(), fc.bigInt().map(Number));
	const other = fc.dictionary(
		fc.oneof(fc.constantFrom('__proto__', 'constructor'), fc.string()),
		value,
	);
	const changes = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1 });
	return fc.tuple(changes, other).map(([changed, more]) => {
		const text = JSON.stringify({ ...callback, ...changed, more }).slice(0, -1);
		// As a body arrives: with `__proto__` as a field of its own.
		return JSON.parse(`${text},"__proto__":{"fromMe":true}}`);
	});
};

const EVERYTHING = {
	events: [
		'messageReceived',
		'messagePinned',
		'messageUnpinned',
		'messageSent',
		'sendingFailed',
		'otherActivity',
		'reactionReceived',
		'instanceConnected',
	],
	sentByMe: 'all',
	chats: [] as string[],
};

test('for any body, nothing is thrown, and the output has the documented types', async () => {
	const trigger = await open({ ...EVERYTHING, options: { textContains: '' } });
	const strict = await open({
		...EVERYTHING,
		chats: ['5511999999999'],
		options: { textContains: 'a', chatType: ['private'] },
	});
	const body = fc.oneof(
		...[MESSAGE, PIN, REACTION, VOTE, DELIVERY, CONNECTED].map(hostile),
		fc.jsonValue({ maxDepth: 10 }),
	);
	await fc.assert(
		fc.asyncProperty(body, async (hostileBody) => {
			(await strict.receive(toCall({ body: hostileBody }))).end(200);
			const { result, status, end } = await trigger.receive(toCall({ body: hostileBody }));
			end(200);
			expect(status).toBeUndefined();
			for (const { json } of result.workflowData?.[0] ?? []) {
				const { sender, pin, isGroup, sentByMe, isEdit, ...texts } = json;
				for (const text of Object.values({ ...texts, ...Object(sender) })) {
					expect(typeof text).toBe('string');
				}
				for (const flag of [isGroup, sentByMe, isEdit])
					expect([true, false, undefined]).toContain(flag);
				expect(
					Object.values(Object(pin)).every((value) => /^(string|number)$/.test(typeof value)),
				).toBe(true);
				if (json.event !== 'instanceConnected') expect(json.chat).not.toBe('');
			}
		}),
		{ numRuns: 500 },
	);
});

test('a callback that is nested too deep for n8n starts nothing', async () => {
	const whole = { ...MESSAGES, options: { simplify: false } };
	const nest = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
	expect(await receive({ body: { ...toNew(), more: nest(40) } }, whole)).toStrictEqual(EXECUTION);
	expect(await receive({ body: { ...toNew(), more: nest(60) } }, whole)).toStrictEqual(
		NO_EXECUTION,
	);
	const rawBody = Buffer.from('x');
	const deepest = { body: { ...toNew(), more: nest(200_000) }, rawBody };
	expect(await receive(deepest, whole)).toStrictEqual(NO_EXECUTION);
	// None of it comes into the output otherwise.
	expect(await receive(deepest)).toStrictEqual(EXECUTION);
});

test.each(['{', '', '[', '"', 'null', '1e999', '{"__proto__":null}'])(
	'a body that n8n reads as %j starts nothing',
	async (text) => {
		expect(await receive({ body: text, rawBody: Buffer.from(text) })).toStrictEqual(NO_EXECUTION);
	},
);
