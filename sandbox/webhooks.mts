import { setMaxListeners } from 'node:events';
import type { FastifyPluginAsync } from 'fastify';
import pLimit from 'p-limit';
import pRetry, { AbortError } from 'p-retry';
import { type Chat, newId } from './chats.mts';
import type { Instance, ZApiState } from './zApi.mts';

/** One call of the received webhook, or of what is registered as such. */
export interface Delivery {
	url: string;
	callback: Record<string, unknown>;
	/** Status of the last response; 0 while there is none. */
	status: number;
	/** How often it was sent. */
	attempts: number;
}

/** Assumed. n8n with SQLite loses its database for a while when it is called by hundreds at once. */
const CALLS_AT_ONCE = 20;

/** How long n8n may be away: a minute. Assumed, as Z-API does not say whether it tries again. */
const RETRIES = { retries: 60, factor: 1, minTimeout: 1000, unref: true };

/**
 * Calls the instance's received webhook for what happens in its chats, as Z-API does.
 *
 * @see https://developer.z-api.io (received webhook)
 */
export const webhooks: FastifyPluginAsync<{ state: ZApiState }> = async (app, { state }) => {
	const { instance, chats, deliveries } = state;
	const limit = pLimit(CALLS_AT_ONCE);
	const ending = new AbortController();
	const closing = ending.signal;
	setMaxListeners(0, closing);
	app.addHook('preClose', async () => ending.abort());

	const deliver = (fromMe: boolean, callback: Record<string, unknown>) => {
		const { receivedCallbackUrl: url, receiveCallbackSentByMe } = instance;
		// The sandbox calls nobody beyond this machine.
		if (!isLoopback(url) || (fromMe && !receiveCallbackSentByMe)) return;
		const delivery: Delivery = { url, callback, status: 0, attempts: 0 };
		deliveries.push(delivery);
		const isOver = () => closing.aborted || url !== instance.receivedCallbackUrl;
		const send = async () => {
			if (isOver()) throw new AbortError('Nobody waits for it any more');
			await call(delivery, closing);
		};
		// What still fails after all retries is seen in `deliveries`.
		limit(async () => await pRetry(send, RETRIES)).catch(() => undefined);
	};

	chats.on('message', (chat, { fromMe, messageId, momment, text, senderName }) =>
		deliver(fromMe, {
			...toCallback(instance, chat, { fromMe, messageId, momment, senderName }),
			text: { message: text },
		}),
	);
	chats.on('pin', (chat, { messageId, momment, action, pinned, durationMs }) => {
		const target = chat.messages.find((message) => message.messageId === pinned);
		// Assumed: what an unpin looks like. Pins are made through the API, so by the connected number.
		deliver(true, {
			...toCallback(instance, chat, { fromMe: true, messageId, momment, senderName: 'Me' }),
			pinMessage: {
				action,
				pinDurationInSecs: durationMs / 1000,
				referencedMessage: {
					messageId: pinned,
					fromMe: target?.fromMe ?? false,
					phone: chat.phone,
					participant: null,
				},
			},
		});
	});
};

async function call(delivery: Delivery, closing: AbortSignal): Promise<void> {
	delivery.attempts++;
	const response = await fetch(delivery.url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(delivery.callback),
		signal: closing,
	}).catch((error: unknown) => {
		// p-retry takes every other TypeError for a bug, but fetch throws one for whatever goes wrong.
		throw new Error('n8n could not be reached', { cause: error });
	});
	delivery.status = response.status;
	await response.arrayBuffer();
	// A webhook is unknown to n8n until its workflow is active.
	if (response.status === 404 || response.status >= 500) throw new Error('n8n is not ready');
}

function toCallback(
	{ instanceId }: Instance,
	{ phone, name, isGroup }: Chat,
	event: { fromMe: boolean; messageId: string; momment: number; senderName: string },
) {
	return {
		...{ type: 'ReceivedCallback', instanceId, phone, isGroup, chatName: name ?? phone },
		...{ chatLid: phone.endsWith('@lid') ? phone : null, isNewsletter: isChannel(phone) },
		...{ connectedPhone: '5511900000000', participantPhone: null, participantLid: null },
		...{ status: 'RECEIVED', waitingMessage: false, isEdit: false, isStatusReply: false },
		...{ broadcast: false, referenceMessageId: null, zaapId: newId() },
		...event,
	};
}

const isChannel = (phone: string) => phone.endsWith('@newsletter');

function isLoopback(url: string): boolean {
	const host = URL.canParse(url) ? new URL(url).hostname : '';
	return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
