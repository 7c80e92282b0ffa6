import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import pRetry from 'p-retry';
import { toFailure } from '../../nodes/shared/transport/failures.ts';
import { isTrue, toObject } from '../../nodes/shared/json.ts';
import { hasError, type ZApiResponse } from '../../nodes/shared/transport/response.ts';
import { WEBHOOKS } from '../../sandbox/instance.mts';
import type { Call, Listener } from './listener.mts';
import { Masker, withoutForms } from './masker.mts';

export type Json = Record<string, unknown>;

/** Fields of the credential. */
export interface Credential {
	instanceId: string;
	token: string;
	/** Empty: the account has not activated it. */
	clientToken: string;
	baseUrl: string;
}

export interface SideOptions {
	credential: Credential;
	/** As Z-API writes it; for what is sent. Empty: nothing is. */
	chat: string;
	/** Where callbacks arrive; absent: they don't. */
	listener?: Listener | undefined;
	/** How long a callback is waited for, in milliseconds. */
	patienceMs: number;
	/** How often the queue and the status are asked for while it waits, in milliseconds. */
	pollMs: number;
	/** Ends it early; what was changed is put back all the same. */
	signal: AbortSignal;
	/** Tells what is being done. */
	say: (line: string) => void;
	/** Is told of each row. */
	show: (name: string, row: Row) => void;
	/** Which of the probe's messages the chat shows as pinned; absent: nobody is there to look. */
	look?: (() => Promise<string>) | undefined;
	/** Connects the instance to WhatsApp or disconnects it, if no person has to. */
	connect?: (isConnected: boolean) => void;
}

/**
 * What was seen of one thing, masked: a line each field, entries of lists together. The keys are what is
 * compared of the lines.
 */
export type Row = ReadonlyMap<string, string>;

/** What differs from a request as it should be. */
export interface Difference extends Partial<Credential> {
	/** `null`: none. */
	contentType?: string | null;
	/** Sent instead of the body as JSON. */
	text?: string;
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

/** An ID or token that has never been anybody's. */
export const NOBODYS = randomBytes(16).toString('hex').toUpperCase();

/** Whether callbacks also come for what the connected number does itself. */
export const SENT_BY_ME = 'receiveCallbackSentByMe';

/** The webhook that brings what the number itself does, if the instance has it. */
export const SECOND_WEBHOOK = 'receivedAndDeliveryCallbackUrl';

const LISTENED = [
	'receivedCallbackUrl',
	SECOND_WEBHOOK,
	'deliveryCallbackUrl',
	'connectedCallbackUrl',
	'disconnectedCallbackUrl',
];

const METHODS = new Map<string, string>(
	Object.entries(WEBHOOKS).map(([method, kind]) => [kind, method]),
);

const REQUEST_TIMEOUT_MS = 30_000;

/** How long a person may take to connect or disconnect the instance, in milliseconds. */
const PERSON_MS = 600_000;

/** What was changed is put back although the probe has been ended. */
const IN_THE_END: Difference = { signal: new AbortController().signal };

export const NO_CALLBACK = { seen: 'no callback' };

/**
 * One of the two that are compared, the sandbox or the account: sends requests, waits for callbacks, keeps
 * what it sees as rows, and remembers what has to be put back.
 */
export class Side {
	readonly rows = new Map<string, Row>();

	/** What `/me` showed before anything was changed. */
	original: Json = {};

	/** Whether the instance is connected to WhatsApp, as far as is known. */
	isConnected = false;

	private readonly masker = new Masker();

	/** What puts each change back, and says whether it is. */
	private readonly undos = new Map<string, () => Promise<boolean>>();

	/** Messages that are pinned at the moment, as far as is known. */
	private readonly pinned = new Set<string>();

