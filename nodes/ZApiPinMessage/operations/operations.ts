import { toGetChatsJob } from './getChats';
import type { Job, ReadParameter } from './operation';
import { toPinJob } from './pin';
import { toSendAndPinJob } from './sendAndPin';

/** One operation of the node. */
export interface Operation {
	name: string;
	value: string;
	/** n8n names a new node after it. */
	action: string;
	description: string;
	/** Whether running the items again sends messages again. */
	sendsMessages?: boolean;
	/** Reads and checks the parameters of one item. */
	toJob: (read: ReadParameter) => Job;
}

interface Resource {
	name: string;
	value: string;
	operations: readonly Operation[];
}

/** All operations, by resource. */
export const RESOURCES = [
	{
		name: 'Chat',
		value: 'chat',
		operations: [
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many chats',
				description: 'List the private chats and groups that messages can be pinned in',
				toJob: toGetChatsJob,
			},
		],
	},
	{
		name: 'Message',
		value: 'message',
		operations: [
			{
				name: 'Pin',
				value: 'pin',
				action: 'Pin message',
				description: 'Pin a message at the top of its chat for some time',
				toJob: (read) => toPinJob('pin', read),
			},
			{
				name: 'Send and Pin',
				value: 'sendAndPin',
				action: 'Send and pin message',
				description: 'Send a text to a chat and pin it there for some time',
				sendsMessages: true,
				toJob: toSendAndPinJob,
			},
			{
				name: 'Unpin',
				value: 'unpin',
				action: 'Unpin message',
				description: 'Remove a pinned message from the top of its chat',
				toJob: (read) => toPinJob('unpin', read),
			},
		],
	},
] as const satisfies readonly Resource[];
