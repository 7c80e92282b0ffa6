import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { Instance } from '../../sandbox/instance.mts';
import { Queue } from '../../sandbox/queue.mts';
import * as receivers from '../support/receiver.mts';
import { useSandbox } from '../support/sandbox.mts';

type Json = receivers.Json;

const GROUP = DEMO_MESSAGE.phone;
const CHANNEL = '120363166555745933@newsletter';
const SECOND = 'update-webhook-received-delivery';

const sandbox = useSandbox({});
const receiver = receivers.useReceiver(sandbox);
const { callbacks, listen } = receiver;

const call = async (path: string, body?: object, method?: string) =>
	await receivers.callZApi(sandbox, path, body, method);

const act = async (path: string, body: object) =>
	await receivers.act(sandbox, path, { phone: GROUP, ...body });

const pin = async (body: Json = {}) =>
	await call('pin-message', {
		...DEMO_MESSAGE,
		messageAction: 'pin',
		pinMessageDuration: '7_days',
		...body,
	});

const pinned = (phone = GROUP) => sandbox.chats.get(phone).pins.map(({ messageId }) => messageId);

test('while connected, accepted entries are sent at once', async () => {
	expect((await pin()).status).toBe(200);
	expect(pinned()).toStrictEqual([DEMO_MESSAGE.messageId]);
	expect(sandbox.queue.waiting).toStrictEqual([]);
});

test('while disconnected, entries are accepted, and are sent after the instance is connected', async () => {
	sandbox.instance.connection = 'notConnected';
	const response = await pin();
	const text = await call('send-text', { phone: GROUP, message: 'Later' });
	expect([response.status, text.status, pinned()]).toStrictEqual([200, 200, []]);
	const before = sandbox.chats.get(GROUP).messages.length;
	const { body } = await call('queue', { pageSize: 20 });
	expect(body).toMatchObject({
		messages: [
			{ MessageId: response.body.messageId, ZaapId: response.body.zaapId, Phone: GROUP },
			{ MessageId: text.body.messageId, Phone: GROUP },
		],
		hasMore: false,
	});
	sandbox.instance.connection = 'sessionToRestore';
	expect(pinned()).toStrictEqual([]);
	sandbox.instance.connection = 'connected';
	expect(pinned()).toStrictEqual([DEMO_MESSAGE.messageId]);
	expect(sandbox.chats.get(GROUP).messages.slice(before)).toMatchObject([
		{ messageId: text.body.messageId, text: 'Later', fromMe: true },
	]);
});

test('a disconnected instance takes 1,000 entries and rejects the next; `/queue` pages them', async () => {
	sandbox.instance.connection = 'notConnected';
	const entry = { zaapId: 'Z', phone: GROUP, what: 'pin', created: 0, send: jest.fn() };
	for (let n = 1; n < 1000; n++) sandbox.queue.add({ ...entry, messageId: `E${n}` });
	expect((await pin()).status).toBe(200);
	const rejected = await pin();
	expect([rejected.status, rejected.body.messageId]).toStrictEqual([400, undefined]);
	expect(sandbox.queue.waiting).toHaveLength(1000);
	const first = (await call('queue', { pageSize: 100 })).body;
	expect([(first.messages as Json[]).length, first.hasMore]).toStrictEqual([30, true]);
	const second = (await call('queue', { pageSize: 30, pagingState: first.pagingState })).body;
	expect((second.messages as Json[])[0]?.MessageId).toBe('E31');
	sandbox.instance.connection = 'connected';
	expect((await pin()).status).toBe(200);
});

test('an account can refuse to queue while disconnected', async () => {
	await call('update-queue-settings', { disableEnqueueWhenDisconnected: true }, 'PUT');
	sandbox.instance.connection = 'notConnected';
	const { body } = await pin();
	expect(body).not.toHaveProperty('messageId');
	expect(sandbox.queue.waiting).toHaveLength(0);
});

test('entries are sent one by one, each after its delay, but not while disconnected', () => {
	jest.useFakeTimers({ doNotFake: ['performance'] });
	try {
		const instance = new Instance();
		const queue = new Queue(instance, [1000, 3000]);
		const sent: number[] = [];
		for (const index of [0, 1, 2]) {
			const ids = { zaapId: 'Z', messageId: `${index}`, phone: GROUP, what: 'pin', created: 0 };
			queue.add({ ...ids, send: () => sent.push(index) });
		}
		jest.advanceTimersByTime(999);
		expect(sent).toStrictEqual([]);
		jest.advanceTimersByTime(2001);
		expect(sent.slice(0, 1)).toStrictEqual([0]);
		instance.connection = 'notConnected';
		const { length } = sent;
		jest.advanceTimersByTime(60_000);
		expect(sent).toHaveLength(length);
		instance.connection = 'connected';
		jest.advanceTimersByTime(9000);
		expect(sent).toStrictEqual([0, 1, 2]);
	} finally {
		jest.useRealTimers();
	}
});

