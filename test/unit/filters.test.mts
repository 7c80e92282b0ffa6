import type { IDataObject } from 'n8n-workflow';
import { findFilter } from '../../nodes/ZApiPinMessageTrigger/callback/filters';
import { parseCallback } from '../../nodes/ZApiPinMessageTrigger/events/callback';
import { EVENTS, findEvent } from '../../nodes/ZApiPinMessageTrigger/events/events';
import { SENT_BY_ME_NAME } from '../../nodes/ZApiPinMessageTrigger/parameters';
import type { TriggerSettings } from '../../nodes/ZApiPinMessageTrigger/settings';
import {
	CONNECTED,
	DELIVERY,
	DISCONNECTED,
	IN_CHANNEL,
	IN_GROUP,
	MESSAGE,
	PIN,
	REACTION,
	RECEIVED,
	UNPIN,
} from '../support/callbacks.mts';
import { DEFAULT_SETTINGS } from '../support/triggerSettings.mts';

const ALL: TriggerSettings = {
	...DEFAULT_SETTINGS,
	events: EVENTS.map(({ value }) => value),
};

const GROUP = '120363019502650977-group';
const LID = '999999999999999@lid';
const MINE = { fromMe: true, fromApi: false };
const BY_API = { fromMe: true, fromApi: true };
/** The filter of a callback that passes them all. */
const PASSES = undefined;

const START = { sentByMe: { phone: true, api: false } };
const ALSO_API = { sentByMe: { phone: true, api: true } };
const NOTICE = { ...MESSAGE, text: { message: 'The LIFT works. #Notícia' } };
const PHOTO = { ...RECEIVED, image: { caption: 'See #notice' } };

test.each<
	[
		what: string,
		callback: IDataObject,
		settings: Partial<TriggerSettings>,
		filter: string | undefined,
	]
