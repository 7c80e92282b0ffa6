import { isSameChat, toChatIds } from '../../shared/chat/chatId';
import { isTrue } from '../../shared/json';
import { toComparable } from '../../shared/text';
import type { Callback } from './callback';
import { toChatType, toMessageText } from './callback';
import type { TriggerEventRow } from '../events';
import { PIN_EVENTS } from '../events';
import { SENT_BY_ME } from '../parameters';
import type { TriggerSettings } from '../settings';
import { WEBHOOKS } from '../webhooks';

/** Whether a callback of this event starts the workflow. */
export function isWanted(
	callback: Callback,
	event: TriggerEventRow,
	settings: TriggerSettings,
): boolean {
	if (!settings.events.includes(event.value)) return false;
	if (isTrue(callback.fromMe) && !isWantedOfMine(callback, event, settings)) return false;
	if (WEBHOOKS[event.webhook].hasChat && !isWantedChat(callback, settings)) return false;
	return event.value !== 'messageReceived' || isWantedMessage(callback, settings);
}

function isWantedOfMine(
	{ fromApi }: Callback,
	{ value }: TriggerEventRow,
	{ sentByMe }: TriggerSettings,
): boolean {
	const isPin = PIN_EVENTS.includes(value);
	const choice = SENT_BY_ME.find((row) => row.value === sentByMe);
	return (
		choice !== undefined && (isPin ? choice.pins : isTrue(fromApi) ? choice.api : choice.phone)
	);
}

function isWantedChat(callback: Callback, { chats, chatType }: TriggerSettings): boolean {
	const type = toChatType(callback);
	if (chatType && chatType !== type) return false;
	if (chats.length === 0) return true;
	const { phone, chatLid, senderLid } = callback;
	// In a group, `senderLid` is that of a member.
	const ids = [phone, chatLid, type === 'private' ? senderLid : undefined].flatMap(toChatIds);
	return chats.some((chat) => ids.some((id) => isSameChat(chat, id)));
}

function isWantedMessage(callback: Callback, settings: TriggerSettings): boolean {
	if (settings.ignoreEdits && isTrue(callback.isEdit)) return false;
	if (settings.ignoreStatusReplies && isTrue(callback.isStatusReply)) return false;
	const wanted = toComparable(settings.textContains);
	return wanted === '' || toComparable(toMessageText(callback) ?? '').includes(wanted);
}
