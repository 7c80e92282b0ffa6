import type { INodeProperties } from 'n8n-workflow';
import { toChatId, WHAT_A_CHAT_LOOKS_LIKE } from '../../shared/chat/chatId';
import { chatParameter } from '../../shared/chat/chatParameter';
import { toChoice } from '../../shared/parameter';
import { DEFAULT_DURATION, type Duration, DURATIONS, normalizeDuration } from '../durations';
import type { ReadParameter } from './operation';

export const chatField: INodeProperties = {
	displayName: 'Chat',
	name: 'phone',
	...chatParameter,
	required: true,
	description: `The private chat or group. ${WHAT_A_CHAT_LOOKS_LIKE}`,
};

export const durationField: INodeProperties = {
	displayName: 'Duration',
	name: 'duration',
	type: 'options',
	options: DURATIONS.map(({ name, value }) => ({ name, value })),
	default: DEFAULT_DURATION,
	description: 'How long the message stays pinned: 24_hours, 7_days or 30_days',
};

/** @throws {UserError} if it isn't a private chat or group */
export function readChat(read: ReadParameter): string {
	return toChatId(read('phone', { extractValue: true }));
}

/** @throws {UserError} if it is none of the durations */
export function readDuration(read: ReadParameter): Duration {
	return toChoice(DURATIONS, normalizeDuration(read('duration')), 'Duration');
}
