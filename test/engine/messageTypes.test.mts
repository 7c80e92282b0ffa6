import { createHash, randomBytes } from 'node:crypto';
import { credentialOf } from '../../sandbox/account.mts';
import { runPinNode } from '../support/engine.mts';
import {
	FILES,
	findUntruths,
	METHODS,
	type Notice,
	SEND_AND_PIN,
	SEND_ANY,
	toAnyNotices,
	WAYS,
} from '../support/notices.mts';
import { first } from '../support/only.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();

const run = async (
	notices: Notice[],
	parameters: object = {},
	options: Parameters<typeof runPinNode>[2] = {},
) =>
	await runPinNode(
		credentialOf(sandbox),
		{ ...SEND_ANY, ...parameters },
		{ items: notices, binary: FILES, ...options },
	);

const CONTINUE = { onError: 'continueRegularOutput' } as const;

const sent = () => sandbox.requests.filter(({ path }) => path.startsWith('/send-'));

const lastIn = ({ chat }: Notice) => sandbox.chats.get(chat).messages.at(-1);

/** One notice for each way. */
const ALL = toAnyNotices(WAYS.length);

/** The first notice that is sent from this source. */
const noticeOf = (source: 'url' | 'binary') =>
	first(ALL.filter((notice) => notice.source === source));

test('every type of message, from every source, is sent and pinned, and the output names it', async () => {
	const { items = [] } = await run(ALL);
	const json = items.map((item) => item.json);
	expect(sent().map(({ path }) => path)).toStrictEqual(WAYS.map(({ type }) => METHODS[type]));
	expect(json.map(({ state }) => state)).toStrictEqual(WAYS.map(() => 'accepted'));
	expect(findUntruths(sandbox, ALL, items)).toStrictEqual([]);
	for (const [index, notice] of ALL.entries()) {
		const { type, url } = WAYS[index] ?? {};
		const message = lastIn(notice);
		expect(message).toMatchObject({ text: notice.text, messageId: json[index]?.messageId });
		expect(message?.media?.kind).toBe(type === 'text' || type === 'poll' ? undefined : type);
		expect(message?.media?.url).toBe(url);
		expect(sandbox.chats.get(notice.chat).pins).toMatchObject([{ messageId: message?.messageId }]);
	}
});

test('a file of the input arrives as it is, with its name, type and caption', async () => {
	await run(ALL);
	for (const notice of ALL.filter(({ source }) => source === 'binary')) {
		const { data, mimeType, fileName } = FILES[notice.type as keyof typeof FILES];
		const bytes = Buffer.from(data, 'base64');
		expect(lastIn(notice)?.media).toMatchObject({
			mimeType,
			bytes: bytes.length,
			sha256: createHash('sha256').update(bytes).digest('hex'),
			...(notice.type === 'document' && { fileName }),
		});
	}
});

test('the bodies are those of the documentation', async () => {
	const group = { chat: '120363019502650977-group' };
	const send = async (item: object, parameters: object) =>
		await run([{ ...group, text: 'Hi', ...item }], parameters);
	await send({ type: 'text' }, { options: { mentionEveryone: true, delayTyping: 2 } });
	await send({ type: 'image', url: 'https://example.com/a.png', text: '' }, {});
	await send({ type: 'document', source: 'binary' }, { options: { fileName: 'May.pdf' } });
	await send({ type: 'poll' }, { allowMultipleAnswers: false });
	await send({ type: 'poll', days: ['Mon', 'Tue'] }, { pollOptions: ['={{ $json.days }}'] });
	const phone = group.chat;
	const document = `data:application/pdf;base64,${FILES.document.data}`;
	const options = (...names: string[]) => names.map((name) => ({ name }));
	expect(sent().map(({ body }) => body)).toStrictEqual([
		{ phone, message: 'Hi\n@all', mentionAll: true, delayTyping: 2 },
		{ phone, image: 'https://example.com/a.png' },
		{ phone, caption: 'Hi', fileName: 'May.pdf', document },
		{ phone, message: 'Hi', poll: options('Friday', 'Saturday'), pollMaxOptions: 1 },
		{ phone, message: 'Hi', poll: options('Mon', 'Tue') },
	]);
});

const PRIVATE = { chat: '5511900000001', text: 'Hi' };

test.each<[notice: Notice, parameters: object, message: string]>([
	[
		{ ...PRIVATE, type: 'image', source: 'binary' },
		{ binaryPropertyName: 'other' },
		"'Input Data Field Name' names no file of the input item",
	],
	[
		{ ...PRIVATE, type: 'image', source: 'binary' },
		{ binaryPropertyName: 'document' },
		"'Input Data Field Name' names a file that is no image",
	],
	[{ ...PRIVATE, type: 'video' }, {}, "'File URL' is empty"],
	[{ ...PRIVATE, type: 'poll' }, {}, "'Message Type' is Poll, which only groups can get"],
	[
		{ ...PRIVATE, type: 'text' },
		{ options: { mentionEveryone: true } },
		"'Mention Everyone' works in groups only",
	],
])('%j with %j is refused before anything is sent', async (notice, parameters, message) => {
	const { error } = await run([toAnyNotices(1), notice].flat(), parameters);
	expect(error?.message).toBe(`${message} [item 1]`);
	expect(error?.description).toMatch(/^[A-Z].*Nothing was sent\.$/);
	expect(sandbox.requests).toHaveLength(0);
});

