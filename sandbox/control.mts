import type { FastifyPluginAsync } from 'fastify';
import { mask } from '../nodes/shared/transport/mask.ts';
import type { Fault } from './faults.mts';
import { authorIn, type Duration, DURATIONS_MS } from './chats.mts';
import type { Instance } from './instance.mts';
import { type MediaKind, readMedia } from './media.mts';
import type { RecordedRequest, ZApiState } from './zApi.mts';

/** How many of the latest requests are shown. */
const SHOWN_REQUESTS = 50;

/** How many of the latest calls of webhooks are shown. */
const SHOWN_CALLS = 20;

interface Settings {
	faults: Fault[];
	/** In milliseconds. */
	latencyMs: number;
	requestsPerSecond: number;
	retryAfterSeconds?: number;
	connection: Instance['connection'];
	/** Whether webhook URLs must be HTTPS, as with Z-API. */
	requiresHttps: boolean;
}

/** Settings that can be changed, and their values. Fastify removes other fields. */
const settingsSchema = {
	type: 'object',
	additionalProperties: false,
	properties: {
		faults: { type: 'array', items: { type: 'object', required: ['response'] } },
		latencyMs: { type: 'integer', minimum: 0, maximum: 600_000 },
		requestsPerSecond: { type: 'integer', minimum: 0 },
		retryAfterSeconds: { type: 'integer', minimum: 0 },
		connection: { enum: ['connected', 'notConnected', 'sessionToRestore'] },
		requiresHttps: { type: 'boolean' },
	},
};

/** What a person does in a chat. */
interface Deed {
	phone: string;
	/** Phone number of the person; empty: the connected number; absent: the first person of the chat. */
	by?: string;
	text?: string;
	replyTo?: string;
	/** A data URL; then the text is its caption. */
	file?: string;
	fileName?: string;
	messageId: string;
	/** What is chosen in a poll. */
	options: string[];
	/** Of a reaction; empty to take it back. */
	value: string;
	action: 'pin' | 'unpin';
	duration?: Duration;
}

const text = { type: 'string', minLength: 1 };

const toSchema = (...required: Array<keyof Deed>) => ({
	body: {
		type: 'object',
		required,
		properties: {
			phone: text,
			text,
			messageId: text,
			by: { type: 'string' },
			value: { type: 'string' },
			action: { enum: ['pin', 'unpin'] },
			duration: { enum: Object.keys(DURATIONS_MS) },
			replyTo: { type: 'string' },
			file: text,
			fileName: text,
			options: { type: 'array', items: text },
		},
	},
});

/** An API for people, scripts and the bench: shows the sandbox's state, acts in its chats, sets faults. */
export const control: FastifyPluginAsync<{ state: ZApiState }> = async (app, { state }) => {
	const { chats, faults, instance, queue, requests } = state;
	const authorOf = ({ phone, by }: Deed) => {
		const chat = chats.get(phone);
		return authorIn(chat, by ?? chat.people[0]?.phone);
	};

	app.get('/sandbox/chats', () => chats.all());
	app.post<{ Body: Deed }>(
		'/sandbox/messages',
		{ schema: toSchema('phone') },
		async (request, reply) => {
			const { phone, text = '', replyTo, file, fileName } = request.body;
			if (!text && !file) return await reply.code(400).send({ error: 'Neither text nor file' });
			const media = file === undefined ? undefined : readFile(file, fileName);
			return chats.write(phone, text, authorOf(request.body), { replyTo, ...(media && { media }) });
		},
	);
	app.post<{ Body: Deed }>(
		'/sandbox/votes',
		{ schema: toSchema('phone', 'messageId', 'options') },
		({ body }) => ({
			messageId: chats.vote(body.phone, body.messageId, body.options, authorOf(body)),
		}),
	);
	app.get<{ Params: { messageId: string } }>(
		'/sandbox/media/:messageId',
		async (request, reply) => {
			const media = chats.findMedia(request.params.messageId);
			if (!media?.data) return await reply.code(404).send({ error: 'Not kept' });
			// Whatever somebody has sent: only pictures are shown by a browser.
			const isShown = /^image\/(png|jpeg|gif|webp)$/.test(media.mimeType);
			return await reply
				.header('x-content-type-options', 'nosniff')
				.header('content-disposition', isShown ? 'inline' : 'attachment')
				.type(isShown ? media.mimeType : 'application/octet-stream')
				.send(media.data);
		},
	);
	app.post<{ Body: Deed }>(
		'/sandbox/reactions',
		{ schema: toSchema('phone', 'messageId', 'value') },
		({ body }) => ({
			messageId: chats.react(body.phone, body.messageId, body.value, authorOf(body)),
		}),
	);
	app.post<{ Body: Deed }>(
		'/sandbox/pins',
		{ schema: toSchema('phone', 'messageId', 'action') },
		({ body }) => {
			const { phone, messageId, action, duration = '7_days' } = body;
			const author = authorOf(body);
			if (action === 'unpin') return { messageId: chats.unpin(phone, messageId, author) };
			return { messageId: chats.pin(phone, messageId, DURATIONS_MS[duration], author) };
		},
	);
	// Keeps the webhooks, as n8n would not register them again.
	app.post('/sandbox/reset', async (_request, reply) => {
		queue.clear();
		chats.reset();
		faults.reset();
		requests.length = 0;
		instance.connection = 'connected';
		await reply.code(204).send();
	});
	app.get('/sandbox/requests', () => showRequests(state));
	app.delete('/sandbox/requests', async (_request, reply) => {
		requests.length = 0;
		await reply.code(204).send();
	});
	app.get('/sandbox/settings', () => showSettings(state));
	app.put('/sandbox/settings', { schema: { body: settingsSchema } }, async (request, reply) => {
		const {
			faults: wanted,
			connection,
			requiresHttps,
			...numbers
		} = request.body as Partial<Settings>;
		if (wanted) faults.set(...wanted);
		if (requiresHttps !== undefined) instance.requiresHttps = requiresHttps;
		if (connection) instance.connection = connection;
		Object.assign(faults, numbers);
		await reply.code(204).send();
	});
};

