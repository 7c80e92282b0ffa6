import type { INodeProperties } from 'n8n-workflow';
import { chatParameter } from '../shared/chat/chatParameter';
import type { ChatType } from './events/callback';
import { EVENTS } from './events/events';

/** Name of the node in n8n and in messages. */
export const DISPLAY_NAME = 'Z-API Pin Message Trigger';

export const CHAT_TYPES = [
	{ name: 'Groups', value: 'groups' },
	{ name: 'Private Chats', value: 'private' },
	{ name: 'Channels and Broadcast Lists', value: 'channels' },
] as const satisfies ReadonlyArray<{ name: string; value: ChatType }>;

/** Messages can be pinned there. */
export const DEFAULT_CHAT_TYPES: ChatType[] = ['groups', 'private'];

export const SENT_BY_ME_NAME = 'My Own Messages and Reactions';

/**
 * Which activity of the connected number starts the workflow, apart from pins, which always do: what is done
 * on the `phone`, and what is sent through the `api` of Z-API.
 */
export const SENT_BY_ME = [
	{
		name: 'Ignore',
		value: 'pins',
		description: 'Only messages and reactions of others start the workflow',
		phone: false,
		api: false,
	},
	{
		name: 'Start the Workflow',
		value: 'phone',
		description:
			'Also what you write and do on the phone of the connected number starts the workflow',
		phone: true,
		api: false,
	},
	{
		name: 'Start the Workflow, Also With Automated Messages',
		value: 'all',
		description:
			'Also what n8n and other systems send through Z-API. A workflow that sends messages can then start itself.',
		phone: true,
		api: true,
	},
] as const;

export const TAKEN_POLICY_NAME = 'If Another System Uses the Webhook';

/** What to do about another system that uses a webhook of the instance, as it has only one URL for each. */
export const TAKEN_POLICIES = [
	{
		name: 'Replace',
		value: 'replace',
		description: 'It gets no calls until the last workflow with this trigger is unpublished',
	},
	{
		name: 'Share',
		value: 'share',
		description: 'It goes on getting every call: n8n passes them on, as Z-API sent them',
	},
	{
		name: 'Stop',
		value: 'stop',
		description: 'The workflow is not published, and the other system keeps its webhook',
	},
] as const;

export type TakenPolicy = (typeof TAKEN_POLICIES)[number]['value'];

const events: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	required: true,
	default: ['messageReceived'],
	// A Switch node needs the value.
	options: EVENTS.map(({ name, value, description }) => ({
		name,
		value,
		description: `${description} (${value})`,
	})),
	description:
		'The events that start the workflow. A pin, reaction, call or group change is never a Message Received event.',
	hint: 'While you test, make the event happen in WhatsApp, such as by writing to the number from another phone',
};

const onlyTheseChats: INodeProperties = {
	displayName: 'Only These Chats',
	name: 'chats',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Chat' },
	placeholder: 'Add Chat',
	default: {},
	options: [
		{
			displayName: 'Chat',
			name: 'values',
			values: [
				{
					displayName: 'Chat',
					name: 'chat',
					...chatParameter,
					description:
						'A private chat or group. Z-API may report a private chat under its LID only; choose the LID then.',
				},
			],
		},
	],
	description: 'The chats whose events start the workflow. Leave it empty for all chats.',
};

const sentByMe: INodeProperties = {
	displayName: SENT_BY_ME_NAME,
	name: 'sentByMe',
	type: 'options',
	options: SENT_BY_ME.map(({ name, value, description }) => ({ name, value, description })),
	default: 'pins',
	description:
		'What happens when you write or react with the connected number yourself. Does not apply to Message Sent and Sending Failed.',
	hint: 'To try it with the phone of the connected number itself, choose Start the Workflow. Its pins and unpins start the workflow in any case.',
};

/** Those that people need first come first. */
const rows: INodeProperties[] = [
	{
		displayName: 'Text Contains',
		name: 'textContains',
		type: 'string',
		default: '',
		placeholder: 'e.g. #notice',
		description:
			'The text that a message must contain to start the workflow, regardless of accents and case. Applies to Message Received only.',
	},
	{
		displayName: 'Chat Type',
		name: 'chatType',
		type: 'multiOptions',
		options: [...CHAT_TYPES],
		default: [...DEFAULT_CHAT_TYPES],
		description:
			'The kinds of chats whose events start the workflow. Nothing can be pinned in channels and broadcast lists.',
	},
	{
		displayName: TAKEN_POLICY_NAME,
		name: 'ifWebhookTaken',
		type: 'options',
		options: [...TAKEN_POLICIES],
		default: 'stop',
		description:
			'What to do if another system uses a webhook of the instance. Workflows with this trigger always share it, and so do other nodes of this n8n.',
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
		hint: 'If you turn it off, the whole callback is added in the field callback.',
	},
	{
		displayName: 'Ignore Edits',
		name: 'ignoreEdits',
		type: 'boolean',
		default: true,
		description: 'Whether to ignore the new version of a message that was edited',
	},
	{
		displayName: 'Ignore Status Replies',
		name: 'ignoreStatusReplies',
		type: 'boolean',
		default: true,
		description: "Whether to ignore replies to the connected number's status",
	},
];

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: rows,
};

export const triggerParameters: INodeProperties[] = [events, onlyTheseChats, sentByMe, options];
