import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Chat, type Chats, type Content, DURATIONS_MS, lidOf, ME, newId } from './chats.mts';
import {
	type SandboxResponse,
	clientTokenNotAllowed,
	type Faults,
	KNOWN_FAULTS,
	sendResponse,
} from './faults.mts';
import type { Instance, WebhookUrl } from './instance.mts';
import { fetchMedia, type Media, type MediaKind, readMedia } from './media.mts';
import type { Queue } from './queue.mts';
import { CONNECTED_PHONE, type Delivery } from './webhooks.mts';

/** One request as it arrived, including secrets, for tests. */
export interface RecordedRequest {
	/** Unix time in milliseconds. */
	receivedAt: number;
	method: string;
	/** Path and query as sent, undecoded. */
	url: string;
	/** What comes after the instance's base URL, e.g. `/pin-message`. */
	path: string;
	headers: Record<string, string | string[] | undefined>;
	/** Files in it are cut to their beginning. */
	body: Record<string, unknown>;
	/** The response's status; 0 if there was none. */
	status: number;
	/** Whether the sandbox carried out the request, or added it to the queue. */
	isDone: boolean;
	/** Whether a fault's response was sent instead of the sandbox's own. */
	isFaulty: boolean;
}

export interface ZApiState {
	instance: Instance;
	chats: Chats;
	queue: Queue;
	faults: Faults;
	requests: RecordedRequest[];
	deliveries: Delivery[];
	/** Requests to Z-API that have no complete response yet. */
	inFlight: number;
	/** The highest number of requests in flight; set it to 0 to count again. */
	mostInFlight: number;
	/** URL of n8n's editor for the page's link; empty: no link. */
	editorUrl: string;
}

interface InstancePath {
	instanceId: string;
	token: string;
	'*': string;
}

type Body = Record<string, unknown>;

type Handler = (body: Body, query: Record<string, string>, lastInPath: string) => unknown;

/** How much of a file in a body is kept, in characters. */
const KEPT_OF_FILE = 10_000;

/**
 * Z-API's methods according to its documentation. Undocumented behaviour is marked as assumed.
 *
 * @see https://developer.z-api.io
 */
export const zApi: FastifyPluginAsync<{ state: ZApiState }> = async (app, { state }) => {
	// Accepts any Content-Type as text, so that the sandbox refuses it like Z-API, and not Fastify.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));

	app.all('/instances/:instanceId/token/:token/*', async (request, reply) => {
		const { '*': method } = request.params as InstancePath;
		const body = toBody(request);
		const recorded = record(state, request, `/${method}`, body);
		state.inFlight++;
		state.mostInFlight = Math.max(state.mostInFlight, state.inFlight);
		reply.raw.once('close', () => state.inFlight--);
		if (state.faults.latencyMs) {
			await new Promise((resolve) => setTimeout(resolve, state.faults.latencyMs));
		}
		const fault = state.faults.next(recorded.path, subjectOf(recorded.body) ?? recorded);
		const own = fault && !fault.isDone ? undefined : await perform(state, request, body);
		recorded.isDone = own?.status === 200;
		recorded.isFaulty = fault !== undefined;
		const given = fault?.response ?? own ?? KNOWN_FAULTS.methodNotFound;
		recorded.status = typeof given === 'object' ? given.status : 0;
		await sendResponse(given, request, reply, own?.body);
		return await reply;
	});

	app.setNotFoundHandler(
		async (request, reply) => await sendResponse(KNOWN_FAULTS.methodNotFound, request, reply),
	);
};

/** What tells a message from others in requests: to be sent, it has no ID yet. */
export const subjectOf = ({ message, messageId, caption, image, video, document }: Body): unknown =>
	[message, caption, image, video, document, messageId].find(
		(value) => value !== undefined && value !== '',
	);

/** A copy, as a part of a string keeps the whole of it in memory. */
const cut = (value: unknown): unknown =>
	typeof value === 'string' && value.startsWith('data:')
		? Buffer.from(value.slice(0, KEPT_OF_FILE)).toString()
		: value;

