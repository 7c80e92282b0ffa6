import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { toFailure } from '../../nodes/shared/transport/failures.ts';
import { hasError, type ZApiResponse } from '../../nodes/shared/transport/response.ts';
import { isTrue, toObject } from '../../nodes/shared/json.ts';
import type { WebhookUrl } from '../../sandbox/instance.mts';
import { Changes } from './changes.mts';
import type { Call, Listener } from './listener.mts';
import { Masker } from './masker.mts';

type Json = Record<string, unknown>;

/** What a user allows beyond reading. */
export type Permission = 'settings' | 'messages' | 'fourth' | 'disconnect';

/** Fields of the credential. */
export interface Credential {
	instanceId: string;
	token: string;
	/** Empty: the account has not activated it. */
	clientToken: string;
	baseUrl: string;
}

export interface ProbeOptions {
	credential: Credential;
	/** As Z-API writes it; for what is sent. */
	chat?: string | undefined;
	allowed: ReadonlySet<Permission>;
	/** Where callbacks arrive; absent: they don't. */
	listener?: Listener | undefined;
	/** How long a callback or the queue is waited for, in milliseconds. */
	patienceMs?: number;
	/** How long a person is waited for, in milliseconds. */
	personMs?: number;
	/** How often the queue and the status are asked for while it waits, in milliseconds. */
	pollMs?: number;
	/** Ends it early; what was changed is put back all the same. */
	signal?: AbortSignal;
	/** Tells what is being done. */
	say: (line: string) => void;
	/** Asks what only a person sees; absent: nobody is there. */
	look?: ((question: string, choices: string[]) => Promise<string>) | undefined;
}

/** One request and its response. */
export interface Exchange {
	method: string;
	/** What comes after the instance token. */
	path: string;
	sent: unknown;
	response: ZApiResponse;
}

/** What differs from a request as it should be. */
interface Difference extends Partial<Credential> {
	/** `null`: none. */
	contentType?: string | null;
	/** Sent instead of the body as JSON. */
	text?: string;
	/** Whether the report leaves it out. */
	isQuiet?: boolean;
	signal?: AbortSignal;
}

/** Something that goes through the queue. */
export interface Sent {
	body: Json;
	response: ZApiResponse;
	/** Empty: it was not accepted. */
	messageId: string;
	zaapId: string;
	/** How many calls there had been before it was sent. */
	callsBefore: number;
}

/** Why an assumption could not be tried. */
export class NotTried extends Error {}

const REQUEST_TIMEOUT_MS = 30_000;

/** How long an entry of a queue that can't be read may take, in milliseconds. */
const QUEUE_ENTRY_MS = 10_000;

const WEBHOOK_METHODS = {
	receivedCallbackUrl: 'update-webhook-received',
	deliveryCallbackUrl: 'update-webhook-delivery',
	connectedCallbackUrl: 'update-webhook-connected',
	disconnectedCallbackUrl: 'update-webhook-disconnected',
	presenceChatCallbackUrl: 'update-webhook-chat-presence',
} satisfies Partial<Record<WebhookUrl, string>>;

type Kind = keyof typeof WEBHOOK_METHODS;

/** The probe's hands: sends requests, waits for callbacks, and remembers what has to be put back. */
export class Probe {
	readonly masker = new Masker();

	readonly exchanges: Exchange[] = [];

	readonly say: ProbeOptions['say'];

	readonly signal: AbortSignal;

	readonly patienceMs: number;

	/** IDs that the probe has seen in responses, or made up. */
	readonly ours = new Set<string>();

	/** What `/me` showed before anything was changed. */
	original: Json = {};

	/** Whether the instance is connected to WhatsApp, as far as is known. */
	isConnected = false;

	private readonly changes = new Changes();

	/** Messages that are pinned at the moment, as far as is known. */
	private readonly pinned = new Set<string>();

	private last?: Sent;

