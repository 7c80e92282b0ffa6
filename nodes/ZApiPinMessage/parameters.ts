import type { INodeProperties } from 'n8n-workflow';
import { chatLocator } from '../shared/chatLocator';
import { options } from './options';

export const OPERATIONS = ['pin', 'unpin'] as const;

export const DURATIONS = ['24_hours', '7_days', '30_days'] as const;

/** The duration that WhatsApp's own app proposes. */
export const DEFAULT_DURATION = '7_days';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Pin Message',
			value: 'pin',
			action: 'Pin message',
			description: 'Pin a message at the top of its chat for some time',
		},
		{
			name: 'Unpin Message',
			value: 'unpin',
			action: 'Unpin message',
			description: 'Remove a pinned message from the top of its chat',
		},
	],
	default: 'pin',
};

const chat: INodeProperties = {
	displayName: 'Chat',
	name: 'phone',
	...chatLocator,
	required: true,
	description:
		'The private chat or group that the message is in: a phone in digits with its country code (5511999999999), a group ID (120363019502650977-group) or a LID (999999999999999@lid)',
};

const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 77DF5293EBC176FFA6A88838E7A6AD83',
	description:
		"The ID of the message, as Z-API's webhook delivers it with the message and its send methods answer it",
};

const duration: INodeProperties = {
	displayName: 'Duration',
	name: 'duration',
	type: 'options',
	displayOptions: { show: { operation: ['pin'] } },
	options: [
		{ name: '24 Hours', value: '24_hours' },
		{ name: '7 Days', value: '7_days' },
		{ name: '30 Days', value: '30_days' },
	],
	default: DEFAULT_DURATION,
	description: 'How long the message stays pinned: 24_hours, 7_days or 30_days',
};

export const parameters: INodeProperties[] = [operation, chat, messageId, duration, options];
