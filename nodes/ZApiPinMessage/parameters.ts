import type { INodeProperties } from 'n8n-workflow';
import { WHAT_A_CHAT_LOOKS_LIKE } from '../shared/chatId';
import { chatParameter } from '../shared/chatParameter';
import { MESSAGE_ID_EXAMPLE } from './messageId';
import { DEFAULT_DURATION, DURATIONS } from './durations';
import { OPERATIONS } from './operations/operations';
import { options } from './options';

// n8n names a new node after its action ("Unpin message") only where there is a resource to see.
const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [{ name: 'Message', value: 'message' }],
	default: 'message',
};

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['message'] } },
	options: OPERATIONS.map(({ name, value, action, description }) => ({
		name,
		value,
		action,
		description,
	})),
	default: 'pin',
};

const chat: INodeProperties = {
	displayName: 'Chat',
	name: 'phone',
	...chatParameter,
	required: true,
	description: `The private chat or group that the message is in. ${WHAT_A_CHAT_LOOKS_LIKE}`,
};

const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	default: '',
	required: true,
	placeholder: `e.g. ${MESSAGE_ID_EXAMPLE}`,
	description:
		'The messageId of the message, as Z-API Pin Message Trigger outputs it and the method that sent the message returns it, not the zaapId',
};

const duration: INodeProperties = {
	displayName: 'Duration',
	name: 'duration',
	type: 'options',
	displayOptions: { show: { operation: ['pin'] } },
	options: DURATIONS.map(({ name, value }) => ({ name, value })),
	default: DEFAULT_DURATION,
	description: 'How long the message stays pinned: 24_hours, 7_days or 30_days',
};

export const parameters: INodeProperties[] = [
	resource,
	operation,
	chat,
	messageId,
	duration,
	options,
];
