import { isSameChat, toChatIds } from '../../shared/chat/chatId';
import { toComparable } from '../../shared/text';
import type { Callback } from '../events/callback';
import { PIN_EVENTS, type TriggerEventRow } from '../events/events';
import { WEBHOOKS } from '../../shared/webhooks/webhooks';
import { SENT_BY_ME_NAME } from '../parameters';
import type { TriggerSettings } from '../settings';

/**
 * Finds the parameter that keeps a callback from starting the workflow.
 *
 * @returns its display name; undefined if the callback starts the workflow
 */
export function findFilter(
	callback: Callback,
	event: TriggerEventRow,
	settings: TriggerSettings,
): string | undefined {
	if (!settings.events.includes(event.value)) return 'Events';
	if (callback.isFromMe && !isWantedOfMine(callback, event, settings)) return SENT_BY_ME_NAME;
	if (WEBHOOKS[event.webhook].hasChat) {
		if (!settings.chatTypes.includes(callback.chatType)) return 'Chat Type';
		if (!isWantedChat(callback, settings)) return 'Only These Chats';
	}
	if (event.value !== 'messageReceived') return undefined;
	if (settings.ignoreEdits && callback.isEdit) return 'Ignore Edits';
	if (settings.ignoreStatusReplies && callback.isStatusReply) return 'Ignore Status Replies';
	return isWantedText(callback, settings) ? undefined : 'Text Contains';
}

function isWantedOfMine(
	{ isFromApi }: Callback,
	{ value }: TriggerEventRow,
	{ sentByMe }: TriggerSettings,
): boolean {
	return PIN_EVENTS.includes(value) || (isFromApi ? sentByMe.api : sentByMe.phone);
}

function isWantedChat({ chatIds }: Callback, { chats }: TriggerSettings): boolean {
	if (chats.length === 0) return true;
	const ids = chatIds.flatMap(toChatIds);
	return chats.some((chat) => ids.some((id) => isSameChat(chat, id)));
}

function isWantedText({ text = '' }: Callback, { textContains }: TriggerSettings): boolean {
	return textContains === '' || toComparable(text).includes(toComparable(textContains));
}
