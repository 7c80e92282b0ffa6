import type { IDataObject } from 'n8n-workflow';
import { isTrue, toIso } from '../../shared/json';
import type { Callback } from './callback';
import { toChatType, toNumber, toSender, toText, withoutGaps } from './callback';
import type { TriggerEventRow } from '../events';
import { WEBHOOKS } from '../webhooks';

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
	const { fromMe, isEdit, momment } = callback;
	const isReceived = event.webhook === 'received';
	return withoutGaps({
		event: event.value,
		...(WEBHOOKS[event.webhook].hasChat && {
			chat: toText(callback.phone),
			chatName: toText(callback.chatName),
			isGroup: toChatType(callback) === 'groups',
		}),
		...event.toOutput(callback),
		...(isReceived && { sender: toSender(callback), sentByMe: isTrue(fromMe) }),
		...(isTrue(isEdit) && { isEdit: true }),
		timestamp: toIso(toNumber(momment)),
		...(!simplify && { callback }),
	});
}
