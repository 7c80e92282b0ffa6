import type { IDataObject } from 'n8n-workflow';
import { toChatId } from '../shared/chatId';
import { isTrue, toObject } from '../shared/response';
import type { ChatType, TriggerEvent } from './parameters';
import type { TriggerSettings } from './settings';

/**
 * Tells which event a callback reports. Z-API does not show what an unpin looks like: every action but
 * `pin` is taken for one, as the request knows no other.
 *
 * @see https://developer.z-api.io (received webhook, `pinMessage`)
 */
export function toEvent({ pinMessage }: IDataObject): TriggerEvent {
	if (!pinMessage) return 'messageReceived';
	return toObject(pinMessage).action === 'pin' ? 'messagePinned' : 'messageUnpinned';
}

/** Whether a callback is one that the user wants the workflow to start with. */
export function isWanted(callback: IDataObject, settings: TriggerSettings): boolean {
	const event = toEvent(callback);
	const isPin = event !== 'messageReceived';
	const { chatType, sentByMe, chats } = settings;
	if (!settings.events.includes(event)) return false;
	if (isTrue(callback.fromMe) && sentByMe !== 'all' && !(sentByMe === 'pins' && isPin))
		return false;
	if (settings.ignoreEdits && isTrue(callback.isEdit)) return false;
	if (settings.ignoreStatusReplies && isTrue(callback.isStatusReply)) return false;
	if (chatType && chatType !== toChatType(callback)) return false;
	return chats.length === 0 || [callback.phone, callback.chatLid].some(isOneOf(chats));
}

/**
 * Makes the output item of a callback: all of it as it came and, for pins and unpins, `pin`, so that
 * users need not look into `pinMessage`.
 */
export function toOutput(callback: IDataObject): IDataObject {
	const event = toEvent(callback);
	if (event === 'messageReceived') return callback;
	const pinMessage = toObject(callback.pinMessage);
	const durationSeconds = toNumber(pinMessage.pinDurationInSecs);
	const expiresAt = event === 'messagePinned' && toExpiry(callback.momment, durationSeconds);
	const pin: IDataObject = {
		action: event === 'messagePinned' ? 'pin' : 'unpin',
		messageId: toObject(pinMessage.referencedMessage).messageId,
		...(durationSeconds !== undefined && { durationSeconds }),
		...(expiresAt && { expiresAt }),
	};
	return { ...callback, pin };
}

function toChatType({ isGroup, isNewsletter, broadcast }: IDataObject): ChatType | undefined {
	if (isTrue(isGroup)) return 'groups';
	return isTrue(isNewsletter) || isTrue(broadcast) ? undefined : 'private';
}

function isOneOf(chats: string[]) {
	return (chat: unknown) => {
		try {
			return chats.includes(toChatId(chat));
		} catch {
			// A channel, or nothing at all.
			return false;
		}
	};
}

/** @returns ISO 8601, or undefined when it can't be computed */
function toExpiry(momment: unknown, durationSeconds = 0): string | undefined {
	const pinnedAt = toNumber(momment);
	if (pinnedAt === undefined || durationSeconds <= 0) return undefined;
	const expiry = new Date(pinnedAt + durationSeconds * 1000);
	return Number.isNaN(expiry.getTime()) ? undefined : expiry.toISOString();
}

/** Z-API sends numbers also as text. */
function toNumber(value: unknown): number | undefined {
	const isNumeric = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
	return isNumeric && Number.isFinite(Number(value)) ? Number(value) : undefined;
}
