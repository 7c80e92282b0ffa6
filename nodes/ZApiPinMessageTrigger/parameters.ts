import type { INodeProperties } from 'n8n-workflow';
import { chatParameter } from '../shared/chatParameter';

/** What starts a workflow. */
export const EVENTS = [
	{
		name: 'Message Received',
		value: 'messageReceived',
		description: 'A message arrives in a private chat, a group or a channel',
	},
	{
		name: 'Message Pinned',
		value: 'messagePinned',
		description: 'Somebody pins a message, or this n8n does',
	},
	{
		name: 'Message Unpinned',
		value: 'messageUnpinned',
		description: 'Somebody unpins a message, or this n8n does',
	},
] as const;

export type TriggerEvent = (typeof EVENTS)[number]['value'];

export const CHAT_TYPES = [
	{ name: 'Groups Only', value: 'groups' },
	{ name: 'Private Chats Only', value: 'private' },
] as const;

export type ChatType = (typeof CHAT_TYPES)[number]['value'];

/** What counts of what the connected number does itself. */
export const SENT_BY_ME = [
	{
		name: 'Everything',
		value: 'all',
		description: 'Messages too. A workflow that sends messages can start itself: filter on fromMe.',
	},
	{ name: 'Nothing', value: 'none' },
	{ name: 'Pins and Unpins', value: 'pins' },
] as const;

export type SentByMe = (typeof SENT_BY_ME)[number]['value'];

const events: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	required: true,
	default: ['messageReceived'],
	options: [...EVENTS],
	description: 'What starts the workflow. A pin or unpin never counts as Message Received.',
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
		onlyTheseChats,
		{
			displayName: 'Replace Existing Webhook',
			name: 'replaceExistingWebhook',
			type: 'boolean',
			default: false,
			description:
				'Whether to take the webhook of the instance from whatever has it now. It is given back when the workflow is unpublished (deactivated).',
		},
		{
			displayName: 'Sent by Connected Number',
			name: 'sentByMe',
			type: 'options',
			options: [...SENT_BY_ME],
			default: 'pins',
			description:
				'What counts of what the connected number does itself, on the phone or through Z-API. Pins made by n8n are of that kind.',
		},
	],
};

export const parameters: INodeProperties[] = [events, options];
