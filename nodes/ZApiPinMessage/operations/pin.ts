import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Failure } from '../../shared/transport/failures';
import { mask } from '../../shared/transport/mask';
import { sendRequest } from '../../shared/transport/transport';
import { toZApiError } from '../../shared/transport/zApiError';
import { DEFAULT_DURATION, type Duration, expiryOf } from '../durations';
import { MESSAGE_ID_EXAMPLE, toMessageId } from '../messageId';
import { chatField, durationField, readChat, readDuration } from './fields';
import type { AttemptResult, Job, Operation, Reading, ReadParameter, Run } from './operation';
import { check, failed, isPerhapsDone } from './operation';
import { verifyQueueResponse } from './verifyQueueResponse';

type PinAction = 'pin' | 'unpin';

/** A pin or unpin. */
export interface Pin {
	chat: string;
	messageId: string;
	/** Pins only. */
	duration?: Duration;
}

const messageIdField: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	default: '',
	required: true,
	placeholder: `e.g. ${MESSAGE_ID_EXAMPLE}`,
	hint: 'To get one, test Z-API Pin Message Trigger with the event Reaction Received, and react to the message from another phone',
	description:
		'The messageId from Z-API Pin Message Trigger, or from the response of the method that sent the message. It is not the zaapId.',
};

export const pin: Operation<Pin> = {
	name: 'Pin',
	value: 'pin',
	action: 'Pin a WhatsApp message',
	description: 'Pin a message at the top of its chat for some time',
	fields: [chatField, messageIdField, durationField],
	isQueued: true,
	read: ({ read }) => readPin('pin', read),
	attempt: async (run, job) => await attemptPin('pin', run, job),
};

export const unpin: Operation<Pin> = {
	name: 'Unpin',
	value: 'unpin',
	action: 'Unpin a WhatsApp message',
	description: 'Remove a pinned message from the top of its chat',
	fields: [chatField, messageIdField],
	isQueued: true,
	read: ({ read }) => readPin('unpin', read),
	attempt: async (run, job) => await attemptPin('unpin', run, job),
};

/** Reads and checks the parameters of one item that pins or unpins a message. */
export function readPin(action: PinAction, read: ReadParameter): Reading<Pin> {
	const checks = {
		chat: () => readChat(read),
		messageId: () => toMessageId(read('messageId')),
		...(action === 'pin' && { duration: () => readDuration(read) }),
	};
	return check<Pin>(checks, ({ chat = null, messageId = null }) => ({ action, chat, messageId }));
}

async function attemptPin(
	action: PinAction,
	run: Run,
	job: Job<Pin>,
): Promise<AttemptResult<IDataObject>> {
	const result = await sendPin(run, action, job.values);
	// A later attempt that is refused doesn't change it.
	if (isPerhapsDone(result)) job.progress = { step: `${action}PerhapsAccepted` };
	return result;
}

/**
 * Sends one pin or unpin, without retries.
 *
 * @returns the fields of the output if Z-API accepted it; else why not, and whether a retry may help
 * @see https://developer.z-api.io (Pin / Unpin messages)
 */
export async function sendPin(
	{ context, connection, options }: Run,
	action: PinAction,
	{ chat, messageId, duration }: Pin,
): Promise<AttemptResult<IDataObject>> {
	const body = {
		phone: chat,
		messageId,
		messageAction: action,
		// Z-API requires it for an unpin too, where it has no effect.
		pinMessageDuration: duration ?? DEFAULT_DURATION,
	};
	const request = { method: 'POST', path: '/pin-message', body } as const;
	const response = await sendRequest(context, connection, request, options.timeout);
	const accepted = verifyQueueResponse(response);
	if (!accepted) return failed(toZApiError(response, connection.secrets, adviseOnPin));
	const value = {
		action,
		chat,
		state: 'accepted',
		messageId,
		...(duration && { duration, expiresAt: expiryOf(duration) }),
		response: mask(accepted, connection.secrets),
	};
	return { ok: true, value };
}

/** What to do after a pin or unpin has failed. */
export function adviseOnPin({ isAboutInput, description }: Failure): string {
	return isAboutInput ? "Check 'Chat' and 'Message ID'." : description;
}
