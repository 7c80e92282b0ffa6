import { credentialOf } from '../../sandbox/account.mts';
import { type Fault, FAULTS_AFTER_ACCEPTANCE, KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { CANARIES } from '../support/canaries.mts';
import { log, runPinNode } from '../support/engine.mts';
import { speedUpClock } from '../support/fastClock.mts';
import { findUntruths, SEND_AND_PIN, toNotices } from '../support/notices.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';
import { checkTruth } from '../support/truth.mts';

const sandbox = useSandbox();

const textsSent = () =>
	sandbox.requests
		.filter(({ path }) => path === '/send-text')
		.map(({ body }) => (body as { message: string }).message);

const run = async (parameters: object = {}, options: Parameters<typeof runPinNode>[2] = {}) =>
	await runPinNode(
		credentialOf(sandbox),
		{ ...SEND_AND_PIN, ...parameters },
		{ items: toNotices(1), ...options },
	);

const runAndContinue = async (parameters: object = {}, items = toNotices(1)) =>
	await run(parameters, { items, onError: 'continueRegularOutput' });

const chatOf = ({ chat } = toNotices(1)[0] ?? { chat: '' }) => sandbox.chats.get(chat);

test('a text is sent and pinned, and the output names the sent message', async () => {
	const { items, hints } = await run({ duration: '24_hours' });
	const [message] = chatOf().messages;
	expect(message).toMatchObject({ text: 'Notice 0', fromApi: true });
	expect(chatOf().pins).toMatchObject([{ messageId: message?.messageId }]);
	const response = { zaapId: expect.any(String), messageId: expect.any(String) };
	expect(items?.map(({ json }) => json)).toStrictEqual([
		{
			action: 'sendAndPin',
			chat: '5511900000001',
			messageId: message?.messageId,
			duration: '24_hours',
			expiresAt: expect.any(String),
			state: 'accepted',
			response: {
				send: expect.objectContaining(response),
				pin: expect.objectContaining(response),
			},
		},
	]);
	expect(hints).toStrictEqual([]);
});

test('the text is sent unchanged, with delays only if they are set', async () => {
	const text = ' *Bold*\n\n📌 "quoted" ';
	await run({ text });
	await run({ text, options: { delayMessage: '={{ $itemIndex + 3 }}', delayTyping: 15 } });
	const sends = sandbox.requests.filter(({ path }) => path === '/send-text');
	expect(sends.map(({ body }) => body)).toStrictEqual([
		{ phone: '5511900000001', message: text },
		{ phone: '5511900000001', message: text, delayMessage: 3, delayTyping: 15 },
	]);
});

test('each item has its own delays', async () => {
	const options = { delayTyping: '={{ $itemIndex + 1 }}' };
	await run({ options }, { items: toNotices(2) });
	const sends = sandbox.requests.filter(({ path }) => path === '/send-text');
	expect(sends.map(({ body }) => body)).toMatchObject([{ delayTyping: 1 }, { delayTyping: 2 }]);
});

test('while the instance is not connected, nothing is sent by default; with Queue, both have the state queued', async () => {
	sandbox.instance.connection = 'notConnected';
	const stopped = await run();
	expect(stopped.error?.message).toBe('The Z-API instance is not connected to WhatsApp');
	expect(textsSent()).toHaveLength(0);
	const { items, hints } = await run({ options: { ifNotConnected: 'queue' } });
	expect(items?.[0]?.json).toMatchObject({ state: 'queued', messageId: expect.any(String) });
	expect(items?.[0]?.json).not.toHaveProperty('expiresAt');
	expect(hints.join()).toMatch(/not connected/);
	sandbox.instance.connection = 'connected';
	expect(chatOf().pins).toMatchObject([{ messageId: items?.[0]?.json.messageId }]);
});

test('texts for one chat are sent and pinned in the order of the items', async () => {
	sandbox.faults.latencyMs = 10;
	sandbox.faults.set({ path: '/pin-message', every: 2, once: true, response: { status: 500 } });
	await run({}, { items: toNotices(12, 2) });
	for (const chat of toNotices(2)) {
		const { messages, pins } = chatOf(chat);
		const numbers = messages.map(({ text }) => Number(text.replace('Notice ', '')));
		expect(numbers).toStrictEqual([...numbers].sort((one, other) => one - other));
		expect(numbers).toHaveLength(6);
		const newest = messages.slice(-3).map(({ messageId }) => messageId);
		expect(pins.map(({ messageId }) => messageId)).toStrictEqual(newest);
	}
});

test.each<[parameters: object, message: string]>([
	[{ text: '={{ "" }}' }, "'Text' is empty"],
	[{ text: '={{ $json.missing }}' }, "'Text' is neither text nor a number"],
	[{ phone: { __rl: true, mode: 'id', value: '={{ "" }}' } }, "'Chat' is empty"],
	[{ duration: 'for ever' }, "'Duration' has an unknown value"],
	[{ options: { delayTyping: 16 } }, "'Delay Typing' is out of range"],
])('%j is refused, and nothing is sent', async (parameters, message) => {
	const { error } = await run(parameters);
	expect(error?.message).toBe(message);
	expect(error?.description).toMatch(/^[A-Z].*\.$/);
	expect(sandbox.requests).toHaveLength(0);
});

const SENT_ONLY = 'Z-API accepted the message, but not its pin';
const UNCONFIRMED = 'Z-API accepted the message, but its pin is not confirmed';
const PERHAPS_SENT = 'The message may have been sent';

/** What goes wrong every time, and what becomes of it: in sending, and in pinning. */
const FAULTS: Array<[what: string, fault: Omit<Fault, 'path'>, sending: string, retried: boolean]> =
	[
		['HTTP 500', { response: { status: 500 } }, PERHAPS_SENT, true],
		['HTTP 502 with a web page', { response: { status: 502, body: '<html>' } }, PERHAPS_SENT, true],
		// Refusals have further retries, which take time.
		['HTTP 503', { response: { status: 503 }, isDone: true }, PERHAPS_SENT, false],
		['HTTP 504', { response: { status: 504 } }, PERHAPS_SENT, true],
		['HTTP 408', { response: { status: 408 } }, PERHAPS_SENT, true],
		['a reset', { response: 'reset' }, PERHAPS_SENT, true],
		['a reset in the response', { response: 'resetMidResponse', isDone: true }, PERHAPS_SENT, true],
		['silence', { response: 'silence' }, PERHAPS_SENT, true],
		['an empty response', { response: { status: 200 } }, PERHAPS_SENT, true],
		['a web page', { response: { status: 200, body: '<html>' }, isDone: true }, PERHAPS_SENT, true],
		['no message ID', { response: { status: 200, body: { n: '1' } } }, PERHAPS_SENT, true],
		['a blank message ID', { response: { status: 200, body: { id: ' ' } } }, PERHAPS_SENT, true],
		[
			'a false one',
			{ response: { status: 200, body: { messageId: 'false' } } },
			PERHAPS_SENT,
			true,
		],
		['a rounded one', { response: { status: 200, body: { id: 2 ** 60 } } }, PERHAPS_SENT, true],
		['HTTP 503 with its ID', FAULTS_AFTER_ACCEPTANCE.id503, PERHAPS_SENT, true],
		[
			'a message ID that is none',
			{ response: { status: 200, body: { messageId: { a: 1 } } } },
			PERHAPS_SENT,
			true,
		],
		[
			'a lapsed subscription',
			{ response: KNOWN_FAULTS.subscriptionLapsed },
			'The subscription of the Z-API instance has lapsed',
			false,
		],
		[
			'HTTP 400',
			{ response: { status: 400, body: { error: 'no' } } },
			'Z-API refused the request',
			false,
		],
		[
			'HTTP 200 with an error',
			{ response: KNOWN_FAULTS.errorWithSuccessStatus },
			'Z-API refused the request',
			false,
		],
		[
			'a redirect',
			{ response: { status: 307, headers: { location: 'http://127.0.0.1:9' } } },
			"The URL in 'Base URL' redirects to another one",
			false,
		],
	];

const QUICK = { retries: 1, timeout: 10 };

test.each(FAULTS)('%s in sending: neither sent again nor pinned', async (_what, fault, message) => {
	speedUpClock();
	sandbox.faults.set({ ...fault, path: '/send-text' });
	const { items = [] } = await runAndContinue({ options: QUICK });
	const json = items[0]?.json ?? {};
	expect(json).toMatchObject({ error: message, temporary: false, chat: '5511900000001' });
	expect(json.messageId).toBeNull();
	if (message === PERHAPS_SENT) {
		expect(json.description).toMatch(/^Look in the chat before you send it again\. [A-Z].*\.$/);
	}
	expect(textsSent()).toHaveLength(1);
	expect(pinsSent(sandbox)).toHaveLength(0);
	expect(findUntruths(sandbox, toNotices(1), items)).toStrictEqual([]);
});

// The fault matrix has 503 in pinning, whose pauses take long.
test.each(FAULTS.filter(([what]) => !what.startsWith('HTTP 503')))(
	'%s in pinning: sent once, and the item says what to do',
	async (_what, fault, sending, isRetried) => {
		speedUpClock();
		const error = sending === PERHAPS_SENT ? UNCONFIRMED : SENT_ONLY;
		sandbox.faults.set({ ...fault, path: '/pin-message' });
		const retries = isRetried ? 1 : 0;
		const { items = [] } = await runAndContinue({ options: { ...QUICK, retries } });
		const { messageId } = chatOf().messages[0] ?? {};
		expect(items[0]?.json).toMatchObject({ error, temporary: false, messageId });
		const { description } = items[0]?.json ?? {};
		expect(description).toContain(`Pin it with 'Message ID' ${messageId}; don't send it again.`);
		expect(description).not.toMatch(/\.\.|undefined/);
		expect(textsSent()).toHaveLength(1);
		expect(pinsSent(sandbox)).toHaveLength(isRetried ? 2 : 1);
		expect(findUntruths(sandbox, toNotices(1), items)).toStrictEqual([]);
	},
);

test.each([
	[429, 'messageId'],
	[429, 'zaapId'],
	[503, 'zaapId'],
	[200, 'zaapId'],
	[400, 'id'],
])('HTTP %i in sending, with a text and the %s: not sent again', async (status, name) => {
	const body = { ...(status !== 200 && { error: 'Overloaded' }), [name]: '3EB0' };
	sandbox.faults.set({ path: '/send-text', isDone: true, response: { status, body } });
	const { items = [] } = await runAndContinue({ options: QUICK });
	expect(items[0]?.json).toMatchObject({ error: PERHAPS_SENT, messageId: null, temporary: false });
	expect(textsSent()).toHaveLength(1);
});

test('a pin is accepted if the response has only the ID of the entry in the queue', async () => {
	sandbox.faults.set({ path: '/pin-message', response: { status: 200, body: { zaapId: '39' } } });
	const { items } = await run();
	expect(items?.[0]?.json).toMatchObject({
		state: 'accepted',
		response: { pin: { zaapId: '39' } },
	});
	expect(pinsSent(sandbox)).toHaveLength(1);
});

test.each([
	['HTTP 429', { status: 429 }],
	['HTTP 503 with Retry-After', { status: 503, headers: { 'retry-after': '0.1' } }],
	["HTTP 503 with Z-API's text", { status: 503, body: { error: 'Overloaded' } }],
])('%s in sending: sent again, as nothing was sent', async (_what, response) => {
	sandbox.faults.set({ path: '/send-text', once: true, response });
	const { items } = await run({ options: { retries: 1 } });
	expect(items?.[0]?.json.state).toBe('accepted');
	expect(textsSent()).toHaveLength(2);
	expect(chatOf().messages).toHaveLength(1);
});

test('if the server refuses connections, nothing was sent, and the item may be retried', async () => {
	const { items } = await runPinNode(
		{ ...credentialOf(sandbox), baseUrl: 'http://127.0.0.1:1' },
		{ ...SEND_AND_PIN, options: { retries: 0 } },
		{ items: toNotices(1), onError: 'continueRegularOutput' },
	);
	expect(items?.[0]?.json).toMatchObject({
		error: 'Z-API could not be reached',
		code: 'unreachable',
		temporary: true,
	});
});

test('the pin has all its retries after sending has used some', async () => {
	speedUpClock();
	sandbox.faults.set(
		{ path: '/send-text', times: 1, response: { status: 429 } },
		{ path: '/pin-message', times: 2, response: { status: 500 } },
	);
	const { items } = await run({ options: { retries: 2 } });
	expect(items?.[0]?.json.state).toBe('accepted');
	expect([textsSent().length, pinsSent(sandbox).length]).toStrictEqual([2, 3]);
});

test("with n8n's Retry On Fail, the node refuses to send", async () => {
	const { error } = await run({}, { retryOnFail: true });
	expect(error?.message).toBe("'Retry On Fail' would send messages again");
	expect(error?.description).toMatch(/^Turn it off in the settings of the node\./);
	expect(sandbox.requests).toHaveLength(0);
	const pin = { operation: 'pin', messageId: 'M0' };
	expect((await run(pin, { retryOnFail: true })).error).toBeUndefined();
});

test("n8n's Retry button sends nothing, unless Send on Retry is on; pins are repeated", async () => {
	const retry = { mode: 'retry', onError: 'continueRegularOutput' } as const;
	const { items } = await run({}, retry);
	expect(items?.[0]?.json).toMatchObject({
		error: 'Retry may send again what was sent',
		code: 'invalidParameter',
		messageId: null,
		description: expect.stringMatching(/^Look in the chats first\. .*'Send on Retry'/),
	});
	expect(sandbox.requests).toHaveLength(0);
	const pin = await run({ operation: 'pin', messageId: 'M0' }, retry);
	expect(pin.items?.[0]?.json.state).toBe('accepted');
	const options = { sendOnRetry: true };
	for (const mode of ['retry', 'manual', 'trigger'] as const) await run({ options }, { mode });
	await run({}, { mode: 'trigger' });
	expect(textsSent()).toHaveLength(4);
});

test('a secret in the place of the message ID is not shown', async () => {
	const body = { messageId: CANARIES.token, zaapId: CANARIES.clientToken };
	sandbox.faults.set({ path: '/send-text', response: { status: 200, body } });
	const { items, trace } = await runAndContinue();
	expect(items?.[0]?.json.messageId).toBe('***');
	expect(trace).not.toMatch(/canary/i);
});

test('if the node stops, the description lists messages that were sent, but not pinned', async () => {
	sandbox.faults.latencyMs = 100;
	sandbox.faults.set({ path: '/pin-message', response: KNOWN_FAULTS.subscriptionLapsed });
	const { error } = await run({}, { items: toNotices(3) });
	const [one, other] = toNotices(3).map((notice) => chatOf(notice).messages[0]?.messageId);
	expect(error?.message).toBe(`${SENT_ONLY} [item 0]`);
	expect(error?.description).toContain(`Pin it with 'Message ID' ${one}; don't send it again.`);
	expect(error?.description).toContain('0 of 3 items are done.');
	expect(error?.description).toContain(
		`Item 1: Z-API accepted the message, but not its pin. Pin it with 'Message ID' ${other};`,
	);
});

test('after Stop, the description and the log list messages that were sent, but not pinned', async () => {
	sandbox.faults.set({ path: '/pin-message', response: 'silence' });
	const { error, items } = await run(
		{},
		{ items: toNotices(2), cancelWhen: () => pinsSent(sandbox).length === 2 },
	);
	expect(items).toBeUndefined();
	expect(error?.message).toBe('The execution was stopped');
	for (const [index, notice] of toNotices(2).entries()) {
		const { messageId } = chatOf(notice).messages[0] ?? {};
		expect(error?.description).toContain(
			`Item ${index}: Z-API accepted the message, but its pin is not confirmed. Pin it with 'Message ID' ${messageId};`,
		);
	}
	expect(log.join('')).toContain(`The execution was stopped. ${error?.description}`);
	expect(textsSent()).toHaveLength(2);
});

test.each([undefined, 'continueRegularOutput'] as const)(
	'after Stop while texts are sent, the log lists those that may have been sent; On Error: %s',
	async (onError) => {
		const firstLogLine = log.length;
		sandbox.faults.set({ path: '/send-text', response: 'silence' });
		const cancelWhen = () => textsSent().length === 2;
		const { error } = await run({}, { items: toNotices(2), onError, cancelWhen });
		expect(error?.message).toBe('The execution was stopped');
		const logged = log.slice(firstLogLine).join('');
		expect(logged).toContain('Item 0: The message may have been sent.');
		expect(logged).toContain('Item 1: The message may have been sent.');
	},
);

test('after a pin that may have been accepted, a certain failure does not say that it was not pinned', async () => {
	sandbox.faults.set(
		{ path: '/pin-message', times: 1, response: 'resetMidResponse', isDone: true },
		{ path: '/pin-message', response: KNOWN_FAULTS.subscriptionLapsed },
	);
	const { items = [] } = await runAndContinue();
	expect(pinsSent(sandbox)).toHaveLength(2);
	expect(items[0]?.json.error).toBe(UNCONFIRMED);
	expect(findUntruths(sandbox, toNotices(1), items)).toStrictEqual([]);
});

test('with random faults and types, nothing is sent twice, no item is lost, and each item is correct', async () => {
	await checkTruth('sendAndPin', 20);
}, 180_000);

test('an option that differs for each item fails its own item only', async () => {
	const items = [16, 2, 3].map((delay, index) => ({ ...toNotices(3)[index], delay }));
	const options = { delayTyping: '={{ $json.delay }}' };
	const { items: output } = await runPinNode(
		credentialOf(sandbox),
		{ ...SEND_AND_PIN, options },
		{ items, onError: 'continueRegularOutput' },
	);
	expect(output?.map(({ json }) => json.state ?? json.code)).toStrictEqual([
		'invalidParameter',
		'accepted',
		'accepted',
	]);
	expect(textsSent()).toHaveLength(2);
});