function record(
	state: ZApiState,
	request: FastifyRequest,
	path: string,
	body: Body,
): RecordedRequest {
	const recorded: RecordedRequest = {
		receivedAt: Date.now(),
		method: request.method,
		url: request.url,
		path,
		headers: request.headers,
		body: Object.fromEntries(Object.entries(body).map(([key, value]) => [key, cut(value)])),
		status: 0,
		isDone: false,
		isFaulty: false,
	};
	state.requests.push(recorded);
	return recorded;
}

function toBody(request: FastifyRequest): Body {
	try {
		return (JSON.parse(request.body as string) ?? {}) as Body;
	} catch {
		return {};
	}
}

/** Assumed: in which order Z-API checks these. */
function refuse(
	{ instance }: ZApiState,
	request: FastifyRequest,
	methods: Methods,
): SandboxResponse | undefined {
	const { instanceId, token, '*': method } = request.params as InstancePath;
	const sent = request.headers['client-token'];
	if (instance.clientToken && sent === undefined) return KNOWN_FAULTS.clientTokenMissing;
	if (instance.clientToken && sent !== instance.clientToken)
		return clientTokenNotAllowed(String(sent));
	if (instanceId !== instance.instanceId || token !== instance.token) {
		return KNOWN_FAULTS.instanceNotFound;
	}
	const known = findMethod(methods, method);
	if (!known) return KNOWN_FAULTS.methodNotFound;
	if (request.method !== known.verb) return KNOWN_FAULTS.httpMethodRefused;
	const contentType = request.headers['content-type'] ?? '';
	if (request.method !== 'GET' && !contentType.startsWith('application/json')) {
		return KNOWN_FAULTS.contentTypeRefused;
	}
	return undefined;
}

async function perform(
	state: ZApiState,
	request: FastifyRequest,
	sent: Body,
): Promise<SandboxResponse> {
	const methods = toMethods(state);
	const refusal = refuse(state, request, methods);
	if (refusal) return refusal;
	const { '*': method } = request.params as InstancePath;
	const lastInPath = method.slice(method.lastIndexOf('/') + 1);
	const query = request.query as Record<string, string>;
	try {
		const body = await findMethod(methods, method)?.handle(sent, query, lastInPath);
		return { status: 200, body };
	} catch (error) {
		// Assumed: what Z-API responds to a body that is not as documented.
		return { status: 400, body: { error: (error as Error).message } };
	}
}

/** By path; an asterisk stands for one part of it. */
type Methods = Record<string, { verb: string; handle: Handler }>;

const findMethod = (methods: Methods, path: string) =>
	path.includes('*') ? undefined : (methods[path] ?? methods[path.replace(/[^/]+$/, '*')]);