function readFile(file: string, fileName = 'document') {
	const [, kind = 'document'] = /^data:(image|video)\//.exec(file) ?? [];
	const media = readMedia(kind as MediaKind, file);
	if (kind === 'document') media.fileName = fileName;
	return media;
}

/** The current settings of the sandbox. */
export function showSettings({ faults, instance }: ZApiState): Settings {
	const { active, latencyMs, requestsPerSecond, retryAfterSeconds } = faults;
	const { connection, requiresHttps } = instance;
	const numbers = { latencyMs, requestsPerSecond, retryAfterSeconds };
	return { faults: active, ...numbers, connection, requiresHttps };
}

/** The latest requests, oldest first. Only fields that should have no secrets, and these are masked. */
export function showRequests({ requests, instance }: ZApiState) {
	const first = Math.max(0, requests.length - SHOWN_REQUESTS);
	return requests.slice(first).map((request, index) => {
		const { receivedAt, method, path, body, status, isDone, isFaulty } = request;
		const { phone, messageId, messageAction } = body;
		const asked = { method, path, phone, messageId, messageAction };
		return {
			number: first + index + 1,
			receivedAt,
			status,
			isDone,
			isFaulty,
			...mask(asked, secretsOf(request, instance)),
		};
	});
}

/** Who has registered which webhook: hosts, and what this package writes into its URLs; no secret. */
export function showWebhooks({ instance }: ZApiState) {
	return instance.webhooks.flatMap(([, kind]) =>
		instance[kind] === '' ? [] : [{ kind, receivers: toReceivers(instance[kind]) }],
	);
}

/** The latest calls of webhooks, oldest first. */
export function showCalls({ deliveries }: ZApiState) {
	const first = Math.max(0, deliveries.length - SHOWN_CALLS);
	return deliveries.slice(first).map(({ url, callback, status, attempts }, index) => {
		const { phone, momment } = callback;
		const [receiver] = toReceivers(url);
		return {
			number: first + index + 1,
			what: describeCall(callback),
			phone,
			momment,
			status,
			attempts,
			receiver,
		};
	});
}

/** The one that is called, and those that it passes calls on to, as this package's URLs list them. */
function toReceivers(url: string) {
	const [list = ''] = (toUrl(url)?.searchParams.get('list') ?? '').split('.');
	const others = Buffer.from(list, 'base64url')
		.toString()
		.matchAll(/"(https?:[^"]+)"/g);
	return [url, ...[...others].map(([, other = '']) => other)].map(toReceiver);
}

function toReceiver(url: string) {
	const { host = 'an unreadable URL', pathname = '', searchParams } = toUrl(url) ?? {};
	const workflow = searchParams?.get('workflow') ?? undefined;
	return { host, workflow, isTest: pathname.includes('/webhook-test/') };
}

const toUrl = (url: string) => (URL.canParse(url) ? new URL(url) : undefined);

/** What a webhook is called for, in a word. */
function describeCall({ type, error, pinMessage, ...callback }: Record<string, unknown>): string {
	if (type === 'DeliveryCallback') return error === undefined ? 'sent' : 'not sent';
	if (type !== 'ReceivedCallback') return String(type).replace('Callback', '').toLowerCase();
	if (pinMessage) return (pinMessage as { action: string }).action;
	const kinds = { reaction: 'reaction', pollVote: 'vote', notification: 'notification' };
	return Object.entries(kinds).find(([key]) => callback[key])?.[1] ?? 'message';
}

function secretsOf({ url, headers }: RecordedRequest, { token, clientToken }: Instance): string[] {
	const sent = [url.split('/')[4], headers['client-token']];
	return [token, clientToken, ...sent].filter(
		(secret): secret is string => typeof secret === 'string' && secret !== '',
	);
}