test('the callbacks of the delivery and the event have the ID of the response', async () => {
	await listen('update-webhook-received', 'update-webhook-delivery');
	await call('update-notify-sent-by-me', { notifySentByMe: true }, 'PUT');
	const { messageId, zaapId } = (await pin()).body;
	const told = await callbacks(2);
	const delivery = told.find(({ type }) => type === 'DeliveryCallback');
	expect(delivery).toStrictEqual({
		type: 'DeliveryCallback',
		phone: GROUP,
		messageId,
		zaapId,
		instanceId: sandbox.instance.instanceId,
		momment: expect.any(Number),
	});
	expect(told.find(({ type }) => type === 'ReceivedCallback')).toMatchObject({
		messageId,
		phone: GROUP,
		fromMe: true,
		fromApi: true,
		pinMessage: {
			action: 'pin',
			pinDurationInSecs: 604_800,
			referencedMessage: { messageId: DEMO_MESSAGE.messageId, participant: '5511955554444' },
		},
	});
});

test.each([
	[
		'a pin of an unknown message',
		{ messageId: 'NEVER-SEEN' },
		'Whatsapp rejected sending this message',
	],
	[
		'an unpin of an unknown message',
		{ messageId: 'NEVER-SEEN', messageAction: 'unpin' },
		'Whatsapp rejected sending this message',
	],
	['a pin in a channel', { phone: CHANNEL }, 'SendPinChatMessage not available to channels.'],
])('accepted, and then failed: %s', async (_what, body, error) => {
	await listen('update-every-webhooks');
	const response = await pin(body);
	expect(response.status).toBe(200);
	const { messageId } = response.body;
	expect(await callbacks(1)).toMatchObject([{ type: 'DeliveryCallback', messageId, error }]);
	expect(pinned((body as Json).phone as string | undefined)).toStrictEqual([]);
	expect(sandbox.queue.failed).toMatchObject([{ messageId, error }]);
});

test('with a setting, unknown messages can be pinned', async () => {
	sandbox.instance.knowsAnyMessage = true;
	await pin({ messageId: 'NEVER-SEEN' });
	expect(pinned()).toStrictEqual(['NEVER-SEEN']);
});

test('a fourth pin unpins the oldest message', async () => {
	const author = { senderName: 'Bruno', fromMe: false };
	const ids = [1, 2, 3, 4].map((n) => sandbox.chats.write(GROUP, `${n}`, author).messageId);
	for (const messageId of ids) await pin({ messageId });
	expect(pinned()).toStrictEqual(ids.slice(1));
});

test('connecting and disconnecting call their webhooks once each', async () => {
	await listen('update-webhook-connected', 'update-webhook-disconnected');
	sandbox.instance.connection = 'notConnected';
	sandbox.instance.connection = 'sessionToRestore';
	await callbacks(1);
	sandbox.instance.connection = 'connected';
	const { instanceId } = sandbox.instance;
	expect(await callbacks(2)).toMatchObject([
		{
			type: 'DisconnectedCallback',
			disconnected: true,
			instanceId,
			error: 'Device has been disconnected',
		},
		{ type: 'ConnectedCallback', connected: true, instanceId, phone: expect.any(String) },
	]);
});

test.each([false, true])(
	'each webhook has its own URL, and `/me` shows them all, secrets included; with the second received webhook: %s',
	async (hasReceivedAndDelivery) => {
		sandbox.instance.hasReceivedAndDelivery = hasReceivedAndDelivery;
		const kinds = sandbox.instance.webhooks.map(([, kind]) => kind);
		expect(kinds).toHaveLength(hasReceivedAndDelivery ? 7 : 6);
		for (const [method, kind] of sandbox.instance.webhooks) {
			const value = `https://elsewhere.test/${kind}`;
			expect((await call(method, { value }, 'PUT')).body).toStrictEqual({ value: true });
		}
		const { body } = await call('me');
		for (const kind of kinds) expect(body[kind]).toBe(`https://elsewhere.test/${kind}`);
		const { token, proxyUrl } = sandbox.instance;
		expect(body).toMatchObject({
			token,
			proxyUrl,
			connected: true,
			receiveCallbackSentByMe: false,
		});

		const every = { value: 'https://elsewhere.test/every', notifySentByMe: true };
		await call('update-every-webhooks', every, 'PUT');
		const after = (await call('me')).body;
		expect(kinds.map((kind) => after[kind])).toStrictEqual(kinds.map(() => every.value));
		expect(after.receiveCallbackSentByMe).toBe(true);

		await call('update-webhook-received', { value: '' }, 'PUT');
		expect((await call('me')).body.receivedCallbackUrl).toBe('');
	},
);

