import type { IDataObject } from 'n8n-workflow';
import { type Callback, withoutGaps } from '../events/callback';
import type { TriggerEventRow } from '../events/events';
import { WEBHOOKS } from '../../shared/webhooks/webhooks';

/**
 * Makes the output item of a callback. For all events, `chat` is the chat, and `messageId` the message that
 * can be pinned there.
 *
 * @param simplify if false, the whole callback is added
 */
export function toOutput(
	callback: Callback,
	event: TriggerEventRow,
	simplify: boolean,
): IDataObject {
	const { phone, chatName, chatType, sender, isFromMe, isEdit, timestamp, body } = callback;
	return withoutGaps({
		event: event.value,
		...(WEBHOOKS[event.webhook].hasChat && {
			chat: phone,
			chatName,
			isGroup: chatType === 'groups',
		}),
		...event.toFields(callback),
		...(event.webhook === 'received' && { sender, sentByMe: isFromMe }),
		...(isEdit && { isEdit }),
		timestamp,
		...(!simplify && { callback: body }),
	});
}
