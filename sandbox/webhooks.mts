import { setMaxListeners } from 'node:events';
import type { FastifyPluginAsync } from 'fastify';
import pLimit from 'p-limit';
import pRetry, { AbortError } from 'p-retry';
import type { Author, Chat, Message } from './chats.mts';
import type { Instance, WebhookUrl } from './instance.mts';
import { isLoopback } from './media.mts';
import type { ZApiState } from './zApi.mts';

/** One call of a webhook. */
export interface Delivery {
	url: string;
	callback: Record<string, unknown>;
	/** Status of the last response; 0 if there is none yet. */
	status: number;
	/** How often it was sent. */
	attempts: number;
}

export const CONNECTED_PHONE = '5511900000000';

/** Fields of all events of a chat. */
type Happening = Author & { messageId: string; momment: number };

/** Assumed. n8n with SQLite can lose its database for a while with hundreds of concurrent calls. */
const CALLS_AT_ONCE = 20;

/** For a minute without n8n. Assumed, as Z-API does not document whether it repeats calls. */
const RETRIES = { retries: 120, factor: 1, minTimeout: 1000, unref: true };

/**
 * Calls the instance's webhooks for events of its chats, its queue and its connection, like Z-API. Does not
 * include message status and presence.
 *
 * @see https://developer.z-api.io (webhooks)
 */
export const webhooks: FastifyPluginAsync<{ state: ZApiState }> = async (app, { state }) => {
	const { instance, chats, queue, deliveries } = state;
	const limit = pLimit(CALLS_AT_ONCE);
	const ending = new AbortController();
	const closing = ending.signal;
	setMaxListeners(0, closing);
	app.addHook('preClose', async () => ending.abort());

	const deliver = (kind: WebhookUrl, callback: Record<string, unknown>) => {
		const url = instance[kind];
		// The sandbox only calls this machine.
		if (!isLoopback(url)) return;
		const delivery: Delivery = { url, callback, status: 0, attempts: 0 };
		deliveries.push(delivery);
		instance.emit('call');
		const isOver = () => closing.aborted || url !== instance[kind];
		const send = async () => {
			if (isOver()) throw new AbortError('Nobody waits for it any more');
			await call(delivery, instance, closing).finally(() => instance.emit('call'));
		};
		// What still fails after all retries is seen in `deliveries`.
		limit(async () => await pRetry(send, RETRIES)).catch(() => undefined);
	};
	const tellReceived = (chat: Chat, event: Happening, content: Record<string, unknown>) => {
		const callback = { ...toCallback(instance, chat, event), ...content };
		for (const kind of toReceivers(instance, event.fromMe)) deliver(kind, callback);
	};
	const referTo = ({ phone, isGroup }: Chat, messageId: string) => {
		const { fromMe = false, participantPhone = null } = chats.find(phone, messageId) ?? {};
		return { messageId, fromMe, phone, participant: isGroup ? participantPhone : null };
	};

	chats.on('message', (chat, message) =>
		tellReceived(chat, message, {
			referenceMessageId: message.replyTo ?? null,
			...toContent(message, app.listeningOrigin),
		}),
	);
	chats.on('reaction', (chat, event) => {
		const { value, momment, reactedTo, participantPhone = chat.phone } = event;
		const reactionBy = event.fromMe ? CONNECTED_PHONE : participantPhone;
		const referencedMessage = referTo(chat, reactedTo);
		tellReceived(chat, event, {
			reaction: { value, time: momment, reactionBy, referencedMessage },
		});
	});
	chats.on('pin', (chat, event) => {
		const { action, pinned, durationMs } = event;
		// Assumed: what an unpin looks like.
		tellReceived(chat, event, {
			pinMessage: {
				action,
				pinDurationInSecs: durationMs / 1000,
				referencedMessage: referTo(chat, pinned),
			},
		});
	});
	chats.on('vote', (chat, event) => {
		const options = event.options.map((name) => ({ name }));
		tellReceived(chat, event, { pollVote: { pollMessageId: event.pollMessageId, options } });
	});
	chats.on('notification', (chat, event) => {
		const { kind, parameters } = event;
		tellReceived(chat, event, { notification: kind, notificationParameters: parameters });
	});
	queue.on('done', ({ phone, messageId, zaapId }, error) => {
		const callback = { phone, messageId, zaapId, ...toHeader('DeliveryCallback') };
		deliver('deliveryCallbackUrl', { ...callback, ...(error && { error }) });
	});

	const toHeader = (type: string) => ({
		type,
		instanceId: instance.instanceId,
		momment: Date.now(),
	});
	let wasConnected = instance.isConnected;
	instance.on('connection', () => {
		const { isConnected } = instance;
		if (isConnected === wasConnected) return;
		wasConnected = isConnected;
		if (isConnected) {
			const callback = { ...toHeader('ConnectedCallback'), connected: true };
			deliver('connectedCallbackUrl', { ...callback, phone: CONNECTED_PHONE });
		} else {
			const error = 'Device has been disconnected';
			const callback = { ...toHeader('DisconnectedCallback'), disconnected: true };
			deliver('disconnectedCallbackUrl', { ...callback, error });
		}
	});
};

