import type { IDataObject } from 'n8n-workflow';
import { toChatId } from '../../shared/chat/chatId';
import { toChoice } from '../../shared/parameter';
import type { Failure } from '../../shared/transport/failures';
import { mask } from '../../shared/transport/mask';
import { sendRequest } from '../../shared/transport/transport';
import { toZApiError, ZApiError } from '../../shared/transport/zApiError';
import type { PinOptions } from '../options';
import { toOptions } from '../options';
import type { Duration } from '../durations';
import { DURATIONS } from '../durations';
import { toMessageText } from './messageText';
import type { Job, PartlyDone, ReadParameter, Session } from './operation';
import { check, toFailed } from './operation';
import { type Pin, sendPin } from './pin';
import { verifyQueueResponse } from './verifyQueueResponse';

/** The parameters of an item. */
interface Notice {
	chat: string;
	text: string;
	duration: Duration;
	options: PinOptions;
}

/** A text that Z-API has accepted, and its pin. */
interface Sent extends Pin {
	response: IDataObject;
}

const PERHAPS_SENT: PartlyDone = {
	message: 'The message may have been sent',
	description: 'Look in the chat before you send it again.',
};

const toSentOnly = ({ messageId, maybeDone }: Sent): PartlyDone => ({
	message: maybeDone
		? 'The message was sent, but its pin is not confirmed'
		: 'The message was sent, but not pinned',
	description: `Pin it with 'Message ID' ${messageId}; don't send it again.`,
});

/**
 * Reads the parameters of one item that sends a text and pins it. A text that Z-API has accepted, or may
 * have accepted, is not sent again. After it was accepted, further attempts only pin.
 */
export function toSendAndPinJob(read: ReadParameter): Job {
	const { values, refusal } = check<Notice>({
		chat: () => toChatId(read('phone', { extractValue: true })),
		text: () => toMessageText(read('text')),
		duration: () => toChoice(DURATIONS, read('duration'), 'Duration'),
		// The delays can be an expression, with another result for each item.
		options: () => toOptions(read('options') as IDataObject),
	});
	const action = 'sendAndPin';
	const identity: IDataObject = { action, ...(values.chat && { chat: values.chat }) };
	if (refusal) return { identity, refusal };

	let sent: Sent | undefined;
	const job: Job = {
		identity,
		isQueued: true,
		attempt: async (session) => {
			const isFirstPin = !sent;
			if (!sent) {
				const result = await sendText(session, values);
				if (result instanceof ZApiError) {
					if (!result.failure.maybeDone) return toFailed(result);
					job.partlyDone = PERHAPS_SENT;
					return { ok: false, error: result };
				}
				sent = result;
				identity.messageId = sent.messageId;
			}
			// Z-API's queue keeps the order, so the pin can follow at once.
			job.partlyDone = toSentOnly({ ...sent, maybeDone: true });
			const pinning = await sendPin(session, 'pin', sent);
			if (!pinning.ok) {
				job.partlyDone = toSentOnly(sent);
				return { ...pinning, isProgress: isFirstPin };
			}
			const responses = { send: sent.response, pin: pinning.value.response };
			return { ok: true, value: { ...pinning.value, action, response: responses } };
		},
	};
	return job;
}

/**
 * Sends one text, without retries.
 *
 * @returns the text and its pin if Z-API accepted it, else why not
 * @see https://developer.z-api.io (`POST /send-text`): sent twice, it arrives twice
 */
async function sendText(
	{ context, connection, options: { timeout } }: Session,
	{ chat, text, duration, options: { delayMessage, delayTyping } }: Notice,
): Promise<Sent | ZApiError> {
	const body = {
		phone: chat,
		message: text,
		...(delayMessage > 0 && { delayMessage }),
		...(delayTyping > 0 && { delayTyping }),
	};
	const request = { method: 'POST', path: '/send-text', body } as const;
	const response = await sendRequest(context, connection, request, timeout);
	const accepted = verifyQueueResponse(response);
	if (!accepted) return toZApiError(response, connection.secrets, toAdvice);
	const masked = mask(accepted, connection.secrets);
	const messageId = String(masked.messageId || masked.id);
	return { chat, messageId, duration, response: masked };
}

/** What to do after a text was not sent. If it may have been sent, `PERHAPS_SENT` says it. */
function toAdvice({ isAboutInput, maybeDone, description }: Failure): string {
	if (maybeDone) return '';
	return isAboutInput ? "Check 'Chat' and 'Text'." : description;
}
