import type { INodeProperties } from 'n8n-workflow';
import { WHAT_A_CHAT_LOOKS_LIKE } from '../shared/chatId';
import { chatParameter } from '../shared/chatParameter';
import { MESSAGE_ID_EXAMPLE } from './messageId';
import { options } from './options';

export const OPERATIONS = [
	{
		name: 'Pin',
		value: 'pin',
		action: 'Pin message',
		description: 'Pin a message at the top of its chat for some time',
	},
	{
		name: 'Unpin',
		value: 'unpin',
		action: 'Unpin message',
		description: 'Remove a pinned message from the top of its chat',
	},
] as const;

export type Operation = (typeof OPERATIONS)[number]['value'];

export const DURATIONS = [
	{ name: '24 Hours', value: '24_hours' },
	{ name: '7 Days', value: '7_days' },
	{ name: '30 Days', value: '30_days' },
] as const;

export type Duration = (typeof DURATIONS)[number]['value'];

/** The duration that WhatsApp's own app proposes. */
export const DEFAULT_DURATION: Duration = '7_days';

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
	options: [...OPERATIONS],
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
	options: [...DURATIONS],
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
