import type { IDataObject } from 'n8n-workflow';
import { toChatId } from '../../shared/chat/chatId';
import { toChoice } from '../../shared/parameter';
import type { Failure } from '../../shared/transport/failures';
import { mask } from '../../shared/transport/mask';
import { sendRequest } from '../../shared/transport/transport';
import { toZApiError } from '../../shared/transport/zApiError';
import { DEFAULT_DURATION, type Duration, DURATIONS, toExpiry } from '../durations';
import { toMessageId } from '../messageId';
import type { Attempt } from '../scheduler';
import type { Job, ReadParameter, Session } from './operation';
import { check, toFailed } from './operation';
import { verifyQueueResponse } from './verifyQueueResponse';

export type PinAction = 'pin' | 'unpin';

/** What to do if Z-API may have accepted an attempt without confirming it. */
export const MAYBE_DONE: Record<PinAction, string> = {
	pin: 'If the message is pinned all the same, pinning it again renews the pin, and members may see the notice once more.',
	unpin: 'If the message is still pinned, unpin it again.',
};

/** A pin or unpin, and what is known of its attempts. */
export interface Pin {
	chat: string;
	messageId: string;
	/** Pins only. */
	duration?: Duration;
	/** Whether Z-API may have carried out one of the attempts so far. A later attempt can't tell. */
	maybeDone?: boolean;
}

/** Reads the parameters of one item that pins or unpins a message. */
export function toPinJob(action: PinAction, read: ReadParameter): Job {
	const { values, refusal } = check<Pin>({
		chat: () => toChatId(read('phone', { extractValue: true })),
		messageId: () => toMessageId(read('messageId')),
		...(action === 'pin' && {
			duration: () => toChoice(DURATIONS, read('duration'), 'Duration'),
		}),
	});
	const identity: IDataObject = { action, ...values };
	delete identity.duration;
	if (refusal) return { identity, refusal };
	const job: Job = {
		identity,
		isQueued: true,
		attempt: async (session) => {
			const attempt = await sendPin(session, action, values);
			if (values.maybeDone) job.caution = MAYBE_DONE[action];
			return attempt;
		},
	};
	return job;
}

/**
 * Sends one pin or unpin, without retries.
 *
 * @param pin the same object for each attempt
 * @returns the fields of the output if Z-API accepted it; else why not, and whether a retry may help
 * @see https://developer.z-api.io (Pin / Unpin messages)
 */
export async function sendPin(
	{ context, connection, options }: Session,
	action: PinAction,
	pin: Pin,
): Promise<Attempt<IDataObject>> {
	const { chat, messageId, duration } = pin;
	const body = {
		phone: chat,
		messageId,
		messageAction: action,
		// Z-API requires it for an unpin too, where it has no effect.
		pinMessageDuration: duration ?? DEFAULT_DURATION,
	};
	const response = await sendRequest(
		context,
		connection,
		{ method: 'POST', path: '/pin-message', body },
		options.timeout,
	);
	const accepted = verifyQueueResponse(response);
	if (accepted) {
		const value = {
			action,
			chat,
			messageId,
			...(duration && { duration, expiresAt: toExpiry(duration) }),
			state: 'accepted',
			response: mask(accepted, connection.secrets),
		};
		return { ok: true, value };
	}
	const error = toZApiError(response, connection.secrets, toAdvice);
	pin.maybeDone ||= error.failure.maybeDone;
	return toFailed(error);
}

/** What to do after a pin or unpin has failed. If it may have been accepted, `MAYBE_DONE` adds to it. */
export function toAdvice({ isAboutInput, description }: Failure): string {
	return isAboutInput ? "Check 'Chat' and 'Message ID'." : description;
}