	constructor(readonly options: SideOptions) {
		const { credential, chat, listener, signal } = options;
		setMaxListeners(0, signal);
		this.masker.know('Client-Token', credential.clientToken);
		this.masker.know('instance token', credential.token);
		this.masker.know('instance ID', credential.instanceId);
		this.masker.know('URL', credential.baseUrl);
		this.masker.know('chat', chat);
		this.masker.know('made-up ID', NOBODYS);
		if (!listener) return;
		this.masker.know('webhook secret', listener.secret);
		this.masker.know('host name', new URL(listener.toUrl('')).host);
	}

	/** The webhooks of the instance that are listened to. */
	get kinds(): string[] {
		return LISTENED.filter((kind) => METHODS.has(kind) && kind in this.original);
	}

	get calls(): Call[] {
		return this.options.listener?.calls ?? [];
	}

	/** Keeps what is seen of one thing. Whatever comes of it, the rest is tried. */
	async row(name: string, look: () => unknown): Promise<void> {
		this.options.signal.throwIfAborted();
		let seen: unknown;
		try {
			seen = await look();
		} catch (reason) {
			this.options.signal.throwIfAborted();
			seen = { seen: `could not be told: ${(reason as Error).message}` };
		}
		const row = new Map<string, string>();
		for (const line of toLines(this.masker.mask(seen)).map((text) => this.masker.scrub(text))) {
			const key = withoutForms(line);
			if (!row.has(key)) row.set(key, line);
		}
		this.rows.set(name, row);
		this.options.show(name, row);
	}

	/** A row of a request and its response. */
	async request(
		name: string,
		...[method, path, body, difference]: Parameters<Side['call']>
	): Promise<void> {
		await this.row(name, async () => toShown(await this.call(method, path, body, difference)));
	}

	/** @throws only when the probe is ended; a request without a response is a result, too */
	async call(
		method: string,
		path: string,
		body?: Json,
		difference: Difference = {},
	): Promise<ZApiResponse> {
		const { contentType = 'application/json', text = body && JSON.stringify(body) } = difference;
		const { signal = this.options.signal } = difference;
		const credential = { ...this.options.credential, ...difference };
		const [instanceId, token] = [credential.instanceId, credential.token].map(encodeURIComponent);
		const base = credential.baseUrl.replace(/\/+$/, '');
		signal.throwIfAborted();
		try {
			const response = await fetch(`${base}/instances/${instanceId}/token/${token}${path}`, {
				method,
				headers: {
					...(credential.clientToken && { 'client-token': credential.clientToken }),
					...(text !== undefined && contentType && { 'content-type': contentType }),
				},
				// As bytes, so that no Content-Type is added.
				...(text !== undefined && { body: new TextEncoder().encode(text) }),
				redirect: 'manual',
				signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
			});
			return { statusCode: response.status, body: parseJson(await response.text()) };
		} catch (reason) {
			signal.throwIfAborted();
			return { networkCode: toNetworkCode(reason) };
		}
	}

	async readMe(difference?: Difference): Promise<Json> {
		return toObject((await this.call('GET', '/me', undefined, difference)).body);
	}

	/** @throws with what to do when the instance can't be used */
	async begin(): Promise<void> {
		const me = await this.call('GET', '/me');
		this.original = toObject(me.body);
		if (me.statusCode !== 200 || !('connected' in this.original)) {
			const { message, description } = toFailure(me);
			throw new Error(`${message}. ${description}`);
		}
		this.isConnected = isTrue(toObject((await this.call('GET', '/status')).body).connected);
	}

	/** Takes the webhooks of the instance, for a while. */
	async listen(): Promise<void> {
		const { listener, say } = this.options;
		if (!listener) return;
		say('Setting webhook URLs of the instance, and “sent by me”, to listen.');
		await this.set(SENT_BY_ME, true);
		for (const kind of this.kinds) await this.set(kind, listener.toUrl(kind));
		const me = await this.readMe();
		if (this.kinds.some((kind) => me[kind] !== listener.toUrl(kind))) {
			throw new Error('The instance does not take the URL of --webhook');
		}
	}