>([
	['a message', MESSAGE, {}, PASSES],
	['a message, listening for pins', MESSAGE, { events: ['messagePinned'] }, 'Events'],
	['a pin, listening for messages', PIN, { events: ['messageReceived'] }, 'Events'],
	['an unpin, listening for pins', UNPIN, { events: ['messagePinned'] }, 'Events'],
	[
		'an unpin, listening for unpins and pins',
		UNPIN,
		{ events: ['messagePinned', 'messageUnpinned'] },
		PASSES,
	],

	['a message written on the phone', { ...MESSAGE, ...MINE }, {}, SENT_BY_ME_NAME],
	['a message written on the phone, as text', { ...MESSAGE, fromMe: 'true' }, {}, SENT_BY_ME_NAME],
	['a message written on the phone, phone wanted', { ...MESSAGE, ...MINE }, START, PASSES],
	['a message written on the phone, all wanted', { ...MESSAGE, ...MINE }, ALSO_API, PASSES],
	['a message sent by n8n', { ...MESSAGE, ...BY_API }, {}, SENT_BY_ME_NAME],
	['a message sent by n8n, phone wanted', { ...MESSAGE, ...BY_API }, START, SENT_BY_ME_NAME],
	['a message sent by n8n, all wanted', { ...MESSAGE, ...BY_API }, ALSO_API, PASSES],
	['a pin by n8n', { ...PIN, ...BY_API }, {}, PASSES],
	['a pin by n8n, phone wanted', { ...PIN, ...BY_API }, START, PASSES],
	['an unpin on the phone', { ...UNPIN, ...MINE }, {}, PASSES],
	['a reaction on the phone', { ...REACTION, ...MINE }, {}, SENT_BY_ME_NAME],
	['a reaction on the phone, phone wanted', { ...REACTION, ...MINE }, START, PASSES],

	['a private chat, groups only', MESSAGE, { chatTypes: ['groups'] }, 'Chat Type'],
	['a group, groups only', { ...MESSAGE, ...IN_GROUP }, { chatTypes: ['groups'] }, PASSES],
	['a group, private only', { ...MESSAGE, ...IN_GROUP }, { chatTypes: ['private'] }, 'Chat Type'],
	['a private chat, private only', MESSAGE, { chatTypes: ['private'] }, PASSES],
	[
		'a channel, private only',
		{ ...MESSAGE, ...IN_CHANNEL },
		{ chatTypes: ['private'] },
		'Chat Type',
	],
	['a channel, groups only', { ...MESSAGE, ...IN_CHANNEL }, { chatTypes: ['groups'] }, 'Chat Type'],
	[
		'a channel that only says so, private only',
		{ ...MESSAGE, isNewsletter: true },
		{ chatTypes: ['private'] },
		'Chat Type',
	],
	[
		'a broadcast that arrives in a private chat, where it can be pinned',
		{ ...MESSAGE, broadcast: true },
		{},
		PASSES,
	],
	['a channel', { ...MESSAGE, ...IN_CHANNEL }, {}, 'Chat Type'],
	['a channel, channels only', { ...MESSAGE, ...IN_CHANNEL }, { chatTypes: ['channels'] }, PASSES],
	['a status', { ...MESSAGE, phone: 'status@broadcast' }, {}, 'Chat Type'],
	[
		'a broadcast list, private only',
		{ ...MESSAGE, phone: '1774895799-broadcast' },
		{ chatTypes: ['private'] },
		'Chat Type',
	],
	[
		'what is sent to a group, groups only',
		{ ...DELIVERY, phone: GROUP },
		{ chatTypes: ['groups'] },
		PASSES,
	],
	[
		'what is sent to an older group, groups only',
		{ ...DELIVERY, phone: '5511999999999-1623281429' },
		{ chatTypes: ['groups'] },
		PASSES,
	],
	[
		'what is sent to a group, private only',
		{ ...DELIVERY, phone: GROUP },
		{ chatTypes: ['private'] },
		'Chat Type',
	],
	['disconnected, groups only', DISCONNECTED, { chatTypes: ['groups'] }, PASSES],

	['the chat', MESSAGE, { chats: ['5511999999999'] }, PASSES],
	['the chat, without the ninth digit', MESSAGE, { chats: ['551199999999'] }, PASSES],
	[
		'the chat, reported without it',
		{ ...MESSAGE, phone: '551199999999' },
		{ chats: ['5511999999999'] },
		PASSES,
	],
	['the chat by the LID of its contact', MESSAGE, { chats: [LID] }, PASSES],
	[
		'the chat by its LID',
		{ ...MESSAGE, chatLid: '7@lid', senderLid: null },
		{ chats: ['7@lid'] },
		PASSES,
	],
	[
		'one written by the owner of the LID',
		{ ...MESSAGE, ...MINE },
		{ ...START, chats: [LID] },
		'Only These Chats',
	],
	['the chat, reported under its LID', { ...MESSAGE, phone: LID }, { chats: [LID] }, PASSES],
	[
		'a group, by the LID of who writes',
		{ ...MESSAGE, ...IN_GROUP },
		{ chats: ['888888888888888@lid'] },
		'Only These Chats',
	],
	['one of two chats', MESSAGE, { chats: ['5511000000000', '5511999999999'] }, PASSES],
	['another chat', MESSAGE, { chats: ['5511000000000'] }, 'Only These Chats'],
	['another chat with the same end', MESSAGE, { chats: ['5521999999999'] }, 'Only These Chats'],
	['the group', { ...MESSAGE, ...IN_GROUP }, { chats: [GROUP] }, PASSES],
	[
		'a channel, one chat wanted',
		{ ...MESSAGE, ...IN_CHANNEL },
		{ chatTypes: ['channels'], chats: ['5511999999999'] },
		'Only These Chats',
	],
	[
		'a number that is too large, one chat wanted',
		{ ...MESSAGE, phone: 1e21 },
		{ chats: ['5511999999999'] },
		'Only These Chats',
	],
	['what is sent to the chat', DELIVERY, { chats: ['5511999999999'] }, PASSES],
	['what is sent to another chat', DELIVERY, { chats: ['5511000000000'] }, 'Only These Chats'],
	['connected, one chat wanted', CONNECTED, { chats: ['5511000000000'] }, PASSES],

	['an edit', { ...MESSAGE, isEdit: true }, {}, 'Ignore Edits'],
	['an edit, not ignored', { ...MESSAGE, isEdit: true }, { ignoreEdits: false }, PASSES],
	['a status reply', { ...MESSAGE, isStatusReply: 'true' }, {}, 'Ignore Status Replies'],
	[
		'a status reply, not ignored',
		{ ...MESSAGE, isStatusReply: true },
		{ ignoreStatusReplies: false },
		PASSES,
	],

	['a text in other case and accents', NOTICE, { textContains: '#NOTICIA' }, PASSES],
	['a text with fewer accents', NOTICE, { textContains: 'lïft' }, PASSES],
	['a text without it', NOTICE, { textContains: 'pool' }, 'Text Contains'],
	['a caption', PHOTO, { textContains: '#notice' }, PASSES],
	[
		'no text at all',
		{ ...RECEIVED, sticker: { stickerUrl: 'x' } },
		{ textContains: 'a' },
		'Text Contains',
	],
	['a pin, some text wanted', PIN, { textContains: '#notice' }, PASSES],
])('%s', (_what, body, settings, filter) => {
	const callback = parseCallback(body);
	const event = findEvent(callback);
	expect(event && findFilter(callback, event, { ...ALL, ...settings })).toBe(filter);
});
