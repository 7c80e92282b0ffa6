import type { IDataObject } from 'n8n-workflow';
import type { Callback } from './callback';
import { type Webhook, WEBHOOKS } from '../../shared/webhooks/webhooks';

/** An event that starts a workflow. */
interface EventRow {
	name: string;
	value: string;
	description: string;
	/** The webhook that reports it. */
	webhook: Webhook;
	/** Whether a callback of that webhook is this event. */
	recognizes: (callback: Callback) => boolean;
	/** The output fields of this event, in addition to those of all events of the webhook. */
	toFields: (callback: Callback) => IDataObject;
}

/** `messageId` is always a message that can be pinned. The ID of the event itself is `eventId`. */
const toReferring = ({ id, referencedId }: Callback) => ({ messageId: referencedId, eventId: id });

/** What Other Activity calls a callback: Z-API's name of the notification, or the name of the field. */
const findKind = ({ subject, notification, reaction }: Callback) => {
	if (subject === 'notification') return notification;
	if (subject === 'reaction') return reaction === '' ? 'reactionRemoved' : undefined;
	return subject === 'pollVote' || subject === 'eventResponse' ? subject : undefined;
};

/**
 * All events, in the order of the options: the order of use. A callback is at most one event. Other callbacks
 * start nothing, such as a waiting message, whose content follows under the same ID.
 *
 * @see https://developer.z-api.io (webhooks)
 */
export const EVENTS = [
	{
		name: 'Message Received',
		value: 'messageReceived',
		description: 'A message arrives in a private chat or a group',
		webhook: 'received',
		recognizes: ({ isMessage, id }) => isMessage && id !== undefined,
		toFields: ({ id, subject, text, quotedId }) => ({
			messageId: id,
			messageType: subject,
			text,
			quotedMessageId: quotedId,
		}),
	},
	{
		name: 'Reaction Received',
		value: 'reactionReceived',
		description: 'Someone reacts to a message',
		webhook: 'received',
		recognizes: ({ reaction }) => Boolean(reaction),
		toFields: (callback) => ({ ...toReferring(callback), reaction: callback.reaction }),
	},
	{
		name: 'Message Pinned',
		value: 'messagePinned',
		description: 'Someone pins a message, or n8n does',
		webhook: 'received',
		recognizes: ({ pin }) => pin?.action === 'pin',
		toFields: (callback) => ({ ...toReferring(callback), pin: callback.pin }),
	},
	{
		name: 'Message Unpinned',
		value: 'messageUnpinned',
		description: 'Someone unpins a message, or n8n does',
		webhook: 'received',
		recognizes: ({ pin }) => pin?.action === 'unpin',
		toFields: (callback) => ({ ...toReferring(callback), pin: callback.pin }),
	},
	{
		name: 'Message Sent',
		value: 'messageSent',
		description:
			'Z-API sends a message or a pin from its queue. A workflow that sends for each of these events starts itself without end.',
		webhook: 'delivery',
		recognizes: ({ hasError }) => !hasError,
		toFields: ({ id }) => ({ eventId: id }),
	},
	{
		name: 'Sending Failed',
		value: 'sendingFailed',
		description: 'Z-API could not send a message or a pin that it had accepted',
		webhook: 'delivery',
		recognizes: ({ hasError }) => hasError,
		toFields: ({ id, reason, reasonCode }) => ({ eventId: id, reason, reasonCode }),
	},
	{
		name: 'Instance Disconnected',
		value: 'instanceDisconnected',
		description: 'The instance is no longer connected to WhatsApp, and Z-API queues what you send',
		webhook: 'disconnected',
		recognizes: () => true,
		toFields: ({ reason }) => ({ reason }),
	},
	{
		name: 'Instance Connected',
		value: 'instanceConnected',
		description: 'The instance is connected to WhatsApp',
		webhook: 'connected',
		recognizes: () => true,
		toFields: ({ phone }) => ({ connectedPhone: phone }),
	},
	{
		name: 'Other Activity',
		value: 'otherActivity',
		description:
			'A call, a group change, a deleted message, a vote, a response to an event or a removed reaction',
		webhook: 'received',
		recognizes: (callback) => findKind(callback) !== undefined,
		toFields: (callback) => ({ ...toReferring(callback), kind: findKind(callback) }),
	},
] as const satisfies readonly EventRow[];

export type TriggerEvent = (typeof EVENTS)[number]['value'];

export const PIN_EVENTS: TriggerEvent[] = ['messagePinned', 'messageUnpinned'];

export type TriggerEventRow = (typeof EVENTS)[number];

/** Finds the event of a callback, if any. */
export function findEvent(callback: Callback): TriggerEventRow | undefined {
	return EVENTS.find(({ webhook, recognizes }) => {
		const { type, hasChat } = WEBHOOKS[webhook];
		return type === callback.type && (callback.phone || !hasChat) && recognizes(callback);
	});
}