	constructor(readonly options: ProbeOptions) {
		const { credential, chat = '', listener, say, signal, patienceMs = 30_000 } = options;
		const { instanceId, token, clientToken, baseUrl } = credential;
		this.signal = signal ?? new AbortController().signal;
		setMaxListeners(0, this.signal);
		this.patienceMs = patienceMs;
		this.masker.know('Client-Token', clientToken);
		this.masker.know('instance token', token);
		this.masker.know('instance ID', instanceId);
		this.masker.know('URL', baseUrl);
		this.masker.know('chat', chat);
		if (listener) {
			this.masker.know('webhook URL', listener.url);
			this.masker.know('host name', new URL(listener.url).host);
		}
		this.say = (line) => say(this.masker.scrub(line));
	}

	get chat(): string {
		if (!this.options.chat) throw new NotTried('no chat was given');
		return this.options.chat;
	}

	/** An ID that has never been anybody's, of the same form. */
	makeUp(noun: string, bytes = 16): string {
		const id = randomBytes(bytes).toString('hex').toUpperCase();
		this.masker.know(noun, id);
		this.ours.add(id);
		return id;
	}

	/** @throws only when the probe is ended; a request without a response is a result, too */
	async call(
		method: string,
		path: string,
		body?: Json,
		difference: Difference = {},
	): Promise<ZApiResponse> {
		const { contentType = 'application/json', text, isQuiet, signal = this.signal } = difference;
		const { baseUrl, instanceId, token, clientToken } = {
			...this.options.credential,
			...difference,
		};
		signal.throwIfAborted();
		const sent = text ?? (body && JSON.stringify(body));
		const url = `${baseUrl.replace(/\/+$/, '')}/instances/${encodeURIComponent(instanceId)}/token/${encodeURIComponent(token)}${path}`;
		const request = {
			method,
			headers: {
				...(clientToken && { 'client-token': clientToken }),
				...(sent !== undefined && contentType && { 'content-type': contentType }),
			},
			// As bytes, so that no Content-Type is added.
			...(sent !== undefined && { body: new TextEncoder().encode(sent) }),
			redirect: 'manual' as const,
			signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
		};
		const response = await fetch(url, request)
			.then(async (got) => ({ statusCode: got.status, body: parse(await got.text()) }))
			.catch((reason: unknown) => {
				signal.throwIfAborted();
				return { networkCode: toNetworkCode(reason) };
			});
		if (!isQuiet) this.exchanges.push({ method, path, sent: text ?? body, response });
		return response;
	}

	/** @throws with what to do when the instance can't be used */
	async begin(): Promise<void> {
		this.say('Reading what is set now (/me, /status).');
		const me = await this.call('GET', '/me');
		if (me.statusCode !== 200 || !('connected' in toObject(me.body))) {
			const { message, description } = toFailure(me);
			throw new Error(`${message}. ${description}`);
		}
		this.original = toObject(me.body);
		this.isConnected = isTrue(toObject((await this.call('GET', '/status')).body).connected);
		const { listener } = this.options;
		if (!listener) return;
		this.say('Setting four webhook URLs of the instance, and “sent by me”, to listen.');
		await this.setSentByMe(true);
		for (const kind of ['received', 'delivery', 'connected', 'disconnected'] as const) {
			await this.setUrl(`${kind}CallbackUrl`, listener.url);
		}
		if ((await this.me()).deliveryCallbackUrl !== listener.url) {
			throw new Error('The instance does not take the URL of --webhook');
		}
	}

	/** @returns what could not be put back */
	async putBack(): Promise<string[]> {
		this.say('Putting back what was changed.');
		return await this.changes.undoAll();
	}

	/** Sets one URL of the instance, for a while. */
	async setUrl(kind: Kind, value: unknown): Promise<ZApiResponse> {
		const path = `/${WEBHOOK_METHODS[kind]}`;
		const original = toUrl(this.original[kind]);
		this.changes.add(`the webhook URL “${kind}”`, async () => {
			await this.call('PUT', path, { value: original }, IN_THE_END);
			if (toUrl((await this.me(IN_THE_END))[kind]) !== original) throw new Error('Not put back');
		});
		return await this.call('PUT', path, { value });
	}

