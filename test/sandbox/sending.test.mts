import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { accountOf } from '../../sandbox/account.mts';
import { type Chat, DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { FAULTS_AFTER_ACCEPTANCE } from '../../sandbox/faults.mts';
import { first } from '../support/only.mts';
import { act, callZApi, type Json, useReceiver } from '../support/receiver.mts';
import { useSandbox } from '../support/sandbox.mts';

const GROUP = DEMO_MESSAGE.phone;
const ANA = '5511999999999';

/** A pixel. */
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);

const dataUrl = (type: string, data: Buffer) => `data:${type};base64,${data.toString('base64')}`;

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

const sandbox = useSandbox({});
const receiver = useReceiver(sandbox);
const { callbacks, listen } = receiver;

const send = async (method: string, body: Json) =>
	await callZApi(sandbox, method, { phone: GROUP, ...body });

const lastIn = (phone = GROUP) => sandbox.chats.get(phone).messages.at(-1);

/** Serves files on loopback during a test. */
async function withFiles(answer: RequestListener, run: (url: string) => Promise<void>) {
	const server = createServer(answer);
	await once(server.listen(0, '127.0.0.1'), 'listening');
	try {
		await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

const URL_OF = {
	image: 'https://example.com/picture.png',
	video: 'https://example.com/film.mp4',
	document: 'https://example.com/a/minutes.pdf',
};

test.each<[method: string, body: Json, content: Json]>([
	[
		'send-image',
		{ image: URL_OF.image, caption: 'Look #notice' },
		{ image: { imageUrl: URL_OF.image, caption: 'Look #notice', mimeType: 'image/png' } },
	],
	[
		'send-video',
		{ video: URL_OF.video },
		{ video: { videoUrl: URL_OF.video, caption: '', mimeType: 'video/mp4' } },
	],
	[
		'send-document/pdf',
		{ document: URL_OF.document, caption: 'The minutes' },
		{
			document: {
				documentUrl: URL_OF.document,
				caption: 'The minutes',
				mimeType: 'application/pdf',
				fileName: 'minutes.pdf',
				title: 'minutes.pdf',
			},
		},
	],
	[
		'send-poll',
		{ message: 'When?', poll: [{ name: 'Monday' }, { name: 'Friday' }], pollMaxOptions: 1 },
		{
			poll: {
				question: 'When?',
				pollMaxOptions: 1,
				options: [{ name: 'Monday' }, { name: 'Friday' }],
			},
		},
	],
	['send-text', { message: 'Water @all', mentionAll: true }, { text: { message: 'Water @all' } }],
])('%s sends, and the callback has the ID of the response', async (method, body, content) => {
	await listen('update-webhook-received', 'update-webhook-delivery');
	await callZApi(sandbox, 'update-notify-sent-by-me', { notifySentByMe: true }, 'PUT');
	const { body: response } = await send(method, body);
	const { messageId } = response;
	expect(response).toStrictEqual({ zaapId: expect.any(String), messageId, id: messageId });
	const told = await callbacks(2);
	expect(told.find(({ type }) => type === 'DeliveryCallback')).toMatchObject({ messageId });
	expect(told.find(({ type }) => type === 'ReceivedCallback')).toMatchObject({
		messageId,
		fromMe: true,
		fromApi: true,
		...content,
	});
	expect(lastIn()).toMatchObject({ messageId, fromApi: true });
	expect(first(accountOf(sandbox).sent.values())).toBe(1);
});

test('a picture in the request is kept and served, and its callback says where', async () => {
	await listen('update-webhook-received-delivery', 'update-webhook-received');
	await callZApi(sandbox, 'update-notify-sent-by-me', { notifySentByMe: true }, 'PUT');
	await send('send-image', { image: dataUrl('image/png', PNG) });
	expect(lastIn()?.media).toMatchObject({ bytes: PNG.length, sha256: sha256(PNG) });
	const { imageUrl } = first(await callbacks(1)).image as { imageUrl: string };
	const response = await fetch(imageUrl);
	expect(Buffer.from(await response.arrayBuffer())).toStrictEqual(PNG);
	expect(response.headers.get('content-type')).toBe('image/png');
});

test('what is no picture is served as a download only', async () => {
	const data = dataUrl('text/html', Buffer.from('<script>1</script>'));
	await send('send-document/html', { document: data, fileName: 'Page' });
	const { messageId, media } = lastIn() ?? {};
	expect(media?.fileName).toBe('Page.html');
	const { headers } = await fetch(`${sandbox.url}/sandbox/media/${messageId}`);
	expect(headers.get('content-type')).toBe('application/octet-stream');
	expect(headers.get('content-disposition')).toBe('attachment');
});

test('50 MB are accepted, but only their hash is kept', async () => {
	const data = Buffer.alloc(50 * 1024 * 1024, randomBytes(999));
	const { status } = await send('send-video', { video: dataUrl('video/mp4', data) });
	expect(status).toBe(200);
	const { messageId, media } = lastIn() ?? {};
	expect(media).toMatchObject({ bytes: data.length, sha256: sha256(data) });
	expect(media?.data).toBeUndefined();
	expect((await fetch(`${sandbox.url}/sandbox/media/${messageId}`)).status).toBe(404);
	expect(JSON.stringify([sandbox.requests, sandbox.chats.all()]).length).toBeLessThan(50_000);
});

const POLL = { message: 'When?', poll: [{ name: 'Monday' }, { name: 'Friday' }] };

test.each<[method: string, body: Json]>([
	['send-image', {}],
	['send-image', { image: 'picture.png' }],
	['send-image', { image: 'ftp://example.com/picture.png' }],
	['send-image', { image: dataUrl('application/pdf', PNG) }],
	['send-image', { image: 'data:image/png;base64,???' }],
	['send-image', { image: 'data:image/png;base64,' }],
	['send-image', { image: URL_OF.image, caption: 1 }],
	['send-video', { video: dataUrl('image/png', PNG) }],
	['send-document/..pdf', { document: URL_OF.document }],
	['send-poll', { ...POLL, message: '' }],
	['send-poll', { ...POLL, poll: ['Monday', 'Friday'] }],
	['send-poll', { ...POLL, poll: [{ name: 'Monday' }] }],
	['send-poll', { ...POLL, poll: [{ name: 'Monday' }, { name: 'Monday' }] }],
	['send-poll', { ...POLL, poll: Array.from('ABCDEFGHIJKLM', (name) => ({ name })) }],
	['send-poll', { ...POLL, pollMaxOptions: -1 }],
])('%s refuses %j', async (method, body) => {
	const { length } = sandbox.chats.get(GROUP).messages;
	const response = await send(method, body);
	expect([response.status, response.body]).toStrictEqual([400, { error: expect.any(String) }]);
	expect(sandbox.chats.get(GROUP).messages).toHaveLength(length);
});

test('the extension of a document is part of the path', async () => {
	const { status } = await send('send-document', { document: URL_OF.document });
	expect(status).toBe(404);
});

test('a file on this machine is fetched, and what is sent after it waits', async () => {
	await withFiles(
		(_request, response) => response.setHeader('content-type', 'image/png').end(PNG),
		async (url) => {
			await listen('update-webhook-delivery');
			const image = await send('send-image', { image: `${url}/no-extension` });
			const text = await send('send-text', { message: 'After it' });
			await callbacks(2);
			const ids = sandbox.chats.get(GROUP).messages.map(({ messageId }) => messageId);
			expect(ids.slice(-2)).toStrictEqual([image.body.messageId, text.body.messageId]);
			const { media } = sandbox.chats.get(GROUP).messages.at(-2) ?? {};
			expect(media).toMatchObject({ mimeType: 'image/png', sha256: sha256(PNG) });
		},
	);
});

const NOT_FETCHED = 'Message not send caused by invalid media url';

test.each<[what: string, answer: RequestListener, error: string]>([
	[
		'is not there',
		(_request, response) => response.writeHead(404).end(),
		'Got a 404 error while trying to send message',
	],
	[
		'is a web page',
		(_request, response) => response.setHeader('content-type', 'text/html').end('<p>'),
		'The url informed is not a valid url in the media format, apparently it can be an html',
	],
	[
		'is elsewhere',
		(_request, response) => response.writeHead(302, { location: URL_OF.image }).end(),
		NOT_FETCHED,
	],
	['is down', (_request, response) => response.destroy(), NOT_FETCHED],
])('a file that %s: accepted, and then failed', async (_what, answer, error) => {
	await withFiles(answer, async (url) => {
		await listen('update-webhook-delivery');
		const { messageId } = (await send('send-image', { image: `${url}/picture.png` })).body;
		expect(await callbacks(1)).toMatchObject([{ messageId, error }]);
		expect(lastIn()?.media).toBeUndefined();
	});
});

test('nothing elsewhere is fetched: a path with "missing" stands for a file that is not there', async () => {
	const spy = jest.spyOn(globalThis, 'fetch');
	await send('send-image', { image: 'https://example.com/missing.png' });
	await send('send-image', { image: URL_OF.image });
	expect(spy.mock.calls.map(([url]) => new URL(url as string).origin)).toStrictEqual([
		sandbox.url,
		sandbox.url,
	]);
	spy.mockRestore();
	const error = 'Got a 404 error while trying to send message';
	expect(sandbox.queue.failed).toMatchObject([{ error }]);
	expect(lastIn()?.media?.url).toBe(URL_OF.image);
});

test('a poll in a private chat is accepted, and then fails', async () => {
	const { status } = await send('send-poll', { ...POLL, phone: ANA });
	expect(status).toBe(200);
	const error = 'This type of message can only be sent in groups';
	expect(sandbox.queue.failed).toMatchObject([{ error }]);
});

test('people vote, change their mind and take it back', async () => {
	await listen('update-webhook-received');
	const { messageId } = (await send('send-poll', { ...POLL, pollMaxOptions: 1 })).body;
	const vote = async (...options: string[]) =>
		await act(sandbox, 'votes', { phone: GROUP, by: ANA, messageId, options });
	await vote('Monday');
	await vote('Friday');
	expect(lastIn()?.votes).toStrictEqual({ 'Ana Souza': ['Friday'] });
	await vote();
	await expect(vote('Sunday')).rejects.toThrow();
	await expect(vote('Monday', 'Friday')).rejects.toThrow();
	const told = await callbacks(3);
	const chosen = told.map(({ pollVote }) => (pollVote as { options: unknown }).options);
	expect(chosen).toHaveLength(3);
	for (const options of [[{ name: 'Monday' }], [{ name: 'Friday' }], []]) {
		expect(chosen).toContainEqual(options);
	}
	expect(first(told)).toMatchObject({
		senderName: 'Ana Souza',
		participantPhone: ANA,
		pollVote: { pollMessageId: messageId },
	});
});

test('people send pictures', async () => {
	await listen('update-webhook-received');
	const file = dataUrl('image/png', PNG);
	await act(sandbox, 'messages', { phone: GROUP, by: ANA, text: 'Keys #notice', file });
	expect(await callbacks(1)).toMatchObject([
		{ senderName: 'Ana Souza', image: { caption: 'Keys #notice', mimeType: 'image/png' } },
	]);
});

test.each([
	['@all in a group', { message: 'Hi @all', mentionAll: true }, true],
	['@all without the switch', { message: 'Hi @all' }, undefined],
	['the switch without @all', { message: 'Hi @everyone', mentionAll: true }, undefined],
])('mentions: %s', async (_what, body, mentionsAll) => {
	await send('send-text', body);
	expect(lastIn()?.mentionsAll).toBe(mentionsAll);
});

const chatsBy = async (method: string) => {
	const { body } = await callZApi(sandbox, `${method}?page=1&pageSize=100`);
	return body as unknown as Array<Chat & { phone: string }>;
};

test('what is sent to a community is accepted, and reaches nobody; its announcement group has the name', async () => {
	await listen('update-webhook-delivery', 'update-webhook-received');
	const [announcements, community, ...others] = (await chatsBy('chats')).filter(
		({ name }) => name === 'Vila Verde',
	);
	expect([announcements?.isGroupAnnouncement, community?.isGroupAnnouncement, others]).toEqual([
		true,
		false,
		[],
	]);
	const phone = String(community?.phone);
	for (const id of [phone, phone.replace('-group', '')]) {
		const { status, body } = await send('send-text', { phone: id, message: 'Anybody?' });
		expect([status, body.messageId]).toEqual([200, expect.any(String)]);
	}
	expect(await callbacks(2)).toMatchObject([
		{ type: 'DeliveryCallback' },
		{ type: 'DeliveryCallback' },
	]);
	expect(sandbox.chats.get(phone).messages).toStrictEqual([]);
	expect(sandbox.queue.failed).toStrictEqual([]);
});

test('an instance can give the ID of a group as its name in `/chats`; `/groups` has the name', async () => {
	sandbox.instance.hasGroupNamesInChats = false;
	const named = (chats: Array<{ phone: string; name: string | null }>) =>
		chats.find(({ phone }) => phone === GROUP)?.name;
	expect(named(await chatsBy('chats'))).toBe(GROUP);
	expect(named(await chatsBy('groups'))).toBe('Condomínio Jardim');
});

test.each([
	[ANA, [{ exists: true, phone: ANA, lid: '999999999551100@lid' }]],
	['551199999999', [{ exists: true, phone: ANA, lid: '999999999551100@lid' }]],
	['5521900000000', [{ exists: false, phone: '5521900000000', lid: null }]],
])('`/phone-exists/%s` tells the number as WhatsApp has it', async (phone, expected) => {
	expect((await callZApi(sandbox, `phone-exists/${phone}`)).body).toStrictEqual(expected);
});

test.each([
	['empty503', ''],
	['text503', '{"error":"Service unavailable"}'],
	['accepted503', /^\{"zaapId":"\w+","messageId":"\w+","id":"\w+"\}$/],
	['id503', /^\{"id":"\w+"\}$/],
] as const)('after acceptance: %s', async (name, expected) => {
	sandbox.faults.set(FAULTS_AFTER_ACCEPTANCE[name]);
	const { instanceId, token, clientToken } = sandbox.instance;
	const response = await fetch(`${sandbox.url}/instances/${instanceId}/token/${token}/send-text`, {
		method: 'POST',
		body: JSON.stringify({ phone: GROUP, message: 'Sent' }),
		headers: { 'content-type': 'application/json', 'client-token': clientToken },
	});
	expect([response.status, await response.text()]).toEqual([
		503,
		typeof expected === 'string' ? expected : expect.stringMatching(expected),
	]);
	expect(lastIn()?.text).toBe('Sent');
});

test('garbage is no HTTP, and the request was carried out', async () => {
	sandbox.faults.set(FAULTS_AFTER_ACCEPTANCE.garbage);
	const failed = await send('send-text', { message: 'Sent' }).catch((error: unknown) => error);
	expect((failed as Error).cause).toMatchObject({ code: 'HPE_INVALID_CONSTANT' });
	expect(lastIn()?.text).toBe('Sent');
});
