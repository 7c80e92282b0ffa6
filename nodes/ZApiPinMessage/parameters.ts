import type { INodeProperties } from 'n8n-workflow';
import { chatParameter } from '../shared/chatParameter';
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
	description:
		'The private chat or group that the message is in: a phone number in digits with its country code (5511999999999), a group ID (120363019502650977-group) or a LID (999999999999999@lid)',
};

const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 77DF5293EBC176FFA6A88838E7A6AD83',
	description:
		"The ID of the message, as it comes with the message from Z-API's webhook and in the response of the methods that send one",
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