	/** Sets whether callbacks also come for what the connected number does itself, for a while. */
	async setSentByMe(notifySentByMe: boolean): Promise<ZApiResponse> {
		const path = '/update-notify-sent-by-me';
		const original = isTrue(this.original.receiveCallbackSentByMe);
		this.changes.add('“sent by me”', async () => {
			await this.call('PUT', path, { notifySentByMe: original }, IN_THE_END);
			const me = await this.me(IN_THE_END);
			if (isTrue(me.receiveCallbackSentByMe) !== original) throw new Error('Not put back');
		});
		return await this.call('PUT', path, { notifySentByMe });
	}

	async me(difference?: Difference): Promise<Json> {
		const me = await this.call('GET', '/me', undefined, { ...difference, isQuiet: true });
		return toObject(me.body);
	}

	async sendText(message: string): Promise<Sent> {
		return await this.send('/send-text', { phone: this.chat, message });
	}

	/** Pins a message that is in the chat, for a while. */
	async pin(messageId: string): Promise<Sent> {
		await this.settleLast();
		return await this.pinAtOnce(messageId);
	}

	/** Pins a message, for a while, although it may still wait in the queue. */
	async pinAtOnce(messageId: string): Promise<Sent> {
		const undo = async () => {
			if (!this.pinned.has(messageId)) return;
			const unpin = { ...this.toPin(messageId), messageAction: 'unpin' };
			const sent = await this.send('/pin-message', unpin, IN_THE_END);
			if (!sent.messageId) throw new Error('Not put back');
			if (!this.signal.aborted && this.isConnected) await this.settle(sent);
		};
		this.changes.add('the pin of a message', undo, messageId);
		this.pinned.add(messageId);
		const sent = await this.send('/pin-message', this.toPin(messageId));
		// Whatever else comes back, it may be pinned.
		if (isRefusal(sent.response)) this.pinned.delete(messageId);
		return sent;
	}

	async unpin(messageId: string): Promise<Sent> {
		const sent = await this.sendNext({ ...this.toPin(messageId), messageAction: 'unpin' });
		if (sent.messageId) this.pinned.delete(messageId);
		return sent;
	}

	toPin(messageId: string): Json {
		const pin = { messageAction: 'pin', pinMessageDuration: '24_hours' };
		return { phone: this.chat, messageId, ...pin };
	}

	/** Pins or unpins, but not before all else is through the queue. */
	async sendNext(body: Json): Promise<Sent> {
		await this.settleLast();
		return await this.send('/pin-message', body);
	}

	/** Waits until all that was sent has left the queue. */
	async settleLast(): Promise<void> {
		if (this.last && this.isConnected) await this.settle(this.last);
	}

	private async send(path: string, body: Json, difference?: Difference): Promise<Sent> {
		const callsBefore = this.options.listener?.calls.length ?? 0;
		const response = await this.call('POST', path, body, difference);
		const { messageId, zaapId } = toObject(response.body);
		const sent = {
			...{ body, response, callsBefore },
			messageId: isAccepted(response) && typeof messageId === 'string' ? messageId : '',
			zaapId: typeof zaapId === 'string' ? zaapId : '',
		};
		for (const id of [sent.messageId, sent.zaapId].filter(Boolean)) this.ours.add(id);
		if (sent.messageId) this.last = sent;
		return sent;
	}

	/** Waits until something has left the queue, one way or another. */
	async settle(sent: Sent): Promise<void> {
		if (!sent.messageId) return;
		const ending = Date.now() + QUEUE_ENTRY_MS;
		await this.until(async () => {
			if (this.find(isDeliveryOf(sent), sent.callsBefore)) return true;
			const waits = await this.isWaiting(sent);
			return waits === undefined ? Date.now() > ending : !waits;
		});
	}

	/** @returns whether it waits in the queue; `undefined`: the queue can't be read */
	async isWaiting({ messageId }: Sent): Promise<boolean | undefined> {
		const { body } = await this.call('POST', '/queue', { pageSize: 30 }, { isQuiet: true });
		const { messages } = toObject(body);
		if (!Array.isArray(messages)) return undefined;
		return messages.some((entry) => toObject(entry).MessageId === messageId);
	}