function toMethods({ instance, chats, queue }: ZApiState): Methods {
	const get = (handle: Handler) => ({ verb: 'GET', handle });
	const post = (handle: Handler) => ({ verb: 'POST', handle });
	const put = (handle: Handler) => ({ verb: 'PUT', handle });
	const toSetUrl = (...kinds: WebhookUrl[]) =>
		put(({ value, notifySentByMe }) => {
			// An empty URL takes the webhook away. Assumed: what Z-API responds to what is no URL.
			const isUsable = typeof value === 'string' && (value === '' || URL.canParse(value));
			if (!isUsable || (instance.requiresHttps && value && !value.startsWith('https:'))) {
				throw new Error('Invalid webhook URL');
			}
			for (const kind of kinds) instance[kind] = value.slice(0, instance.keptUrlLength);
			// Only all webhooks at once have it in the same request.
			if (kinds.length > 1 && typeof notifySentByMe === 'boolean') {
				instance.receiveCallbackSentByMe = notifySentByMe;
			}
			return { value: true };
		});
	const urlKinds = instance.webhooks.map(([, kind]) => kind);
	/** The IDs in the response are those of the event that it will be: a fresh pair each time. */
	const enqueue = (phone: string, what: string, send: (eventId: string) => unknown) => {
		if (!/\d/.test(phone)) throw new Error('Invalid phone');
		const [zaapId, messageId] = [newId(), newId()];
		const entry = { zaapId, messageId, phone, what, created: Date.now() };
		// Assumed: what is sent to a community counts as sent.
		queue.add({ ...entry, send: () => (chats.isReached(phone) ? send(messageId) : undefined) });
		return { zaapId, messageId, id: messageId };
	};
	const sendMessage = (
		{ phone, messageId: replyTo }: Body,
		what: string,
		text: unknown = '',
		content: Content = {},
	) => {
		if (typeof phone !== 'string' || typeof text !== 'string') throw new Error('Invalid body');
		const reply = typeof replyTo === 'string' ? { replyTo } : {};
		const author = { ...ME, fromApi: true };
		return enqueue(phone, `send ${what} “${text}”`, (messageId) => {
			const write = (media?: Media) =>
				chats.write(phone, text, author, {
					messageId,
					...reply,
					...content,
					...(media && { media }),
				});
			if (content.poll && !chats.get(phone).isGroup) {
				throw new Error('This type of message can only be sent in groups');
			}
			const media = content.media && fetchMedia(content.media);
			return media instanceof Promise ? media.then(write) : write(media);
		});
	};
	const sendMedia = (kind: MediaKind, what: string) =>
		post((body, _query, lastInPath) => {
			const isDocument = kind === 'document';
			if (isDocument && !/^[a-z\d]+$/i.test(lastInPath)) throw new Error('Invalid extension');
			const media = readMedia(kind, body[kind]);
			if (isDocument) media.fileName = toFileName(body.fileName, lastInPath, media.url);
			return sendMessage(body, what, body.caption, { media });
		});
	return {
		status: get(() => toStatus(instance)),
		device: get(() => ({ phone: CONNECTED_PHONE, name: 'Sandbox', isBusiness: false })),
		me: get(() => ({
			id: instance.instanceId,
			token: instance.token,
			name: 'Sandbox',
			due: Date.now() + DURATIONS_MS['30_days'],
			connected: instance.isConnected,
			paymentStatus: 'ACTIVE',
			proxyUrl: instance.proxyUrl,
			...Object.fromEntries(urlKinds.map((kind) => [kind, instance[kind]])),
			receiveCallbackSentByMe: instance.receiveCallbackSentByMe,
		})),
		...Object.fromEntries(instance.webhooks.map(([method, kind]) => [method, toSetUrl(kind)])),
		'update-every-webhooks': toSetUrl(...urlKinds),
		'update-notify-sent-by-me': put(({ notifySentByMe }) => {
			instance.receiveCallbackSentByMe = notifySentByMe === true;
			return { value: true };
		}),
		'update-queue-settings': put(({ disableEnqueueWhenDisconnected }) => {
			instance.disableEnqueueWhenDisconnected = disableEnqueueWhenDisconnected === true;
			return { value: true };
		}),
		queue: post((body) => toQueuePage(queue, body)),
		chats: get((_body, query) =>
			toPage(chats.all(), query).map((chat) =>
				chat.isGroup && !instance.hasGroupNamesInChats ? { ...chat, name: chat.phone } : chat,
			),
		),
		groups: get((_body, query) =>
			toPage(
				chats.all().filter(({ isGroup }) => isGroup),
				query,
			),
		),
		'phone-exists/*': get((_body, _query, phone) => {
			const known = chats.all().find((chat) => !chat.isGroup && isSamePhone(chat.phone, phone));
			if (!known) return [{ exists: false, phone, lid: null }];
			return [{ exists: true, phone: known.phone, lid: lidOf(known.phone) }];
		}),
		'send-text': post((body) => {
			const { message, mentionAll } = body;
			if (typeof message !== 'string') throw new Error('Invalid body');
			// Assumed: without effect where there is no @all, and in a private chat.
			const mentionsAll = mentionAll === true && /(^|\s)@all\b/.test(message);
			return sendMessage(body, '', message, mentionsAll ? { mentionsAll } : {});
		}),
		'send-image': sendMedia('image', 'picture'),
		'send-video': sendMedia('video', 'video'),
		'send-document/*': sendMedia('document', 'document'),
		'send-poll': post((body) => sendMessage(body, 'poll', body.message, { poll: toPoll(body) })),
		'pin-message': post(({ phone, messageId, messageAction, pinMessageDuration }) => {
			const durationMs = (DURATIONS_MS as Record<string, number>)[String(pinMessageDuration)];
			if (typeof phone !== 'string' || typeof messageId !== 'string' || !durationMs) {
				throw new Error('Invalid body');
			}
			if (messageAction !== 'pin' && messageAction !== 'unpin') {
				throw new Error('Invalid messageAction');
			}
			return enqueue(phone, `${messageAction} ${messageId}`, (eventId) => {
				if (phone.endsWith('@newsletter')) {
					throw new Error('SendPinChatMessage not available to channels.');
				}
				// Assumed: that WhatsApp rejects it, and not Z-API at once.
				if (!instance.knowsAnyMessage && !chats.find(phone, messageId)) {
					throw new Error('Whatsapp rejected sending this message');
				}
				const author = { ...ME, fromApi: true };
				if (messageAction === 'pin') chats.pin(phone, messageId, durationMs, author, eventId);
				else chats.unpin(phone, messageId, author, eventId);
			});
		}),
	};
}