test('an instance without the second received webhook neither shows it nor has its method', async () => {
	const { status } = await call(SECOND, { value: receiver.url }, 'PUT');
	expect(status).toBe(404);
	expect((await call('me')).body).not.toHaveProperty('receivedAndDeliveryCallbackUrl');
});

test('what the connected number does leaves by the second received webhook, if that has a URL', async () => {
	sandbox.instance.hasReceivedAndDelivery = true;
	await listen('update-webhook-received');
	const say = async (text: string, by?: string) => await act('messages', { text, by });
	const told = () =>
		sandbox.deliveries.map(({ url, callback }) => [
			new URL(url).search,
			(callback.text as { message: string }).message,
		]);
	await say('Nobody hears it', '');
	await call('update-notify-sent-by-me', { notifySentByMe: true }, 'PUT');
	await say('By the first', '');
	await call(SECOND, { value: `${receiver.url}?second` }, 'PUT');
	await call('update-notify-sent-by-me', { notifySentByMe: false }, 'PUT');
	await say('By the second', '');
	await say('Of others');
	await call(SECOND, { value: receiver.url }, 'PUT');
	await call('update-notify-sent-by-me', { notifySentByMe: true }, 'PUT');
	await say('Once', '');
	sandbox.instance.tellsTwice = true;
	await say('Twice', '');
	await call(SECOND, { value: '' }, 'PUT');
	await say('By the first again', '');
	expect(told()).toStrictEqual([
		['', 'By the first'],
		['?second', 'By the second'],
		['', 'Of others'],
		['', 'Once'],
		['', 'Twice'],
		['', 'Twice'],
		['', 'By the first again'],
	]);
	await callbacks(told().length);
});

test('a URL longer than what is kept is cut', async () => {
	sandbox.instance.keptUrlLength = 30;
	const value = `https://elsewhere.test/${'a'.repeat(30)}`;
	await call('update-webhook-received', { value }, 'PUT');
	expect((await call('me')).body.receivedCallbackUrl).toBe(value.slice(0, 30));
});

test('webhook calls have the headers of Z-API', async () => {
	await listen('update-webhook-received');
	await act('messages', { text: 'Hello' });
	await callbacks(1);
	expect(receiver.headers).toMatchObject({
		'z-api-token': sandbox.instance.token,
		'user-agent': 'Mozilla/5.0',
		origin: 'https://api.z-api.io',
		'content-type': 'application/json',
	});
});

test('people write, reply, react and pin, and the webhook calls say who', async () => {
	await listen('update-webhook-received');
	const { messageId } = DEMO_MESSAGE;
	const by = '5511999999999';
	const person = { fromMe: false, senderName: 'Ana Souza', participantPhone: by };
	await act('messages', { text: 'Which Friday?', by, replyTo: messageId });
	await act('reactions', { messageId, value: '👍', by });
	await act('pins', { messageId, action: 'pin', duration: '24_hours', by });
	const told = await callbacks(3);
	expect(told).toContainEqual(
		expect.objectContaining({
			...person,
			text: { message: 'Which Friday?' },
			referenceMessageId: messageId,
		}),
	);
	expect(told.find(({ reaction }) => reaction)).toMatchObject({
		...person,
		reaction: { value: '👍', reactionBy: by, referencedMessage: { messageId } },
	});
	expect(told.find(({ pinMessage }) => pinMessage)).toMatchObject({
		...person,
		fromApi: false,
		pinMessage: { action: 'pin', pinDurationInSecs: 86_400 },
	});
	// What the connected number does itself is told only where this is switched on.
	await act('messages', { text: 'Mine', by: '' });
	await act('messages', { text: 'Theirs' });
	expect((await callbacks(4)).at(-1)).toMatchObject({ text: { message: 'Theirs' } });
	expect(sandbox.chats.find(GROUP, messageId)?.reactions).toStrictEqual({ 'Ana Souza': '👍' });
	await act('reactions', { messageId, value: '', by });
	expect(sandbox.chats.find(GROUP, messageId)?.reactions).toStrictEqual({});
});

test('a reset restores the first chats and keeps the webhooks', async () => {
	await listen('update-webhook-received');
	sandbox.instance.connection = 'notConnected';
	sandbox.faults.latencyMs = 1;
	await pin();
	await act('messages', { text: 'Gone soon' });
	await act('reset', {});
	const { chats, queue, requests, instance, faults } = sandbox;
	expect(chats.get(GROUP).messages).toHaveLength(2);
	expect([queue.waiting.length, requests.length, faults.latencyMs, pinned()]).toStrictEqual([
		0,
		0,
		0,
		[],
	]);
	expect([instance.isConnected, instance.receivedCallbackUrl]).toStrictEqual([true, receiver.url]);
});
