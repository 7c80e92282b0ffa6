import type { Job, ReadParameter } from './operation';
import { toPinJob } from './pin';

/** What the node can do. */
export interface Operation {
	name: string;
	value: string;
	/** What n8n names a new node after. */
	action: string;
	description: string;
	/** Reads and checks the parameters of one item. */
	toJob: (read: ReadParameter) => Job;
}

export const OPERATIONS = [
	{
		name: 'Pin',
		value: 'pin',
		action: 'Pin message',
		description: 'Pin a message at the top of its chat for some time',
		toJob: (read) => toPinJob('pin', read),
	},
	{
		name: 'Unpin',
		value: 'unpin',
		action: 'Unpin message',
		description: 'Remove a pinned message from the top of its chat',
		toJob: (read) => toPinJob('unpin', read),
	},
] as const satisfies readonly Operation[];
