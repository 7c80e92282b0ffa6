import type { IDataObject } from 'n8n-workflow';
import { EVENTS, findEvent } from '../../nodes/ZApiPinMessageTrigger/events';
import { isWanted } from '../../nodes/ZApiPinMessageTrigger/callback/isWanted';
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
const NOTICE = { ...MESSAGE, text: { message: 'The LIFT works. #Notícia' } };
const PHOTO = { ...RECEIVED, image: { caption: 'See #notice' } };

test.each<
	[what: string, callback: IDataObject, settings: Partial<TriggerSettings>, wanted: boolean]
>([
	['a message', MESSAGE, {}, true],
	['a message, listening for pins', MESSAGE, { events: ['messagePinned'] }, false],
	['a pin, listening for messages', PIN, { events: ['messageReceived'] }, false],
	['an unpin, listening for pins', UNPIN, { events: ['messagePinned'] }, false],
	[
		'an unpin, listening for unpins and pins',
		UNPIN,
		{ events: ['messagePinned', 'messageUnpinned'] },
		true,
	],

	['a message written on the phone', { ...MESSAGE, ...MINE }, {}, false],
	['a message written on the phone, as text', { ...MESSAGE, fromMe: 'true' }, {}, false],
	[
		'a message written on the phone, phone wanted',
		{ ...MESSAGE, ...MINE },
		{ sentByMe: 'phone' },
		true,
	],
	[
		'a message written on the phone, all wanted',
		{ ...MESSAGE, ...MINE },
		{ sentByMe: 'all' },
		true,
	],
	[
		'a message written on the phone, none wanted',
		{ ...MESSAGE, ...MINE },
		{ sentByMe: 'none' },
		false,
	],
	['a message sent by n8n', { ...MESSAGE, ...BY_API }, {}, false],
	['a message sent by n8n, phone wanted', { ...MESSAGE, ...BY_API }, { sentByMe: 'phone' }, false],
	['a message sent by n8n, all wanted', { ...MESSAGE, ...BY_API }, { sentByMe: 'all' }, true],
	['a pin by n8n', { ...PIN, ...BY_API }, {}, true],
	['a pin by n8n, phone wanted', { ...PIN, ...BY_API }, { sentByMe: 'phone' }, true],
	['a pin by n8n, none wanted', { ...PIN, ...BY_API }, { sentByMe: 'none' }, false],
	['an unpin on the phone', { ...UNPIN, ...MINE }, {}, true],
	['a reaction on the phone', { ...REACTION, ...MINE }, {}, false],
	['a reaction on the phone, phone wanted', { ...REACTION, ...MINE }, { sentByMe: 'phone' }, true],
	['a message by others, none by me wanted', MESSAGE, { sentByMe: 'none' }, true],
	['what is sent, none by me wanted', DELIVERY, { sentByMe: 'none' }, true],

	['a private chat, groups only', MESSAGE, { chatType: 'groups' }, false],
	['a group, groups only', { ...MESSAGE, ...IN_GROUP }, { chatType: 'groups' }, true],
	['a group, private only', { ...MESSAGE, ...IN_GROUP }, { chatType: 'private' }, false],
	['a private chat, private only', MESSAGE, { chatType: 'private' }, true],
	['a channel, private only', { ...MESSAGE, ...IN_CHANNEL }, { chatType: 'private' }, false],
	['a channel, groups only', { ...MESSAGE, ...IN_CHANNEL }, { chatType: 'groups' }, false],
	[
		'a channel that only says so, private only',
		{ ...MESSAGE, isNewsletter: true },
		{ chatType: 'private' },
		false,
	],
	[
		'a broadcast list that only says so, private only',
		{ ...MESSAGE, broadcast: 'true' },
		{ chatType: 'private' },
		false,
	],
	['a channel', { ...MESSAGE, ...IN_CHANNEL }, {}, true],
	[
		'a broadcast list, private only',
		{ ...MESSAGE, phone: '1774895799-broadcast' },
		{ chatType: 'private' },
		false,
	],
	['a broadcast list, groups only', { ...MESSAGE, broadcast: true }, { chatType: 'groups' }, false],
	[
		'what is sent to a group, groups only',
		{ ...DELIVERY, phone: GROUP },
		{ chatType: 'groups' },
		true,
	],
	[
		'what is sent to an older group, groups only',
		{ ...DELIVERY, phone: '5511999999999-1623281429' },
		{ chatType: 'groups' },
		true,
	],
	[
		'what is sent to a group, private only',
		{ ...DELIVERY, phone: GROUP },
		{ chatType: 'private' },
		false,
	],
	['disconnected, groups only', DISCONNECTED, { chatType: 'groups' }, true],

	['the chat', MESSAGE, { chats: ['5511999999999'] }, true],
	['the chat, without the ninth digit', MESSAGE, { chats: ['551199999999'] }, true],
	[
		'the chat, reported without it',
		{ ...MESSAGE, phone: '551199999999' },
		{ chats: ['5511999999999'] },
		true,
	],
	['the chat by the LID of its contact', MESSAGE, { chats: [LID] }, true],
	[
		'the chat by its LID',
		{ ...MESSAGE, chatLid: '7@lid', senderLid: null },
		{ chats: ['7@lid'] },
		true,
	],
	['the chat, reported under its LID', { ...MESSAGE, phone: LID }, { chats: [LID] }, true],
	[
		'a group, by the LID of who writes',
		{ ...MESSAGE, ...IN_GROUP },
		{ chats: ['888888888888888@lid'] },
		false,
	],
	['one of two chats', MESSAGE, { chats: ['5511000000000', '5511999999999'] }, true],
	['another chat', MESSAGE, { chats: ['5511000000000'] }, false],
	['another chat with the same end', MESSAGE, { chats: ['5521999999999'] }, false],
	['the group', { ...MESSAGE, ...IN_GROUP }, { chats: [GROUP] }, true],
	[
		'a channel, one chat wanted',
		{ ...MESSAGE, ...IN_CHANNEL },
		{ chats: ['5511999999999'] },
		false,
	],
	[
		'a number that is too large, one chat wanted',
		{ ...MESSAGE, phone: 1e21 },
		{ chats: ['5511999999999'] },
		false,
	],
	['what is sent to the chat', DELIVERY, { chats: ['5511999999999'] }, true],
	['what is sent to another chat', DELIVERY, { chats: ['5511000000000'] }, false],
	['connected, one chat wanted', CONNECTED, { chats: ['5511000000000'] }, true],

	['an edit', { ...MESSAGE, isEdit: true }, {}, false],
	['an edit, not ignored', { ...MESSAGE, isEdit: true }, { ignoreEdits: false }, true],
	['a status reply', { ...MESSAGE, isStatusReply: 'true' }, {}, false],
	[
		'a status reply, not ignored',
		{ ...MESSAGE, isStatusReply: true },
		{ ignoreStatusReplies: false },
		true,
	],

	['a text in other case and accents', NOTICE, { textContains: '#NOTICIA' }, true],
	['a text with fewer accents', NOTICE, { textContains: 'lïft' }, true],
	['a text without it', NOTICE, { textContains: 'pool' }, false],
	['a caption', PHOTO, { textContains: '#notice' }, true],
	['no text at all', { ...RECEIVED, sticker: { stickerUrl: 'x' } }, { textContains: 'a' }, false],
	['blanks for a text', NOTICE, { textContains: '  ' }, true],
	['a pin, some text wanted', PIN, { textContains: '#notice' }, true],
])('wanted: %s', (_what, callback, settings, wanted) => {
	const event = findEvent(callback);
	expect(event && isWanted(callback, event, { ...ALL, ...settings })).toBe(wanted);
});
