// All that is tried, on the sandbox and on the account alike. What the sandbox does is the expectation.
import { isGroupId } from '../../nodes/shared/chat/chatId.ts';
import { isTrue, toObject } from '../../nodes/shared/json.ts';
import {
	type Difference,
	NO_CALLBACK,
	NOBODYS,
	SECOND_WEBHOOK,
	SENT_BY_ME,
	type Side,
	isOwnOf,
	toShown,
	toText,
	type Json,
} from './side.mts';

/** What a user allows beyond reading. */
export type Permission = 'settings' | 'messages' | 'media' | 'disconnect';

const LARGE_PAGE = 500;

/** Nobody's: names in `.invalid` lead nowhere. */
const UNUSED_URL = 'https://probe.invalid/';

/** Of webhook URLs; Z-API does not document how long they may be. */
const LENGTHS = [1000, 2000, 4000];

const SECRET_HEADER = /token|sign|hmac|secret|auth|api-?key|^content-type$|^user-agent$/i;

/** 64 × 64 pixels. */
const PICTURE =
	'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAEklEQVR42mP4DwUMo4xRBukMAOPT/hAC2mzjAAAAAElFTkSuQmCC';

/** 10 seconds, H.264, 0.8 MB. */
const VIDEO_URL = 'https://www.w3schools.com/html/mov_bbb.mp4';

/** An empty page. */
const PDF = `data:application/pdf;base64,${btoa(
	`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>`,
)}`;

/** Tries all that is allowed, in an order in which each finds what it needs. */
export async function tryAll(side: Side, allowed: ReadonlySet<Permission>): Promise<void> {
	await tryRefusals(side);
	await read(side);
	if (allowed.has('settings')) await trySettings(side);
	if (side.options.chat) await side.listen();
	if (allowed.has('messages')) await tryMessages(side);
	if (allowed.has('media')) await tryMedia(side);
	if (allowed.has('disconnect')) await tryDisconnected(side, allowed);
}

/** What Z-API refuses, and in which words. */
async function tryRefusals(side: Side): Promise<void> {
	const status = async (name: string, difference: Difference) =>
		await side.request(name, 'GET', '/status', undefined, difference);
	await status('Wrong instance token', { token: NOBODYS });
	await status('Wrong instance ID', { instanceId: NOBODYS });
	await status('Wrong Client-Token', { clientToken: NOBODYS });
	await status('No Client-Token', { clientToken: '' });
	await status('Wrong instance token and no Client-Token', { token: NOBODYS, clientToken: '' });
	await side.request('Wrong path', 'GET', '/no-such-method');
	await side.request('Wrong HTTP method', 'GET', '/pin-message');
	const queue = async (name: string, difference: Difference) =>
		await side.request(name, 'POST', '/queue', { pageSize: 1 }, difference);
	await queue('No Content-Type', { contentType: null });
	await queue('Content-Type text/plain', { contentType: 'text/plain' });
	await queue('A body that is not JSON', { text: '{"pageSize":' });
	await side.request('A pin with an empty body', 'POST', '/pin-message', {});
}

async function readList(side: Side, path: string): Promise<Json[]> {
	const { body } = await side.call('GET', path);
	if (!Array.isArray(body)) throw new Error('the response is no list');
	return body.map(toObject);
}

async function read(side: Side): Promise<void> {
	const page = async (number: number, size: number, path = '/chats') =>
		await readList(side, `${path}?page=${number}&pageSize=${size}`);
	await side.request('/status', 'GET', '/status');
	await side.row('/me', () => side.original);
	await side.request('/chats', 'GET', '/chats?page=1&pageSize=20');
	await side.request('/chats: page 0', 'GET', '/chats?page=0&pageSize=20');
	await side.request('/chats without a page', 'GET', '/chats');
	await side.row('/chats: pages 1 and 2, of one chat each', async () => {
		const [[one], [two]] = [await page(1, 1), await page(2, 1)];
		return { seen: one && two && one.phone !== two.phone ? 'two chats' : 'the same, or none' };
	});
	await side.row(`/chats: a page of ${LARGE_PAGE}`, async () => {
		const { length } = await page(1, LARGE_PAGE);
		if (length === LARGE_PAGE) return { seen: 'so many' };
		const next = await page(2, LARGE_PAGE);
		return { seen: next.length > 0 ? `${length}, and page 2 has more` : 'all chats' };
	});
	await side.request('/groups', 'GET', '/groups?page=1&pageSize=20');
	await side.row('The names of groups', async () => {
		const chats = await page(1, LARGE_PAGE);
		const toName = ({ name, phone }: Json) =>
			[phone, toText(phone).replace('-group', '')].includes(name) ? 'the ID' : 'a name or none';
		const groups = chats.filter(({ isGroup }) => isTrue(isGroup));
		const listed = await page(1, LARGE_PAGE, '/groups');
		return {
			chats: { seen: groups.map(toName) },
			groups: { seen: listed.map(toName) },
		};
	});
	await side.request('/communities', 'GET', '/communities?page=1&pageSize=20');
	await side.row('The announcement group of a community', async () => {
		const chats = await page(1, LARGE_PAGE);
		const group = chats.find(({ isGroupAnnouncement }) => isTrue(isGroupAnnouncement));
		if (!group) return { seen: 'no such group' };
		const metadata = await side.call('GET', `/light-group-metadata/${toText(group.phone)}`);
		const id = toText(toObject(metadata.body).communityId);
		const isListed = chats.some(({ phone }) => id && toText(phone).startsWith(id));
		const seen = `the community’s ID is ${isListed ? '' : 'not '}in /chats`;
		return { ...toShown(metadata), seen };
	});
	await side.request('/queue', 'POST', '/queue', { pageSize: 20 });
}

