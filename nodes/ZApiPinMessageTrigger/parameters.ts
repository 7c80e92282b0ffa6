import type { INodeProperties } from 'n8n-workflow';
import { chatParameter } from '../shared/chat/chatParameter';
import { EVENTS } from './events';

/** Name of the node in n8n and in messages. */
export const DISPLAY_NAME = 'Z-API Pin Message Trigger';

export const CHAT_TYPES = [
	{ name: 'Groups Only', value: 'groups' },
	{ name: 'Private Chats Only', value: 'private' },
] as const;

export type ChatType = (typeof CHAT_TYPES)[number]['value'];

/**
 * Which activity of the connected number starts the workflow: its `pins` and unpins, wherever they are made;
 * anything else on the `phone`, or through the `api` of Z-API.
 */
export const SENT_BY_ME = [
	{
		name: 'Everything',
		value: 'all',
		description:
			'Also what n8n and other systems send through Z-API. A workflow that sends messages can then start itself.',
		...{ pins: true, phone: true, api: true },
	},
	{
		name: 'Nothing',
		value: 'none',
		description: 'Only what others do',
		...{ pins: false, phone: false, api: false },
	},
	{
		name: 'Pins and What Is Done on the Phone',
		value: 'phone',
		description:
			'Choose this if the phone is your own: messages that you write start the workflow, messages that n8n sends do not',
		...{ pins: true, phone: true, api: false },
	},
	{
		name: 'Pins Only',
		value: 'pins',
		description:
			'Pins and unpins, on the phone or by n8n. Messages that you write yourself do not start the workflow.',
		...{ pins: true, phone: false, api: false },
	},
] as const;

export type SentByMe = (typeof SENT_BY_ME)[number]['value'];

/** The columns of a table that n8n's editor shows. */
function toOptions(rows: ReadonlyArray<{ name: string; value: string; description: string }>) {
	return rows.map(({ name, value, description }) => ({ name, value, description }));
}

const events: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	required: true,
	default: ['messageReceived'],
	options: toOptions(EVENTS),
	description:
		'The events that start the workflow. A pin, reaction, call or group change is never a Message Received event.',
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
	displayName: 'Sent by Connected Number',
	name: 'sentByMe',
	type: 'options',
	options: toOptions(SENT_BY_ME),
	default: 'pins',
	description:
		'Which activity of the connected number starts the workflow. Does not apply to Message Sent and Sending Failed.',
	hint: 'Messages that you write with the connected number start the workflow only if you choose Everything or Pins and What Is Done on the Phone.',
};

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Chat Type',
			name: 'chatType',
			type: 'options',
			options: [...CHAT_TYPES],
			default: 'groups',
			description: 'Which chats start the workflow',
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
		{
			displayName: 'Replace Existing Webhook',
			name: 'replaceExistingWebhook',
			type: 'boolean',
			default: false,
			description:
				'Whether to replace the webhooks of another system. Its URLs are restored when the workflow is unpublished (deactivated).',
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
			displayName: 'Text Contains',
			name: 'textContains',
			type: 'string',
			default: '',
			placeholder: 'e.g. #notice',
			description:
				'The text that a message must contain to start the workflow, regardless of accents and case. Applies to Message Received only.',
		},
	],
};

export const parameters: INodeProperties[] = [events, onlyTheseChats, sentByMe, options];
