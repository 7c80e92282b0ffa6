import type { INodeProperties } from 'n8n-workflow';
import { CHAT_ID_PATTERN, NO_FORM } from './chatId';

/** What every parameter that names a chat has in common. The node's `methods` must hold `searchChats`. */
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
			// n8n's editor calls every mode of this name "By ID", whatever stands here.
			displayName: 'By Phone Number or Group ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 5511999999999 or 120363019502650977-group',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: `(?:${CHAT_ID_PATTERN})`,
						errorMessage: `Chat ${NO_FORM.what}. ${NO_FORM.advice}`,
					},
				},
			],
		},
	],
};