	/** Puts everything back, the latest change first. @returns what could not be put back */
	async putBack(): Promise<string[]> {
		this.options.say('Putting back what was changed.');
		const left: string[] = [];
		for (const [what, undo] of [...this.undos].reverse()) {
			const attempt = async () => {
				if (!(await undo())) throw new Error('Not put back');
			};
			await pRetry(attempt, { retries: 2, minTimeout: 500 }).catch(() => left.push(what));
		}
		return left;
	}

	/** To be called before a change is asked for, as it may happen although no response comes. */
	private add(what: string, undo: () => Promise<boolean>): void {
		if (!this.undos.has(what)) this.undos.set(what, undo);
	}

	/**
	 * Sets a webhook URL or “sent by me” of the instance, for a while.
	 *
	 * @param field as in `/me`
	 */
	async set(field: string, value: unknown): Promise<ZApiResponse> {
		const isSentByMe = field === SENT_BY_ME;
		const path = isSentByMe ? '/update-notify-sent-by-me' : `/${METHODS.get(field)}`;
		const toBody = (to: unknown) => (isSentByMe ? { notifySentByMe: to } : { value: to });
		const read = (me: Json) => (isSentByMe ? isTrue(me[field]) : toText(me[field]));
		const before = read(this.original);
		this.add(`the setting “${field}”`, async () => {
			await this.call('PUT', path, toBody(before), IN_THE_END);
			return read(await this.readMe(IN_THE_END)) === before;
		});
		return await this.call('PUT', path, toBody(value));
	}

	/** Sends to the chat. A row of the response; those of the callbacks are added by `tell`. */
	async send(name: string, path: string, content: Json): Promise<Sent> {
		const callsBefore = this.calls.length;
		const body = { phone: this.options.chat, ...content };
		const response = await this.call('POST', path, body);
		const { messageId, zaapId } = toObject(response.body);
		const sent = {
			body,
			response,
			callsBefore,
			messageId: isAccepted(response) ? toText(messageId) : '',
			zaapId: toText(zaapId),
		};
		this.masker.know(`messageId of “${name}”`, sent.messageId);
		this.masker.know(`zaapId of “${name}”`, sent.zaapId);
		await this.row(`${name}: the response`, () => toShown(response));
		return sent;
	}

	/** Pins a message, for a while, or unpins it. A row of the response. */
	async pin(name: string, messageId: string, different: Json = {}): Promise<Sent> {
		const pin = { messageId, messageAction: 'pin', pinMessageDuration: '24_hours', ...different };
		const isPinning = pin.messageAction === 'pin' && messageId !== NOBODYS;
		if (isPinning) {
			this.add('the pins of messages', async () => await this.unpinAll());
			this.pinned.add(messageId);
		}
		const sent = await this.send(name, '/pin-message', pin);
		// Whatever else comes back, it may be pinned.
		const isRefused = Math.floor((sent.response.statusCode ?? 0) / 100) === 4;
		if (isPinning ? isRefused : sent.messageId) this.pinned.delete(messageId);
		return sent;
	}

	private async unpinAll(): Promise<boolean> {
		for (const messageId of this.pinned) {
			const unpin = { messageAction: 'unpin', pinMessageDuration: '24_hours' };
			const body = { phone: this.options.chat, messageId, ...unpin };
			const response = await this.call('POST', '/pin-message', body, IN_THE_END);
			if (isAccepted(response)) this.pinned.delete(messageId);
		}
		return this.pinned.size === 0;
	}

	/** Rows of the callbacks that tell whether it was sent, and of the message, pin or unpin itself. */
	async tell(name: string, sent: Sent): Promise<void> {
		if (!this.options.listener || !sent.messageId) return;
		const { callback: delivery } = (await this.callOf(isDeliveryOf(sent), sent)) ?? {};
		await this.row(`${name}: the delivery callback`, () => delivery ?? NO_CALLBACK);
		if (delivery?.error) return;
		const { callback } = (await this.callOf(isOwnOf(sent), sent)) ?? {};
		await this.row(`${name}: its own callback`, () => callback ?? NO_CALLBACK);
	}

