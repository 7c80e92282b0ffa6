import type { INodeProperties } from 'n8n-workflow';
import { CHAT_ID_CHECKS, CHAT_PLACEHOLDER } from './chatId';

/** Common part of all chat parameters. The node's `methods` must contain `searchChats`. */
export const chatParameter: Pick<INodeProperties, 'type' | 'default' | 'modes'> = {
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a chat or group',
			typeOptions: { searchListMethod: 'searchChats', searchable: true },
		},
		{
			// n8n's editor shows "By ID" for every mode with this name.
			displayName: 'By Phone Number or Group ID',
			name: 'id',
			type: 'string',
			placeholder: CHAT_PLACEHOLDER,
			validation: CHAT_ID_CHECKS.map((properties) => ({ type: 'regex', properties })),
		},
	],
};