	/** The callback that says whether it was sent; `undefined`: none came. */
	async deliveryOf(sent: Sent): Promise<Call | undefined> {
		return await this.callOf(isDeliveryOf(sent), sent.callsBefore);
	}

	/** The callback of the message, the pin or the unpin itself; `undefined`: none came. */
	async eventOf({ messageId, body, callsBefore }: Sent): Promise<Call | undefined> {
		const { messageId: pinned, messageAction } = body;
		return await this.callOf((callback) => {
			if (!/^receivedcallback$/i.test(String(callback.type))) return false;
			if (callback.messageId === messageId) return true;
			const { action, reference } = toPinMessage(callback);
			return pinned !== undefined && reference === pinned && action === messageAction;
		}, callsBefore);
	}

	/** The first such callback, after as many others, waited for; `undefined`: none came. */
	async callOf(isIt: (callback: Json) => boolean, since = 0): Promise<Call | undefined> {
		await this.until(() => this.find(isIt, since) !== undefined, this.patienceMs, 50);
		return this.find(isIt, since);
	}

	private find(isIt: (callback: Json) => boolean, since: number): Call | undefined {
		return this.options.listener?.calls.slice(since).find(({ callback }) => isIt(callback));
	}

	/** The callbacks that concern the probe, in order of arrival, after as many others. */
	ownCalls(since = 0): Call[] {
		return (this.options.listener?.calls ?? []).slice(since).filter(({ callback }) => {
			const { type, messageId, zaapId } = callback;
			const ids = [messageId, zaapId, toPinMessage(callback).reference];
			const isOurs = ids.some((id) => typeof id === 'string' && this.ours.has(id));
			return isOurs || /^(dis)?connectedcallback$/i.test(String(type));
		});
	}

	/** Asks a person to connect or disconnect the instance, and waits until it is. */
	async waitForPerson(isConnected: boolean, request: string): Promise<ZApiResponse> {
		this.say(request);
		let status: ZApiResponse = {};
		const isSo = await this.until(async () => {
			status = await this.call('GET', '/status', undefined, { isQuiet: true });
			const { connected } = toObject(status.body);
			return connected !== undefined && isTrue(connected) === isConnected;
		}, this.options.personMs ?? 600_000);
		if (!isSo) throw new NotTried('nobody did it in time');
		this.isConnected = isConnected;
		this.exchanges.push({ method: 'GET', path: '/status', sent: undefined, response: status });
		return status;
	}

	/** @returns whether the condition comes to hold in time */
	async until(
		isSo: () => boolean | Promise<boolean>,
		milliseconds = this.patienceMs,
		interval = this.options.pollMs ?? 1000,
	): Promise<boolean> {
		for (const deadline = Date.now() + milliseconds; !(await isSo());) {
			if (Date.now() > deadline) return false;
			await setTimeout(interval, undefined, { signal: this.signal });
		}
		return true;
	}
}

const isDeliveryOf = (sent: Sent) => (callback: Json) =>
	callback.type === 'DeliveryCallback' &&
	(callback.messageId === sent.messageId ||
		(sent.zaapId !== '' && callback.zaapId === sent.zaapId));

/** What was changed is put back although the probe has been ended. */
const IN_THE_END: Difference = { signal: new AbortController().signal };

/** What a callback says of a pin or unpin. */
export function toPinMessage(callback: Json) {
	const { action, pinDurationInSecs, referencedMessage } = toObject(callback.pinMessage);
	return { action, pinDurationInSecs, reference: toObject(referencedMessage).messageId };
}

export function isAccepted({ statusCode, body }: ZApiResponse): boolean {
	const { messageId } = toObject(body);
	return statusCode === 200 && typeof messageId === 'string' && messageId !== '' && !hasError(body);
}

const isRefusal = ({ statusCode = 0 }: ZApiResponse) => statusCode >= 400 && statusCode < 500;

const toUrl = (value: unknown) => (typeof value === 'string' ? value : '');

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function toNetworkCode(reason: unknown): string {
	const { name, cause } = toObject(Object(reason)) as { name?: string; cause?: { code?: string } };
	return cause?.code ?? (name === 'TimeoutError' ? 'ETIMEDOUT' : 'UNKNOWN');
}
