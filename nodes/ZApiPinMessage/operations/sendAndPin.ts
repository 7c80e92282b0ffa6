import type { IDataObject } from 'n8n-workflow';
import type { Failure } from '../../shared/transport/failures';
import { mask } from '../../shared/transport/mask';
import { sendRequest } from '../../shared/transport/transport';
import { toZApiError } from '../../shared/transport/zApiError';
import type { Duration } from '../durations';
import { readSendOptions, type SendOptions } from '../options';
import { chatField, durationField, readChat, readDuration } from './fields';
import { readSource } from './file';
import { type Content, contentFields, readContent } from './messageTypes';
import type {
	AttemptResult,
	ItemReader,
	Job,
	Operation,
	Progress,
	Reading,
	Run,
} from './operation';
import { check, failed, isPerhapsDone } from './operation';
import { sendPin } from './pin';
import { findMessageId, verifyQueueResponse } from './verifyQueueResponse';

type Sent = NonNullable<Progress['sent']>;

/** The parameters of an item. */
interface Notice {
	chat: string;
	content: Content;
	duration: Duration;
	options: SendOptions;
}

export const sendAndPin: Operation<Notice> = {
	name: 'Send and Pin',
	value: 'sendAndPin',
	action: 'Send and pin a WhatsApp message',
	description:
		'Send a text, image, video, document or poll to a chat, and pin it there for some time',
	fields: [chatField, ...contentFields, durationField],
	isQueued: true,
	sendsMessages: true,
	read: readNotice,
	attempt: attemptNotice,
};

function readNotice(reader: ItemReader): Reading<Notice> {
	const { read } = reader;
	let chat: string | undefined;
	const checks = {
		chat: () => (chat = readChat(read)),
		content: () => readContent(reader, chat),
		duration: () => readDuration(read),
		// Their expressions can have another result for each item.
		options: () => readSendOptions(read('options') as IDataObject),
	};
	const reading = check<Notice>(checks, () => ({ action: 'sendAndPin', chat: chat ?? null }));
	if (reading.refusal) return reading;
	return { ...reading, hasUpload: typeof reading.values.content.file?.source === 'object' };
}

/**
 * Sends a message, then pins it. A message that Z-API has accepted, or may have accepted, is not sent again:
 * further attempts only pin.
 */
async function attemptNotice(run: Run, job: Job<Notice>): Promise<AttemptResult<IDataObject>> {
	const isFirstPin = !job.progress.sent;
	let sent = job.progress.sent;
	if (!sent) {
		const sending = await sendMessage(run, job);
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
 */
async function sendMessage(run: Run, job: Job<Notice>): Promise<AttemptResult<Sent>> {
	const { context, connection, options } = run;
	const { chat, content, options: delays } = job.values;
	const { path, file } = content;
	const body = { phone: chat, ...content.body, ...delays };
	const encoded = file && { [file.field]: await readSource(context, job.itemIndex, file.source) };
	const request = { method: 'POST', path, body: { ...body, ...encoded } } as const;
	const response = await sendRequest(context, connection, request, options.timeout);
	const accepted = verifyQueueResponse(response);
	const masked = mask(accepted ?? {}, connection.secrets);
	const messageId = findMessageId(masked);
	if (!messageId) return failed(toZApiError(response, connection.secrets, adviseOnSending));
	return { ok: true, value: { messageId, response: masked } };
}

/** What to do after a message was not sent. If it may have been sent, `WHAT_IS_DONE` says it. */
function adviseOnSending({ isAboutInput, maybeDone, description }: Failure): string {
	if (maybeDone) return '';
	return isAboutInput ? "Check 'Chat' and the fields of the message." : description;
}
