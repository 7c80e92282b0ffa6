import type { INodeProperties } from 'n8n-workflow';
import { WHAT_A_CHAT_LOOKS_LIKE } from '../shared/chat/chatId';
import { chatParameter } from '../shared/chat/chatParameter';
import { MESSAGE_ID_EXAMPLE } from './messageId';
import { DEFAULT_DURATION, DURATIONS } from './durations';
import { CHAT_TYPES } from './operations/getChats';
import { RESOURCES } from './operations/operations';
import { options } from './options';

// n8n names a new node after its action ("Unpin message") only if the node shows a resource.
const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: RESOURCES.map(({ name, value }) => ({ name, value })),
	default: 'message',
};

const toOperation = (resource: 'chat' | 'message', first: string): INodeProperties => ({
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: [resource] } },
	options: RESOURCES.filter(({ value }) => value === resource).flatMap(({ operations }) =>
		operations.map(({ name, value, action, description }) => ({
			name,
			value,
			action,
			description,
		})),
	),
	default: first,
});

const chat: INodeProperties = {
	displayName: 'Chat',
	name: 'phone',
	...chatParameter,
	required: true,
	displayOptions: { show: { resource: ['message'] } },
	description: `The private chat or group. ${WHAT_A_CHAT_LOOKS_LIKE}`,
};

const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	default: '',
	required: true,
	displayOptions: { show: { operation: ['pin', 'unpin'] } },
	placeholder: `e.g. ${MESSAGE_ID_EXAMPLE}`,
	description:
		'The messageId from Z-API Pin Message Trigger, or from the response of the method that sent the message. It is not the zaapId.',
};

const text: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	required: true,
	displayOptions: { show: { operation: ['sendAndPin'] } },
	placeholder: 'e.g. The water will be off on Friday from 9 to 12 h.',
	description:
		"The text to send. *bold*, _italic_ and ~strikethrough~ work as in WhatsApp. Turn off 'Retry On Fail' in the settings of the node: Send and Pin does not run while it is on.",
};

const duration: INodeProperties = {
	displayName: 'Duration',
	name: 'duration',
	type: 'options',
	displayOptions: { show: { operation: ['pin', 'sendAndPin'] } },
	options: DURATIONS.map(({ name, value }) => ({ name, value })),
	default: DEFAULT_DURATION,
	description: 'How long the message stays pinned: 24_hours, 7_days or 30_days',
};

const ofChats: Pick<INodeProperties, 'displayOptions'> = {
	displayOptions: { show: { operation: ['getAll'] } },
};

const filter: INodeProperties = {
	displayName: 'Filter',
	name: 'filter',
	type: 'string',
	default: '',
	...ofChats,
	placeholder: 'e.g. Class 3B',
	description:
		'Part of the name of the chats to list (case and accents are ignored), or at least five digits of a phone number or ID. Leave it empty to list all chats.',
};

const chatType: INodeProperties = {
	displayName: 'Type',
	name: 'chatType',
	type: 'options',
	options: [...CHAT_TYPES],
	default: 'all',
	...ofChats,
	description: 'Which chats to list: all, groups or private',
};

const includeArchived: INodeProperties = {
	displayName: 'Include Archived',
	name: 'includeArchived',
	type: 'boolean',
	default: true,
	...ofChats,
	description: 'Whether to list archived chats too',
};

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	...ofChats,
	description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	displayOptions: { show: { operation: ['getAll'], returnAll: [false] } },
	description: 'Max number of results to return',
};

export const parameters: INodeProperties[] = [
	resource,
	toOperation('chat', 'getAll'),
	toOperation('message', 'pin'),
	chat,
	messageId,
	text,
	duration,
	filter,
	chatType,
	includeArchived,
	returnAll,
	limit,
	options,
];