/** As the documentation asks. Assumed: the refusal of fewer than 2, more than 12, empty and equal options. */
function toPoll({ message, poll, pollMaxOptions = 0 }: Body): Content['poll'] {
	if (typeof message !== 'string' || message === '') throw new Error('Invalid message');
	const options = Array.isArray(poll) ? poll.map((option) => (option as Body | null)?.name) : [];
	const isText = (option: unknown): option is string => typeof option === 'string' && option !== '';
	const areDifferent = new Set(options).size === options.length;
	if (!options.every(isText) || !areDifferent || options.length < 2 || options.length > 12) {
		throw new Error('Invalid poll');
	}
	const isInRange = Number.isInteger(pollMaxOptions) && Number(pollMaxOptions) >= 0;
	if (!isInRange) throw new Error('Invalid pollMaxOptions');
	return { options, maxOptions: Number(pollMaxOptions) };
}

/** Assumed: the name of a document that has none. */
function toFileName(given: unknown, extension: string, url?: string): string {
	const inUrl = url === undefined ? '' : new URL(url).pathname.replace(/^.*\//, '');
	const isText = typeof given === 'string' && given !== '';
	const name = isText ? given : inUrl || 'document';
	const ending = `.${extension.toLowerCase()}`;
	return name.toLowerCase().endsWith(ending) ? name : name + ending;
}

/** Whether two numbers differ at most in the ninth digit of Brazil. */
function isSamePhone(one: string, other: string): boolean {
	const withoutNinth = (phone: string) => phone.replace(/^(55\d\d)9(\d{8})$/, '$1$2');
	return withoutNinth(one) === withoutNinth(other);
}

function toStatus({ connection }: Instance) {
	if (connection !== 'connected') return KNOWN_FAULTS[connection].body;
	return { connected: true, smartphoneConnected: true, error: 'You are already connected.' };
}

/** The documented page size is 20, at most 30. Assumed: what the paging state looks like. */
function toQueuePage({ waiting }: Queue, { pageSize = 20, pagingState }: Record<string, unknown>) {
	const first = Number(pagingState ?? 0);
	const next = first + Math.min(Number(pageSize), 30);
	const hasMore = next < waiting.length;
	const messages = waiting.slice(first, next).map((entry) => ({
		ZaapId: entry.zaapId,
		MessageId: entry.messageId,
		Phone: entry.phone,
		Created: entry.created,
	}));
	return { messages, pagingState: hasMore ? String(next) : null, hasMore };
}

function toPage(chats: Chat[], { page, pageSize }: Record<string, string>) {
	const first = (Number(page) - 1) * Number(pageSize);
	if (!(first >= 0)) throw new Error('page and pageSize are required');
	// Booleans and numbers as text: the documentation shows both forms.
	return chats.slice(first, first + Number(pageSize)).map((chat) => ({
		phone: chat.phone,
		name: chat.name,
		isGroup: chat.isGroup,
		isGroupAnnouncement: chat.isGroupAnnouncement,
		unread: '0',
		lastMessageTime: String(Math.floor((chat.messages.at(-1)?.momment ?? 0) / 1000)),
		archived: String(chat.archived),
		pinned: 'false',
	}));
}
