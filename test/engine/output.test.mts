import { credentialOf } from '../../sandbox/account.mts';
import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { runPinNode } from '../support/engine.mts';
import { speedUpClock } from '../support/fastClock.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();

const DAY_MS = 24 * 60 * 60 * 1000;
const { phone: CHAT, messageId: MESSAGE_ID } = DEMO_MESSAGE;

const DEMO = {
	phone: { __rl: true, mode: 'id', value: CHAT.replace('-group', '@g.us') },
	messageId: ` ${MESSAGE_ID} `,
};

const statusRequests = () => sandbox.requests.filter(({ path }) => path === '/status');

test.each([
	['24_hours', DAY_MS],
	['7_days', 7 * DAY_MS],
	['30_days', 30 * DAY_MS],
])('a pin for %s outputs the chat, the message and the expiry', async (duration, durationMs) => {
	const before = Date.now();
	const { items, hints } = await runPinNode(credentialOf(sandbox), { ...DEMO, duration });
	const response = { zaapId: expect.any(String), messageId: expect.any(String) };
	const json = items?.[0]?.json ?? {};
	expect(json).toStrictEqual({
		action: 'pin',
		chat: CHAT,
		state: 'accepted',
		messageId: MESSAGE_ID,
		duration,
		expiresAt: expect.any(String),
		response: expect.objectContaining(response),
	});
	const expiresAt = Date.parse(String(json.expiresAt));
	expect(new Date(expiresAt).toISOString()).toBe(json.expiresAt);
	expect(expiresAt - durationMs).toBeGreaterThanOrEqual(before);
	expect(expiresAt - durationMs).toBeLessThanOrEqual(Date.now());
	expect(Object.keys(json)).toStrictEqual([
		'action',
		'chat',
		'state',
		'messageId',
		'duration',
		'expiresAt',
		'response',
	]);
	expect(hints).toStrictEqual([]);
});

test('an unpin outputs the chat and the message', async () => {
	const { items } = await runPinNode(credentialOf(sandbox), { ...DEMO, operation: 'unpin' });
	expect(items?.[0]?.json).toStrictEqual({
		action: 'unpin',
		chat: CHAT,
		messageId: MESSAGE_ID,
		state: 'accepted',
		response: expect.any(Object),
	});
});

test("chat and messageId of a pin's output unpin the message", async () => {
	const { items = [] } = await runPinNode(credentialOf(sandbox), DEMO);
	expect(sandbox.chats.get(CHAT).pins).toHaveLength(1);
	const { error } = await runPinNode(
		credentialOf(sandbox),
		{
			operation: 'unpin',
			phone: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
			messageId: '={{ $json.messageId }}',
		},
		{ items: items.map(({ json }) => json) },
	);
	expect(error).toBeUndefined();
	expect(sandbox.chats.get(CHAT).pins).toHaveLength(0);
});

test('an execution requests the status of the connection once', async () => {
	sandbox.faults.latencyMs = 100;
	const phone = { __rl: true, mode: 'id', value: '={{ $json.chat }}' };
	const items = ['5511999999991', '5511999999992', '5511999999993'].map((chat) => ({ chat }));
	await runPinNode(credentialOf(sandbox), { phone }, { items });
	expect(statusRequests()).toHaveLength(1);
	expect(pinsSent(sandbox)).toHaveLength(3);
	expect(sandbox.mostInFlight).toBe(4);
});

test.each(['notConnected', 'sessionToRestore'] as const)(
	'while the instance is %s, accepted items have the state queued and no expiry, and a hint says so',
	async (connection) => {
		sandbox.instance.connection = connection;
		const { items, hints } = await runPinNode(credentialOf(sandbox), DEMO, { items: [{}, {}] });
		expect(items?.map(({ json }) => json.state)).toStrictEqual(['queued', 'queued']);
		expect(items?.[0]?.json).not.toHaveProperty('expiresAt');
		expect(hints).toStrictEqual([
			expect.stringMatching(/not connected .+1,000 .+until it is connected again/),
		]);
		expect(sandbox.queue.waiting).toHaveLength(2);
		sandbox.instance.connection = 'connected';
		expect(sandbox.chats.get(CHAT).pins).toMatchObject([{ messageId: MESSAGE_ID }]);
	},
);

/** Responds to the first status request with one connection, and changes it while the items take long. */
const statusChanges = async (from: boolean, to: boolean) => {
	const status = (connected: boolean) => ({ status: 200, body: { connected, error: '' } });
	sandbox.faults.set(
		{ path: '/status', times: 1, response: status(from) },
		{ path: '/status', response: status(to) },
		{
			path: '/pin-message',
			times: 1,
			response: { status: 429, headers: { 'retry-after': '6' } },
		},
	);
	speedUpClock();
	const { items } = await runPinNode(credentialOf(sandbox), DEMO);
	expect(statusRequests()).toHaveLength(2);
	return items?.[0]?.json;
};

