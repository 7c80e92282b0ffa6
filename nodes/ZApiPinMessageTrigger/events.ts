import type { IDataObject } from 'n8n-workflow';
import type { Callback } from './callback/callback';
import {
	isMessage,
	toKind,
	toMessageText,
	toPin,
	toPinAction,
	toReaction,
	toReferenced,
	toSubject,
	toText,
} from './callback/callback';
import type { Webhook } from './webhooks';
import { WEBHOOKS } from './webhooks';

/** An event that starts a workflow. */
interface EventRow {
	name: string;
	value: string;
	description: string;
	/** The webhook that reports it. */
	webhook: Webhook;
	/** Whether a callback of that webhook is this event; `subject` is the result of `toSubject`. */
	recognizes: (callback: Callback, subject?: string) => boolean;
	/** The output fields of this event, in addition to those of all events of the webhook. */
	toOutput: (callback: Callback) => IDataObject;
}

/** `messageId` is always a message that can be pinned. The ID of the event itself is `eventId`. */
const toReferring = (callback: Callback) => ({
	messageId: toReferenced(callback),
	eventId: toText(callback.messageId),
});

const toPinOutput = (callback: Callback) => ({ ...toReferring(callback), pin: toPin(callback) });

/**
 * All events, in the order of the options. A callback is at most one event. Other callbacks start nothing,
 * such as a waiting message, whose content follows under the same ID.
 *
 * @see https://developer.z-api.io (webhooks)
 */
export const EVENTS = [
	{
		name: 'Instance Connected',
		value: 'instanceConnected',
		description: 'The instance is connected to WhatsApp',
		webhook: 'connected',
		recognizes: () => true,
		toOutput: ({ phone }) => ({ connectedPhone: toText(phone) }),
	},
	{
		name: 'Instance Disconnected',
		value: 'instanceDisconnected',
		description: 'The instance is no longer connected to WhatsApp, and Z-API queues what you send',
		webhook: 'disconnected',
		recognizes: () => true,
		toOutput: ({ error }) => ({ reason: toText(error) }),
	},
	{
		name: 'Message Pinned',
		value: 'messagePinned',
		description: 'Someone pins a message, or n8n does',
		webhook: 'received',
		recognizes: (callback, subject) => subject === 'pinMessage' && toPinAction(callback) === 'pin',
		toOutput: toPinOutput,
	},
	{
		name: 'Message Received',
		value: 'messageReceived',
		description: 'A message arrives in a private chat, a group or a channel',
		webhook: 'received',
		recognizes: ({ messageId }, subject) => isMessage(subject) && toText(messageId) !== undefined,
		toOutput: (callback) => ({
			messageId: toText(callback.messageId),
			messageType: toSubject(callback),
			text: toMessageText(callback),
			quotedMessageId: toText(callback.referenceMessageId),
		}),
	},
	{
		name: 'Message Sent',
		value: 'messageSent',
		description:
			'Z-API sends a message or a pin from its queue. A workflow that sends for each of these events starts itself without end.',
		webhook: 'delivery',
		recognizes: ({ error }) => !error,
		toOutput: ({ messageId }) => ({ eventId: toText(messageId) }),
	},
	{
		name: 'Message Unpinned',
		value: 'messageUnpinned',
		description: 'Someone unpins a message, or n8n does',
		webhook: 'received',
		recognizes: (callback, subject) =>
			subject === 'pinMessage' && toPinAction(callback) === 'unpin',
		toOutput: toPinOutput,
	},
	{
		name: 'Other Activity',
		value: 'otherActivity',
		description:
			'A call, a group change, a deleted message, a vote, a response to an event or a removed reaction',
		webhook: 'received',
		recognizes: (callback) => toKind(callback) !== undefined,
		toOutput: (callback) => ({ ...toReferring(callback), kind: toKind(callback) }),
	},
	{
		name: 'Reaction Received',
		value: 'reactionReceived',
		description: 'Someone reacts to a message',
		webhook: 'received',
		recognizes: (callback, subject) => subject === 'reaction' && toReaction(callback) !== undefined,
		toOutput: (callback) => ({ ...toReferring(callback), reaction: toReaction(callback) }),
	},
	{
		name: 'Sending Failed',
		value: 'sendingFailed',
		description: 'Z-API could not send a message or a pin that it had accepted',
		webhook: 'delivery',
		recognizes: ({ error }) => Boolean(error),
		toOutput: ({ messageId, error, errorCode }) => ({
			eventId: toText(messageId),
			reason: toText(error),
			reasonCode: toText(errorCode),
		}),
	},
] as const satisfies readonly EventRow[];

export type TriggerEvent = (typeof EVENTS)[number]['value'];

export const PIN_EVENTS: TriggerEvent[] = ['messagePinned', 'messageUnpinned'];

export type TriggerEventRow = EventRow & { value: TriggerEvent };

/** Finds the event of a callback, if any. */
export function findEvent(callback: Callback): TriggerEventRow | undefined {
	const rows: readonly TriggerEventRow[] = EVENTS;
	const type = toText(callback.type)?.toLowerCase();
	const subject = toSubject(callback);
	const hasChat = toText(callback.phone) !== undefined;
	return rows.find(({ webhook, recognizes }) => {
		const its = WEBHOOKS[webhook];
		return its.type === type && (hasChat || !its.hasChat) && recognizes(callback, subject);
	});
}
