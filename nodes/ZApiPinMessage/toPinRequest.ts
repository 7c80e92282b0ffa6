import { UserError } from 'n8n-workflow';
import { toChatId } from '../shared/chatId';
import { toMessageId } from '../shared/messageId';
import { DEFAULT_DURATION, DURATIONS, OPERATIONS } from './parameters';
import type { PinParameters } from './readParameters';

/** The body of `POST /pin-message`, in Z-API's spelling. A type, as it has to fit any record. */
export type PinRequest = {
	phone: string;
	messageId: string;
	messageAction: string;
	pinMessageDuration: string;
};

/**
 * Checks and normalises the parameters of one item.
 *
 * @returns the body to send
 * @throws {UserError} naming the parameter that can't be sent and saying what it should be
 * @see https://developer.z-api.io (Pin / Unpin messages)
 */
export function toPinRequest(parameters: PinParameters): PinRequest {
	const operation = toOneOf(OPERATIONS, parameters.operation, 'Operation');
	return {
		phone: toChatId(parameters.chat),
		messageId: toMessageId(parameters.messageId),
		messageAction: operation,
		pinMessageDuration:
			operation === 'pin' ? toOneOf(DURATIONS, parameters.duration, 'Duration') : DEFAULT_DURATION,
	};
}

function toOneOf(allowed: readonly string[], value: unknown, parameter: string): string {
	const match = allowed.find((entry) => entry === value);
	if (match === undefined) {
		throw new UserError(`${parameter} has an unknown value`, {
			description: `Use one of: ${allowed.join(', ')}.`,
		});
	}
	return match;
}