test.each([
	[true, false],
	[false, true],
])(
	'if the connection changes from %s to %s, neither queued nor an expiry is claimed',
	async (from, to) => {
		const json = await statusChanges(from, to);
		expect(json?.state).toBe('accepted');
		expect(json).not.toHaveProperty('expiresAt');
	},
);

test('a status that comes later than the responses is waited for', async () => {
	sandbox.instance.connection = 'notConnected';
	sandbox.faults.set({
		path: '/pin-message',
		response: { status: 200, body: { messageId: 'E1' } },
	});
	sandbox.faults.latencyMs = 500;
	const { items } = await runPinNode(credentialOf(sandbox), DEMO);
	expect(items?.[0]?.json.state).toBe('queued');
	expect(items?.[0]?.json).not.toHaveProperty('expiresAt');
});

test('the status may be text', async () => {
	const body = { connected: 'false', error: 'You are not connected.' };
	sandbox.faults.set({ path: '/status', response: { status: 200, body } });
	const { items } = await runPinNode(credentialOf(sandbox), {});
	expect(items?.[0]?.json.state).toBe('queued');
});

const STOP = { options: { ifNotConnected: 'stop' } };

test('the status may be in the text only', async () => {
	const body = { error: 'You are not connected.' };
	sandbox.faults.set({ path: '/status', response: { status: 200, body } });
	const { error } = await runPinNode(credentialOf(sandbox), STOP);
	expect(error?.message).toMatch(/^The Z-API instance is not connected to WhatsApp/);
	expect(pinsSent(sandbox)).toHaveLength(0);
});

test('`connected: false` is enough, whatever the text', async () => {
	const body = { connected: false, error: 'You must subscribe to this instance again' };
	sandbox.faults.set({ path: '/status', response: { status: 200, body } });
	const { error } = await runPinNode(credentialOf(sandbox), STOP);
	expect(error?.message).toBeDefined();
	expect(pinsSent(sandbox)).toHaveLength(0);
	const { items } = await runPinNode(credentialOf(sandbox), {});
	expect(items?.[0]?.json.state).toBe('queued');
});

const UNREADABLE = [
	['503', { status: 503, body: { connected: false } }],
	['HTML', { status: 200, body: '<html>' }],
	['a response without a status', { status: 200, body: { error: 'You are already connected.' } }],
	['a closed connection', 'reset' as const],
	['silence', 'silence' as const],
] as const;

test.each(UNREADABLE)('an unreadable status changes nothing: %s', async (_what, response) => {
	sandbox.faults.set({ path: '/status', response });
	for (const ifNotConnected of ['queue', 'stop']) {
		const options = { ifNotConnected, timeout: 1 };
		const { items, hints } = await runPinNode(credentialOf(sandbox), { options });
		expect([items?.[0]?.json.state, hints]).toStrictEqual(['accepted', []]);
	}
});

test.each([
	['notConnected', 'The Z-API instance is not connected to WhatsApp', /scan the QR code/],
	[
		'sessionToRestore',
		'The WhatsApp session of the Z-API instance has to be',
		/restore its session/,
	],
] as const)(
	'If Not Connected: Stop checks first, sends nothing and says what to do: %s',
	async (connection, what, advice) => {
		sandbox.instance.connection = connection;
		const items = [{ n: 0 }, { n: 1 }];
		const stopped = await runPinNode(credentialOf(sandbox), STOP, { items });
		expect(stopped.error?.message).toContain(what);
		expect(stopped.error?.description).toMatch(advice);
		expect(stopped.error?.description).toMatch(/Nothing was sent\.$/);
		const continued = await runPinNode(credentialOf(sandbox), STOP, {
			items,
			onError: 'continueErrorOutput',
		});
		expect(continued.errorItems?.map(({ json }) => json)).toStrictEqual(
			items.map((input) => ({
				...input,
				error: expect.stringMatching(new RegExp(`^${what}[^[]*$`)),
				description: expect.stringMatching(advice),
				code: connection,
				temporary: false,
				action: 'pin',
				chat: '5511999999999',
				messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
			})),
		);
		expect(pinsSent(sandbox)).toHaveLength(0);
		expect(statusRequests()).toHaveLength(2);
	},
);

test('If Not Connected: Stop checks once and continues if the instance is connected', async () => {
	const { items } = await runPinNode(credentialOf(sandbox), STOP, { items: [{}, {}] });
	expect(items?.map(({ json }) => json.state)).toStrictEqual(['accepted', 'accepted']);
	expect(sandbox.requests.map(({ path }) => path)).toStrictEqual([
		'/status',
		'/pin-message',
		'/pin-message',
	]);
});