	/** The first such call since something was sent, waited for; `undefined`: none came. */
	async callOf(
		isIt: (callback: Json) => boolean,
		{ callsBefore }: Pick<Sent, 'callsBefore'>,
	): Promise<Call | undefined> {
		const find = () => this.calls.slice(callsBefore).find(({ callback }) => isIt(callback));
		await this.until(() => find() !== undefined);
		return find();
	}

	/** Connects or disconnects the instance, or asks a person to. @returns whether it is so in time */
	async connect(isConnected: boolean): Promise<boolean> {
		const what = isConnected ? 'connect the instance again' : 'disconnect the instance';
		this.options.say(`Now ${what}, in the Z-API panel. The probe notices, and goes on.`);
		this.options.connect?.(isConnected);
		const isSo = await this.until(async () => {
			const { connected } = toObject((await this.call('GET', '/status')).body);
			return connected !== undefined && isTrue(connected) === isConnected;
		}, PERSON_MS);
		if (isSo) this.isConnected = isConnected;
		return isSo;
	}

	/** @returns whether the condition comes to hold in time */
	async until(
		isSo: () => boolean | Promise<boolean>,
		milliseconds = this.options.patienceMs,
	): Promise<boolean> {
		const { pollMs, signal } = this.options;
		const deadline = Date.now() + milliseconds;
		while (!(await isSo())) {
			if (Date.now() > deadline) return false;
			await setTimeout(pollMs, undefined, { signal });
		}
		return true;
	}
}

/** A response as a row shows it, with what the nodes take a refusal for. */
export function toShown(response: ZApiResponse): Json {
	const { statusCode: status, body, networkCode } = response;
	if (networkCode) return { seen: `no response (${networkCode})` };
	// A status has an `error` that is none.
	const hasFailed = status !== 200 || (hasError(body) && !('connected' in toObject(body)));
	const failure = hasFailed ? { failure: toFailure(response).name } : {};
	if (typeof body !== 'string') return { status, ...failure, body };
	const text = /<html|<!doctype/i.test(body) ? 'an HTML page' : 'a text that is not JSON';
	return { status, ...failure, body: { seen: body && text } };
}

function toLines(value: unknown, path = ''): string[] {
	if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
		return [`${path}: ${JSON.stringify(value ?? null)}`];
	}
	if (Array.isArray(value)) return value.flatMap((entry) => toLines(entry, `${path}[]`));
	return Object.entries(value).flatMap(([key, entry]) =>
		toLines(entry, path ? `${path}.${key}` : key),
	);
}

const isDeliveryOf = (sent: Sent) => (callback: Json) =>
	callback.type === 'DeliveryCallback' &&
	(callback.messageId === sent.messageId ||
		(sent.zaapId !== '' && callback.zaapId === sent.zaapId));

/** Whether a callback is the own one of a message, a pin or an unpin. */
export const isOwnOf =
	({ messageId, body }: Sent) =>
	(callback: Json): boolean => {
		if (!/^receivedcallback$/i.test(toText(callback.type))) return false;
		const { action, referencedMessage } = toObject(callback.pinMessage);
		const isIt = toObject(referencedMessage).messageId === body.messageId;
		return callback.messageId === messageId || (isIt && !!action && action === body.messageAction);
	};

function isAccepted({ statusCode, body }: ZApiResponse): boolean {
	return statusCode === 200 && toText(toObject(body).messageId) !== '' && !hasError(body);
}

export const toText = (value: unknown) => (typeof value === 'string' ? value : '');

/** @returns the text itself if it isn't JSON */
export function parseJson(text: string): unknown {
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