/** Tries values on the webhook of presence, the one that is missed least. */
async function trySettings(side: Side): Promise<void> {
	side.options.say('Setting the webhook URL of presence, and “sent by me”.');
	const setUrl = async (name: string, value: unknown) =>
		await side.row(`A webhook URL ${name}`, async () => {
			const response = await side.set('presenceChatCallbackUrl', value);
			const kept = toText((await side.readMe()).presenceChatCallbackUrl);
			if (kept === value) return { ...toShown(response), me: { seen: 'it' } };
			const isCut = kept !== '' && toText(value).startsWith(kept);
			const seen = isCut ? 'its beginning' : 'something else';
			return { ...toShown(response), me: { seen, length: kept.length } };
		});
	await setUrl('with HTTPS', UNUSED_URL);
	await setUrl('that is null', null);
	await setUrl('that is no URL', 'no URL');
	await setUrl('that is empty', '');
	await setUrl('without HTTPS', UNUSED_URL.replace('https', 'http'));
	for (const length of LENGTHS) {
		await setUrl(`of ${length} characters`, UNUSED_URL.padEnd(length, 'x'));
	}
	await side.row('“Sent by me”', async () => {
		const response = await side.set(SENT_BY_ME, true);
		return { ...toShown(response), me: (await side.readMe())[SENT_BY_ME] };
	});
}

/** A pin or unpin, with its callbacks. */
async function pin(side: Side, name: string, messageId: string, different?: Json) {
	const sent = await side.pin(name, messageId, different);
	await side.tell(name, sent);
	return sent;
}

async function tryMessages(side: Side): Promise<void> {
	const { listener, look, say } = side.options;
	say('Sending two messages to the chat, and pinning the second at once.');
	const write = async (number: number) =>
		await side.send(`Message ${number}`, '/send-text', { message: `Probe: message ${number}` });
	const [one, two] = [await write(1), await write(2)];
	await side.row('/queue while messages wait', async () => {
		const { body } = await side.call('POST', '/queue', { pageSize: 1 });
		const { pagingState } = toObject(body);
		const next = await side.call('POST', '/queue', { pageSize: 1, pagingState });
		return { page: body, next: next.body };
	});
	const early = two.messageId && (await side.pin('A pin of what waits', two.messageId));
	await side.tell('Message 1', one);
	await side.tell('Message 2', two);
	if (early) await side.tell('A pin of what waits', early);
	if (!one.messageId || !two.messageId) return;
	if (listener) {
		await side.row('A callback: headers and query', () => {
			const [{ headers, query } = { headers: {}, query: {} }] = side.calls.slice(one.callsBefore);
			const shown = Object.entries(headers).filter(([name]) => SECRET_HEADER.test(name));
			return { headers: Object.fromEntries(shown), query };
		});
	}

	say('Pinning the first message for 24 hours, again, and unpinning it twice.');
	const unpin = { messageAction: 'unpin' };
	const first = await pin(side, 'A pin', one.messageId);
	if (look) await side.row('A pin: what the chat shows', async () => ({ seen: await look() }));
	await pin(side, 'A second pin of the message', one.messageId);
	await pin(side, 'An unpin', one.messageId, unpin);
	await pin(side, 'An unpin of what is not pinned', one.messageId, unpin);
	if (two.zaapId) await pin(side, 'A pin by zaapId', two.zaapId);

	say('Trying to pin what can’t be pinned.');
	await pin(side, 'A pin of an unknown message', NOBODYS);
	await pin(side, 'An unpin of an unknown message', NOBODYS, unpin);
	await pin(side, 'A pin in a chat of nobody', NOBODYS, { phone: '5500000000000' });
	await pin(side, 'A pin in a channel', NOBODYS, { phone: '120363000000000000@newsletter' });
	await pin(side, 'A pin in what is no chat', NOBODYS, { phone: 'chat' });
	await pin(side, 'A pin for an hour', NOBODYS, { pinMessageDuration: '1_hour' });
	await pin(side, 'An unpin without a duration', NOBODYS, {
		...unpin,
		pinMessageDuration: undefined,
	});
	await pin(side, 'An action that does not exist', NOBODYS, { messageAction: 'toggle' });

	if (listener) {
		await side.row('A callback that is responded with HTTP 500', async () => {
			listener.failNext = ({ type }) => type === 'DeliveryCallback';
			const callsBefore = side.calls.length;
			await pin(side, 'One more pin of an unknown message', NOBODYS);
			listener.failNext = undefined;
			const failed = side.calls.slice(callsBefore).find(({ status }) => status === 500);
			if (!failed) throw new Error('no callback came');
			const same = JSON.stringify(failed.callback);
			const since = { callsBefore: side.calls.indexOf(failed) + 1 };
			const again = await side.callOf((callback) => JSON.stringify(callback) === same, since);
			return { seen: again ? 'comes again, the same' : 'does not come again' };
		});
	}

	say('Sending two more messages, and pinning all four.');
	const sent = [one, two, await write(3), await write(4)];
	let last = first;
	for (const [index, { messageId }] of sent.entries()) {
		last = await pin(side, `Pin ${index + 1} of 4`, messageId);
	}
	if (look) await side.row('Four pins: what the chat shows', async () => ({ seen: await look() }));
	await pin(side, 'An unpin of the fourth', sent.at(-1)?.messageId ?? '', unpin);
	if (!listener) return;
	await side.row('Four pins: a callback for the one that is displaced', () => {
		const isDisplaced = isOwnOf({ ...first, messageId: '', body: { ...first.body, ...unpin } });
		const isTold = side.calls.slice(last.callsBefore).some(({ callback }) => isDisplaced(callback));
		return { seen: isTold ? 'one' : 'none' };
	});
	const kindsOf = (one: typeof first) =>
		side.calls
			.slice(one.callsBefore)
			.filter(({ callback }) => isOwnOf(one)(callback))
			.map(({ kind }) => kind);
	await side.row('The webhooks that bring what the number itself does', () => ({
		message: { seen: kindsOf(one) },
		pin: { seen: kindsOf(first) },
	}));
	if (!side.kinds.includes(SECOND_WEBHOOK)) return;
	await side.set(SECOND_WEBHOOK, '');
	const without = await pin(side, 'A pin without the second webhook', one.messageId);
	await side.row('The webhook that brings a pin without the second', () => ({
		seen: kindsOf(without),
	}));
}