test('the 1,001st entry for a disconnected instance is refused, as its queue is full', async () => {
	sandbox.instance.connection = 'notConnected';
	const entry = {
		zaapId: '',
		messageId: '',
		phone: CHAT,
		what: '',
		created: 0,
		send: () => undefined,
	};
	for (let index = 0; index < 999; index++) sandbox.queue.add(entry);
	const { items } = await runPinNode(
		credentialOf(sandbox),
		{},
		{ items: [{}, {}], onError: 'continueRegularOutput' },
	);
	expect(items?.map(({ json }) => json.code ?? json.state)).toStrictEqual(['queued', 'notQueued']);
	expect(items?.[1]?.json).toMatchObject({ temporary: false });
});

const TAKEN = {
	error: 'mine',
	chat: 'mine',
	messageId: 'mine',
	description: 'mine',
	name: 'Bloco A',
};

test('Include Input Fields outputs the fields of the input first, and those of the node in zApi', async () => {
	const options = { includeInputFields: true };
	const { items } = await runPinNode(
		credentialOf(sandbox),
		{ ...DEMO, options },
		{ items: [TAKEN] },
	);
	const json = items?.[0]?.json ?? {};
	expect(json).toMatchObject({ ...TAKEN, zApi: { chat: CHAT, messageId: MESSAGE_ID } });
	expect(Object.keys(json)).toStrictEqual([...Object.keys(TAKEN), 'zApi']);
});

test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'Include Input Fields replaces no field of the input if an item fails: %s',
	async (onError) => {
		const options = { includeInputFields: true };
		const parameters = { ...DEMO, messageId: '={{ "" }}', options };
		const { items, errorItems } = await runPinNode(credentialOf(sandbox), parameters, {
			items: [TAKEN],
			onError,
		});
		const [item] = (onError === 'continueErrorOutput' ? errorItems : items) ?? [];
		expect(item?.json).toStrictEqual({
			...TAKEN,
			zApi: {
				error: "'Message ID' is empty",
				description: expect.stringContaining('Check the expression'),
				code: 'invalidParameter',
				temporary: false,
				action: 'pin',
				chat: CHAT,
				messageId: null,
			},
		});
	},
);

test.each([
	['an invalid credential', { token: '' }, {}],
	['another invalid option', {}, { retries: 99 }],
])('with %s, Include Input Fields outputs the fields of the input', async (_what, fields, more) => {
	const options = { includeInputFields: true, ...more };
	const { items } = await runPinNode(
		{ ...credentialOf(sandbox), ...fields },
		{ ...DEMO, options },
		{ items: [TAKEN], onError: 'continueRegularOutput' },
	);
	expect(items?.map(({ json }) => json)).toStrictEqual([
		{ ...TAKEN, zApi: expect.objectContaining({ code: 'invalidParameter', chat: CHAT }) },
	]);
});

test('a broken expression in Include Input Fields is a failed item', async () => {
	const options = { includeInputFields: "={{ $('Gone').item.json.x }}" };
	const { items } = await runPinNode(
		credentialOf(sandbox),
		{ ...DEMO, options },
		{ items: [TAKEN], onError: 'continueRegularOutput' },
	);
	expect(items?.map(({ json }) => json)).toMatchObject([{ code: 'unexpected', chat: CHAT }]);
	expect(sandbox.requests).toHaveLength(0);
});

test('without Include Input Fields, the error output replaces fields of the input by those of the failure', async () => {
	const parameters = { ...DEMO, messageId: '={{ "" }}' };
	const { errorItems } = await runPinNode(credentialOf(sandbox), parameters, {
		items: [TAKEN],
		onError: 'continueErrorOutput',
	});
	expect(errorItems?.[0]?.json).toMatchObject({
		name: 'Bloco A',
		messageId: null,
		chat: CHAT,
		code: 'invalidParameter',
		error: "'Message ID' is empty",
	});
});

test.each<[name: string, advice: RegExp, parameters: object, identity: object]>([
	[
		"'Message ID' is empty",
		/^Check the expression\. .+ not zaapId\.$/,
		{ messageId: '={{ $json.none }}' },
		{ action: 'pin', chat: CHAT, messageId: null },
	],
	[
		"'Chat' is neither",
		/^Use a phone number .+ LID \(\d+@lid\)\.$/,
		{ phone: { __rl: true, mode: 'id', value: '={{ "Ana" }}' } },
		{ action: 'pin', chat: null, messageId: MESSAGE_ID },
	],
	[
		"'Message ID' is empty",
		/^Check the expression\./,
		{ messageId: '={{ $nowhere.at() }}' },
		{ action: 'pin', chat: CHAT, messageId: null },
	],
	[
		"'Operation' has an unknown value",
		/^Use one of: pin, sendAndPin, unpin\.$/,
		{ operation: '={{ "remove" }}' },
		{ action: null, chat: null, messageId: null },
	],
	[
		"'Resource' has an unknown value",
		/^Use one of: /,
		{ resource: '={{ "none" }}' },
		{ action: null, chat: null, messageId: null },
	],
	[
		"'Retries' is out of range",
		/^Use a whole number from 0 to 10\.$/,
		{ options: { retries: 99 } },
		{ action: 'pin', chat: CHAT, messageId: MESSAGE_ID },
	],
])('%s: the item says how to go on, and has its valid parameters', async (...row) => {
	const [message, advice, parameters, identity] = row;
	const { items } = await runPinNode(
		credentialOf(sandbox),
		{ ...DEMO, ...parameters },
		{ onError: 'continueRegularOutput' },
	);
	expect(items?.[0]?.json).toStrictEqual({
		error: expect.stringContaining(message),
		description: expect.stringMatching(advice),
		code: 'invalidParameter',
		temporary: false,
		...identity,
	});
});

