import { toChatId } from '../shared/chatId';
import { toChoice } from '../shared/choices';
import { toMessageId } from './messageId';
import type { Duration, Operation } from './parameters';
import { DEFAULT_DURATION, DURATIONS, OPERATIONS } from './parameters';
import type { PinParameters } from './readParameters';

/** The body of `POST /pin-message`, in Z-API's spelling. A type, as it has to fit any record. */
export type PinRequest = {
	phone: string;
	messageId: string;
	messageAction: Operation;
	pinMessageDuration: Duration;
};

/**
 * Checks and normalises the parameters of one item.
 *
 * @returns the body to send
 * @throws {UserError} naming the parameter that can't be sent and saying what it should be
 * @see https://developer.z-api.io (Pin / Unpin messages)
 */
export function toPinRequest({ operation, chat, messageId, duration }: PinParameters): PinRequest {
	const messageAction = toChoice(OPERATIONS, operation, 'Operation');
	return {
		phone: toChatId(chat),
		messageId: toMessageId(messageId),
		messageAction,
		pinMessageDuration:
			messageAction === 'pin' ? toChoice(DURATIONS, duration, 'Duration') : DEFAULT_DURATION,
	};
}
