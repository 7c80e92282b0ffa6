import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Failure } from '../../shared/transport/failures';
import { mask } from '../../shared/transport/mask';
import { sendRequest } from '../../shared/transport/transport';
import { toZApiError } from '../../shared/transport/zApiError';
import type { AttemptResult } from '../execution/scheduler';
import type { Duration } from '../durations';
import type { SendOptions } from '../options';
import { readSendOptions } from '../options';
import { chatField, durationField, identify, readChat, readDuration } from './fields';
import { toMessageText } from './messageText';
import type { Job, Progress, Reading, ReadParameter, Run } from './operation';
import { check, defineOperation, failed, isPerhapsDone } from './operation';
import { sendPin } from './pin';
import { verifyQueueResponse } from './verifyQueueResponse';

/** The parameters of an item. */
interface Notice {
	chat: string;
	text: string;
	duration: Duration;
	options: SendOptions;
}

const textField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	required: true,
	placeholder: 'e.g. The water will be off on Friday from 9 to 12 h.',
	description:
		'The text to send. *bold*, _italic_ and ~strikethrough~ work as in WhatsApp. Turn off Retry On Fail in the settings of the node: Send and Pin does not run while it is on.',
};

export const sendAndPin = defineOperation({
	name: 'Send and Pin',
	value: 'sendAndPin',
	action: 'Send and pin message',
	description: 'Send a text to a chat and pin it there for some time',
	fields: [chatField, textField, durationField],
	isQueued: true,
	sendsMessages: true,
	read: readNotice,
	attempt: attemptNotice,
});

function readNotice(read: ReadParameter): Reading<Notice> {
	const { values, refusal } = check<Notice>({
		chat: () => readChat(read),
		text: () => toMessageText(read('text')),
		duration: () => readDuration(read),
		// Their expressions can have another result for each item.
		options: () => readSendOptions(read('options') as IDataObject),
	});
	const identity = identify('sendAndPin', { chat: values.chat });
	return refusal ? { identity, refusal } : { identity, values };
}

/**
 * Sends a message, then pins it. A message that Z-API has accepted, or may have accepted, is not sent again:
 * further attempts only pin.
 */
async function attemptNotice(run: Run, job: Job<Notice>): Promise<AttemptResult<IDataObject>> {
	const isFirstPin = !job.progress.sent;
	let sent = job.progress.sent;
	if (!sent) {
		const sending = await sendMessage(run, job.values);
		if (!sending.ok) {
			if (!isPerhapsDone(sending)) return sending;
			job.progress = { step: 'messagePerhapsAccepted' };
			return { ok: false, error: sending.error };
		}
		sent = sending.value;
	}
	const isCertain = job.progress.step !== 'messageAcceptedPinPerhaps';
	// Until the response comes, the pin may be accepted. Z-API's queue keeps the order, so it can follow at once.
	job.progress = { step: 'messageAcceptedPinPerhaps', sent };
	const { chat, duration } = job.values;
	const pinning = await sendPin(run, 'pin', { chat, duration, messageId: sent.messageId });
	if (!pinning.ok) {
		if (isCertain && !isPerhapsDone(pinning)) job.progress = { step: 'messageAccepted', sent };
		return { ...pinning, isProgress: isFirstPin };
	}
	const { action } = job.identity;
	const response = { send: sent.response, pin: pinning.value.response };
	return { ok: true, value: { ...pinning.value, action, response } };
}

/**
 * Sends one message, without retries.
 *
 * @returns Z-API's response if it accepted the message, else why not
 * @see https://developer.z-api.io (`POST /send-text`): sent twice, it arrives twice
 */
async function sendMessage(
	{ context, connection, options: { timeout } }: Run,
	{ chat, text, options: { delayMessage, delayTyping } }: Notice,
): Promise<AttemptResult<NonNullable<Progress['sent']>>> {
	const body = {
		phone: chat,
		message: text,
		...(delayMessage > 0 && { delayMessage }),
		...(delayTyping > 0 && { delayTyping }),
	};
	const request = { method: 'POST', path: '/send-text', body } as const;
	const response = await sendRequest(context, connection, request, timeout);
	const accepted = verifyQueueResponse(response);
	if (!accepted) return failed(toZApiError(response, connection.secrets, adviseOnSending));
	const masked = mask(accepted, connection.secrets);
	const messageId = String(masked.messageId || masked.id);
	return { ok: true, value: { messageId, response: masked } };
}

/** What to do after a message was not sent. If it may have been sent, `WHAT_IS_DONE` says it. */
function adviseOnSending({ isAboutInput, maybeDone, description }: Failure): string {
	if (maybeDone) return '';
	return isAboutInput ? "Check 'Chat' and 'Text'." : description;
}
