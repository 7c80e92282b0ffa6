import { createHmac } from 'node:crypto';
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import { ZApi } from '../../credentials/ZApi.credentials';
import { ZApiPinMessageTrigger } from '../../nodes/ZApiPinMessageTrigger/ZApiPinMessageTrigger.node';
import { CANARIES } from '../support/canaries.mts';
import { log, openTrigger, type Reception, type WebhookCall } from '../support/engine.mts';

const toClass = <T extends ICredentialType | INodeType>(type: T) => ({ type, sourcePath: '' });

/** The sources, so that a change needs no build to be tested. */
const loader = {
	getNode: () => toClass(new ZApiPinMessageTrigger()),
	getCredential: () => toClass(new ZApi()),
};

const CREDENTIAL = { ...CANARIES, baseUrl: 'https://zapi.test' };

const CALLBACK = {
	type: 'ReceivedCallback',
	instanceId: CANARIES.instanceId,
	phone: '5511999999999',
	messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
	fromMe: false,
	momment: 1700000000000,
	text: { message: 'Hello' },
};

const PIN = {
	...CALLBACK,
	pinMessage: { action: 'pin', referencedMessage: { messageId: '3EB0796DC6B777C0C7CD' } },
};

const MESSAGES = { events: ['messageReceived'] };

/** Of the webhook with the ID hook-1 and the canary as instance token; see `toWebhookUrl`. */
const SECRET = createHmac('sha256', CANARIES.token).update('/hook-1/received').digest('base64url');

/** Makes a call that is right, but for these parts. */
async function receive(
	call: Partial<WebhookCall> = {},
	parameters: INodeParameters = MESSAGES,
	credential: ICredentialDataDecryptedObject = CREDENTIAL,
): Promise<Reception> {
	const trigger = await openTrigger(credential, parameters, { loader });
	return await trigger.receive({
		query: { secret: SECRET },
		headers: { 'content-type': 'application/json' },
		body: CALLBACK,
		rawBody: Buffer.from('as n8n keeps it'),
		...call,
	});
}

const refusal = (status: number, message: string) => ({
	...{ status, response: { message }, result: { noWebhookResponse: true } },
});

const NO_EXECUTION = { result: {} };

test('a callback of the instance starts the workflow, as it came', async () => {
	expect(await receive()).toStrictEqual({ result: { workflowData: [[{ json: CALLBACK }]] } });
});

test('a pin comes with what was pinned', async () => {
	const { result } = await receive({ body: PIN }, { events: ['messagePinned'] });
	const pin = { action: 'pin', messageId: '3EB0796DC6B777C0C7CD' };
	expect(result).toStrictEqual({ workflowData: [[{ json: { ...PIN, pin } }]] });
});

test('a callback that is not wanted is taken, and starts nothing', async () => {
	expect(await receive({ body: PIN })).toStrictEqual(NO_EXECUTION);
	expect(await receive({}, { events: ['messagePinned'] })).toStrictEqual(NO_EXECUTION);
});

test('the settings decide what is wanted', async () => {
	const options = {
		chats: { values: [{ chat: { __rl: true, mode: 'id', value: '5511000000000' } }] },
	};
	expect(await receive({}, { ...MESSAGES, options })).toStrictEqual(NO_EXECUTION);
});

test.each<[what: string, query: IDataObject]>([
	['no secret', {}],
	['an empty secret', { secret: '' }],
	['another secret of the same length', { secret: SECRET.replace(/.$/, '!') }],
	['the beginning of the secret', { secret: SECRET.slice(0, -1) }],
	['more than the secret', { secret: `${SECRET}A` }],
	['the secret twice', { secret: [SECRET, SECRET] }],
	['the secret in an object', { secret: { 0: SECRET } }],
	['the secret under another name', { token: SECRET }],
	['the instance token itself', { secret: CANARIES.token }],
])('%s: 401', async (_what, query) => {
	expect(await receive({ query })).toStrictEqual(refusal(401, 'The secret is missing or wrong'));
});

test('a secret is of one webhook and one instance token', async () => {
	const unknown = refusal(401, 'The secret is missing or wrong');
	expect(await receive({}, MESSAGES, { ...CREDENTIAL, token: 'another-token' })).toStrictEqual(
		unknown,
	);
	const other = await openTrigger(CREDENTIAL, MESSAGES, { loader, webhookId: 'hook-2' });
	const call = { query: { secret: SECRET }, headers: {}, body: CALLBACK };
	expect(await other.receive(call)).toStrictEqual(unknown);
});

test('a body of more than 1,000,000 bytes: 413', async () => {
	const taken = await receive({ rawBody: Buffer.alloc(1_000_000) });
	expect(taken.result).toHaveProperty('workflowData');
	const tooLarge = await receive({ rawBody: Buffer.alloc(1_000_001) });
	expect(tooLarge).toStrictEqual(refusal(413, 'The body is too large'));
});

test.each([
	'application/json',
	'application/json; charset=utf-8',
	'Application/JSON ;charset=utf-8',
])('the Content-Type %j is JSON', async (contentType) => {
	const { result } = await receive({ headers: { 'content-type': contentType } });
	expect(result).toHaveProperty('workflowData');
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

test.each<[what: string, body: unknown]>([
	['another callback', { ...CALLBACK, type: 'DeliveryCallback' }],
	['no type', { ...CALLBACK, type: undefined }],
	['a list of callbacks', [CALLBACK]],
	['text', 'ReceivedCallback'],
	['nothing', null],
])('%s: 400', async (_what, body) => {
	expect(await receive({ body })).toStrictEqual(refusal(400, 'Not a ReceivedCallback'));
});

test.each([['INSTANCE-2'], ['instance-1'], [''], [undefined], [['INSTANCE-1']]])(
	'a callback of the instance %j: 403',
	async (instanceId) => {
		expect(await receive({ body: { ...CALLBACK, instanceId } })).toStrictEqual(
			refusal(403, 'Another instance'),
		);
	},
);

test('of two things that are wrong, a caller without the secret learns neither', async () => {
	const reception = await receive({ query: {}, headers: {}, body: {}, rawBody: Buffer.alloc(1e7) });
	expect(reception.status).toBe(401);
});

test.each<
	[
		what: string,
		credential: ICredentialDataDecryptedObject,
		parameters: INodeParameters,
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
		'Credentials could not be decrypted',
	],
	[
		'a credential that is not filled in',
		{},
		MESSAGES,
		'Instance ID is empty or not usable. Copy it from your instance in the Z-API panel',
	],
	[
		'settings that are wrong',
		CREDENTIAL,
		{ events: [] },
		'Events is empty. Choose what starts the workflow.',
	],
])(
	'%s: 503, no execution, and the reason in the log only',
	async (_what, credential, parameters, logged) => {
		const firstLogLine = log.length;
		expect(await receive({}, parameters, credential)).toStrictEqual(refusal(503, 'Not ready'));
		const lines = log.slice(firstLogLine).join('');
		expect(lines).toContain(`Z-API Pin Message Trigger can't receive a callback. ${logged}`);
		expect(lines).not.toMatch(/canary/i);
		expect(lines).not.toContain(SECRET);
	},
);

test("settings that are wrong are nobody's business who has no secret", async () => {
	expect((await receive({ query: {} }, { events: [] })).status).toBe(401);
});