const OPERATIONS = [
	{ operation: 'pin' },
	{ operation: 'unpin' },
	{ operation: 'sendAndPin', text: 'Hi' },
	{ resource: 'chat', operation: 'getAll', filter: '', chatType: 'all', limit: 5 },
	{ resource: 'instance', operation: 'getStatus' },
	{ operation: '={{ "remove" }}' },
	{ resource: '={{ "none" }}' },
];
const CREDENTIALS = { valid: {}, invalid: { token: '' } };

test.each(OPERATIONS)(
	"a failed item never shows the input's fields as its own: %j",
	async (one) => {
		sandbox.faults.set({ response: KNOWN_FAULTS.subscriptionLapsed });
		const taken = { ...TAKEN, action: 'mine', code: 'mine', temporary: 'mine' };
		const parameters = { ...DEMO, messageId: '={{ "" }}', ...one };
		for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
			for (const fields of Object.values(CREDENTIALS)) {
				const credential = { ...credentialOf(sandbox), ...fields };
				const { items, errorItems } = await runPinNode(credential, parameters, {
					items: [taken],
					onError,
				});
				const [json] = [...(items ?? []), ...(errorItems ?? [])].map((item) => item.json);
				const isSeparate = onError === 'continueErrorOutput';
				expect(json?.name).toBe(isSeparate ? 'Bloco A' : undefined);
				expect(Object.values({ ...json })).not.toContain('mine');
				expect(json).toMatchObject({ messageId: null, temporary: false });
			}
		}
	},
);

test('with an invalid credential, each item fails with its parameters', async () => {
	const { items } = await runPinNode({ ...credentialOf(sandbox), token: '' }, DEMO, {
		onError: 'continueRegularOutput',
	});
	expect(items?.[0]?.json).toMatchObject({
		code: 'invalidParameter',
		action: 'pin',
		chat: CHAT,
		messageId: MESSAGE_ID,
		error: expect.stringMatching(/^'Instance Token' is empty/),
	});
	expect(sandbox.requests).toHaveLength(0);
});

test('the status is not requested if there is nothing to send', async () => {
	const parameters = { ...DEMO, messageId: '={{ "" }}' };
	await runPinNode(credentialOf(sandbox), parameters, { onError: 'continueRegularOutput' });
	expect(sandbox.requests).toHaveLength(0);
});

test('a failed item says whether a retry may help', async () => {
	speedUpClock();
	const codes = [];
	for (const response of [{ status: 429 }, KNOWN_FAULTS.subscriptionLapsed]) {
		sandbox.faults.set({ path: '/pin-message', response });
		const options = { retries: 0 };
		const { items } = await runPinNode(
			credentialOf(sandbox),
			{ options },
			{
				onError: 'continueRegularOutput',
			},
		);
		codes.push([items?.[0]?.json.code, items?.[0]?.json.temporary]);
	}
	expect(codes).toStrictEqual([
		['tooManyRequests', true],
		['subscriptionLapsed', false],
	]);
});

test('a hint says what slowed the execution down', async () => {
	speedUpClock();
	const headers = { 'retry-after': '1' };
	sandbox.faults.set({ path: '/pin-message', times: 1, response: { status: 429, headers } });
	const { hints } = await runPinNode(credentialOf(sandbox), {});
	expect(hints).toStrictEqual([
		'Z-API was busy or asked for fewer requests once, so the node waited 1 s in total.',
	]);
});

test('a hint says that a chat has more pins than it holds', async () => {
	const { hints } = await runPinNode(
		credentialOf(sandbox),
		{ messageId: '={{ $json.id }}' },
		{ items: [{ id: 'A1' }, { id: 'B2' }, { id: 'C3' }, { id: 'D4' }] },
	);
	expect(hints).toStrictEqual([expect.stringMatching(/^More than 3 pins .+ newest 3 of a chat/)]);
});
