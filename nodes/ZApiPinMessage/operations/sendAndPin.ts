import type { IDataObject } from 'n8n-workflow';
import { toChatId } from '../../shared/chatId';
import { toChoice } from '../../shared/choices';
import type { Failure } from '../../shared/failures';
import { mask } from '../../shared/mask';
import { sendRequest } from '../../shared/transport';
import { toZApiError, ZApiError } from '../../shared/zApiError';
import type { Duration } from '../durations';
import { DURATIONS } from '../durations';
import { toMessageText } from './messageText';
import type { Job, PartlyDone, ReadParameter, Session } from './operation';
import { check, toFailed } from './operation';
import { sendPin } from './pin';
import { verifyQueueResponse } from './verifyQueueResponse';

/** The parameters of an item. */
interface Notice {
	chat: string;
	text: string;
	duration: Duration;
}

/** A text that Z-API has accepted. */
interface Sent {
	messageId: string;
	response: IDataObject;
}

const PERHAPS_SENT: PartlyDone = {
	message: 'The message may have been sent',
	description: 'Look in the chat before you send it again.',
};

const toSentOnly = ({ messageId }: Sent): PartlyDone => ({
	message: 'The message was sent, but not pinned',
	description: `Pin it with Message ID ${messageId}; don't send it again.`,
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
	});
	const action = 'sendAndPin';
	const identity: IDataObject = { action, ...(values.chat && { chat: values.chat }) };
	if (refusal) return { identity, refusal };

	const { chat, text, duration } = values;
	let sent: Sent | undefined;
	const job: Job = {
		identity,
		isQueued: true,
		attempt: async (session) => {
			const isFirstPin = !sent;
			if (!sent) {
				const result = await sendText(session, chat, text);
				if (result instanceof ZApiError) {
					if (!result.failure.maybeDone) return toFailed(result);
					job.partlyDone = PERHAPS_SENT;
					return { ok: false, error: result };
				}
				sent = result;
				identity.messageId = sent.messageId;
				job.partlyDone = toSentOnly(sent);
			}
			// Z-API's queue keeps the order, so the pin can follow at once.
			const { messageId, response } = sent;
			const pinning = await sendPin(session, 'pin', { chat, messageId, duration });
			if (!pinning.ok) return { ...pinning, isProgress: isFirstPin };
			const responses = { send: response, pin: pinning.value.response };
			return { ok: true, value: { ...pinning.value, action, response: responses } };
		},
	};
	return job;
}

/**
 * Sends one text, without retries.
 *
 * @returns the response that accepted it, or why there is none
 * @see https://developer.z-api.io (`POST /send-text`): sent twice, it arrives twice
 */
async function sendText(
	{ context, connection, options }: Session,
	phone: string,
	message: string,
): Promise<Sent | ZApiError> {
	const { timeout, delayMessage, delayTyping } = options;
	const body = {
		phone,
		message,
		...(delayMessage > 0 && { delayMessage }),
		...(delayTyping > 0 && { delayTyping }),
	};
	const request = { method: 'POST', path: '/send-text', body } as const;
	const response = await sendRequest(context, connection, request, timeout);
	const accepted = verifyQueueResponse(response);
	if (!accepted) return toZApiError(response, connection.secrets, toAdvice);
	const masked = mask(accepted, connection.secrets);
	return { messageId: String(masked.messageId || masked.id), response: masked };
}

/** What to do after a text was not sent. If it may have been sent, `PERHAPS_SENT` says it. */
function toAdvice({ isAboutInput, maybeDone, description }: Failure): string {
	if (maybeDone) return '';
	return isAboutInput ? 'Check Chat and Text.' : description;
}