async function call(delivery: Delivery, { token }: Instance, closing: AbortSignal): Promise<void> {
	delivery.attempts++;
	const response = await fetch(delivery.url, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			'user-agent': 'Mozilla/5.0',
			origin: 'https://api.z-api.io',
			// Assumed to be the instance token, which is the worst for whoever logs headers.
			'z-api-token': token,
		},
		body: JSON.stringify(delivery.callback),
		signal: closing,
	}).catch((error: unknown) => {
		// p-retry doesn't retry after most TypeErrors, but fetch throws one for each network failure.
		throw new Error('n8n could not be reached', { cause: error });
	});
	delivery.status = response.status;
	await response.arrayBuffer();
	// A webhook is unknown to n8n until its workflow is active.
	if (response.status === 404 || response.status >= 500) throw new Error('n8n is not ready');
}

/** Which of the two received webhooks are called. */
function toReceivers(instance: Instance, fromMe: boolean): WebhookUrl[] {
	const { receivedCallbackUrl, receivedAndDeliveryCallbackUrl: second } = instance;
	const { hasReceivedAndDelivery, receiveCallbackSentByMe, tellsTwice } = instance;
	if (!fromMe) return ['receivedCallbackUrl'];
	const first: WebhookUrl[] = receiveCallbackSentByMe ? ['receivedCallbackUrl'] : [];
	if (!hasReceivedAndDelivery || !second) return first;
	const repeated = tellsTwice && second === receivedCallbackUrl ? first : [];
	return ['receivedAndDeliveryCallbackUrl', ...repeated];
}

function toCallback(
	{ instanceId }: Instance,
	{ phone, name, isGroup }: Chat,
	{ messageId, momment, fromMe, fromApi = false, senderName, participantPhone }: Happening,
) {
	const lid = phone.endsWith('@lid') ? phone : null;
	return {
		type: 'ReceivedCallback',
		instanceId,
		messageId,
		phone,
		chatLid: lid,
		isGroup,
		isNewsletter: isChannel(phone),
		fromMe,
		fromApi,
		momment,
		status: 'RECEIVED',
		chatName: name ?? phone,
		senderName,
		senderLid: fromMe ? null : lid,
		participantPhone: participantPhone ?? null,
		participantLid: null,
		connectedPhone: CONNECTED_PHONE,
		waitingMessage: false,
		isEdit: false,
		isStatusReply: false,
		broadcast: false,
		referenceMessageId: null,
		forwarded: false,
	};
}

/** The content object of a message's callback. What the request brought is served by the sandbox. */
function toContent({ messageId, text, media, poll }: Message, origin: string) {
	if (poll) {
		const options = poll.options.map((name) => ({ name }));
		return { poll: { question: text, pollMaxOptions: poll.maxOptions, options } };
	}
	if (!media) return { text: { message: text } };
	const { kind, mimeType, fileName, url = `${origin}/sandbox/media/${messageId}` } = media;
	const content = { [`${kind}Url`]: url, caption: text, mimeType };
	return { [kind]: { ...content, ...(kind === 'document' && { fileName, title: fileName }) } };
}

const isChannel = (phone: string) => phone.endsWith('@newsletter');