async function tryMedia(side: Side): Promise<void> {
	side.options.say('Sending pictures, a video, a PDF and, to a group, a poll.');
	const send = async (name: string, path: string, content: Json) => {
		const sent = await side.send(name, path, content);
		await side.tell(name, sent);
	};
	await send('An image', '/send-image', { image: PICTURE, caption: 'Probe: image' });
	await send('An image that is nowhere', '/send-image', { image: `${UNUSED_URL}image.png` });
	await send('A PDF', '/send-document/pdf', { document: PDF, fileName: 'Probe' });
	if (isGroupId(side.options.chat)) {
		const poll = [{ name: 'One' }, { name: 'Two' }];
		const content = { message: 'Probe: poll', poll, pollMaxOptions: 1 };
		await send('A poll', '/send-poll', content);
	}
	const video = await side.send('A video', '/send-video', { video: VIDEO_URL });
	const early = video.messageId && (await side.pin('A pin of a video at once', video.messageId));
	await side.tell('A video', video);
	if (early) await side.tell('A pin of a video at once', early);
}

/** What happens while the instance is disconnected from WhatsApp, and after. */
async function tryDisconnected(side: Side, allowed: ReadonlySet<Permission>): Promise<void> {
	const message = await side.send('A message to pin', '/send-text', { message: 'Probe: last' });
	await side.tell('A message to pin', message);
	const since = { callsBefore: side.calls.length };
	const tell = async (type: string) => {
		if (!side.options.listener) return;
		const call = await side.callOf((callback) => callback.type === type, since);
		await side.row(type, () => call?.callback ?? NO_CALLBACK);
	};
	if (!(await side.connect(false))) return;
	await side.request('/status while disconnected', 'GET', '/status');
	await tell('DisconnectedCallback');
	const sent = await side.pin('A pin while disconnected', message.messageId);
	await side.request('/queue while disconnected', 'POST', '/queue', { pageSize: 30 });
	if (allowed.has('settings')) {
		await side.row('A webhook URL while disconnected', async () =>
			toShown(await side.set('presenceChatCallbackUrl', '')),
		);
	}
	if (!(await side.connect(true))) return;
	await tell('ConnectedCallback');
	await side.tell('A pin while disconnected', sent);
	await side.row('The queue once connected', async () => {
		const hasLeft = await side.until(async () => {
			const { body } = await side.call('POST', '/queue', { pageSize: 30 });
			return !JSON.stringify(body).includes(sent.messageId);
		});
		return { seen: hasLeft ? 'the pin has left it' : 'the pin is still in it' };
	});
}