test('an item without its file fails alone', async () => {
	const other = { ...noticeOf('binary'), type: 'audio', text: 'Other' };
	const parameters = { messageType: 'image' };
	const { items = [] } = await run([other, noticeOf('binary')], parameters, CONTINUE);
	expect(items.map(({ json }) => json.code ?? json.state)).toStrictEqual([
		'invalidParameter',
		'accepted',
	]);
});

test('a file that n8n has lost since is not sent, and the item says so', async () => {
	// Such as a file that n8n has pruned.
	const image = { ...FILES.image, data: 'filesystem-v2', id: 'filesystem-v2:gone' };
	const [one, other] = [noticeOf('binary'), { ...noticeOf('url'), chat: PRIVATE.chat }];
	const { items = [], trace } = await run([one, other], {}, { ...CONTINUE, binary: { image } });
	expect(items[0]?.json).toMatchObject({
		error: "'Input Data Field Name' names a file that n8n does not have any more [item 0]",
		code: 'invalidParameter',
		temporary: false,
		messageId: null,
	});
	expect(items[1]?.json.state).toBe('accepted');
	expect(sent()).toHaveLength(1);
	expect(trace).not.toMatch(/canary/i);
});

test('files of the input are sent one at a time, others are not', async () => {
	sandbox.faults.latencyMs = 10;
	const notices = (source: 'url' | 'binary') =>
		Array.from({ length: 6 }, (_, index) => ({
			...noticeOf(source),
			chat: `${5511900000001 + index}`,
			text: `${source} ${index}`,
		}));
	const options = { ifNotConnected: 'queue' };
	await run(notices('url'), { options });
	expect(sandbox.mostInFlight).toBeGreaterThan(2);
	sandbox.mostInFlight = 0;
	await run(notices('binary'));
	expect(sandbox.mostInFlight).toBe(1);
	expect(sent()).toHaveLength(12);
});

test('once a file was refused, no other one is sent if the node stops', async () => {
	sandbox.faults.set({ path: METHODS.image, response: { status: 400, body: { error: 'no' } } });
	const notices = toAnyNotices(3).map((notice) => ({
		...notice,
		...noticeOf('binary'),
		chat: notice.chat,
	}));
	const { error } = await run(notices);
	expect(error?.message).toBe('Z-API refused the request [item 0]');
	expect(error?.description).toMatch(
		/Check 'Chat' and the fields of the message\. Nothing was sent/,
	);
	expect(sent()).toHaveLength(1);
});

// `npm run bench` sends one of 50 MB, which takes too long here.
test('a file of more than 10 MB, the limit of many an HTTP client, gets through whole', async () => {
	const bytes = Buffer.alloc(11_000_000, randomBytes(999));
	const video = { ...FILES.video, data: bytes.toString('base64') };
	const notice = { ...noticeOf('binary'), type: 'video' };
	const { items } = await run([notice], {}, { binary: { video } });
	expect(items?.[0]?.json.state).toBe('accepted');
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	expect(lastIn(notice)?.media).toMatchObject({ bytes: bytes.length, sha256 });
});

test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'with On Error %s, what may have been sent is not pinned, and the others are',
	async (onError) => {
		sandbox.faults.set({ path: METHODS.image, response: 'reset', isDone: true });
		const { items = [], errorItems = [] } = await run(ALL, {}, { onError });
		const failed =
			onError === 'continueErrorOutput' ? errorItems : items.filter(({ json }) => json.error);
		expect(failed.map(({ json }) => json.error)).toStrictEqual([
			'The message may have been sent [item 1]',
			'The message may have been sent [item 4]',
		]);
		expect(sent()).toHaveLength(ALL.length);
		expect(pinsSent(sandbox)).toHaveLength(ALL.length - 2);
	},
);

test("with n8n's Retry On Fail, the node refuses to send a file", async () => {
	const { error } = await run([noticeOf('binary')], {}, { retryOnFail: true });
	expect(error?.message).toBe("'Retry On Fail' would send messages again");
	expect(sandbox.requests).toHaveLength(0);
});

test('a workflow from before there were types sends its text', async () => {
	const { items } = await runPinNode(credentialOf(sandbox), SEND_AND_PIN, { items: [PRIVATE] });
	expect(items?.[0]?.json.state).toBe('accepted');
	expect(first(sent())).toMatchObject({ path: '/send-text', body: { message: 'Hi' } });
});
