import type { IDataObject } from 'n8n-workflow';
import { isWanted, toEvent, toOutput } from '../../nodes/ZApiPinMessageTrigger/callback';
import type { TriggerSettings } from '../../nodes/ZApiPinMessageTrigger/settings';

/** As Z-API documents it. */
const MESSAGE: IDataObject = {
	type: 'ReceivedCallback',
	instanceId: 'INSTANCE-1',
	messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
	phone: '5511999999999',
	chatLid: '999999999999999@lid',
	isGroup: false,
	isNewsletter: false,
	fromMe: false,
	momment: 1700000000000,
	text: { message: 'Hello' },
};

const PIN: IDataObject = {
	...MESSAGE,
	messageId: 'D241XXXX732339502B68',
	pinMessage: {
		action: 'pin',
		pinDurationInSecs: 604800,
		referencedMessage: {
			messageId: '3EB0796DC6B777C0C7CD',
			fromMe: true,
			phone: '554499999999',
			participant: null,
		},
	},
};

const UNPIN = { ...PIN, pinMessage: { ...(PIN.pinMessage as object), action: 'unpin' } };
const GROUP = { phone: '120363019502650977-group', chatLid: null, isGroup: true };
const CHANNEL = { phone: '120363166555745933@newsletter', chatLid: null, isNewsletter: true };

const ALL: TriggerSettings = {
	events: ['messageReceived', 'messagePinned', 'messageUnpinned'],
	chats: [],
	sentByMe: 'pins',
	ignoreEdits: false,
	ignoreStatusReplies: false,
	replaceExistingWebhook: false,
};

test.each([
	['a message', MESSAGE, 'messageReceived'],
	['a message that says it is no pin', { ...MESSAGE, pinMessage: null }, 'messageReceived'],
	['a pin', PIN, 'messagePinned'],
	['an unpin', UNPIN, 'messageUnpinned'],
	['an action that nobody knows', { ...PIN, pinMessage: { action: 'PIN_V2' } }, 'messageUnpinned'],
	['a pin without contents', { ...PIN, pinMessage: true }, 'messageUnpinned'],
])('%s', (_what, callback, event) => {
	expect(toEvent(callback)).toBe(event);
});

test.each<
	[what: string, callback: IDataObject, settings: Partial<TriggerSettings>, wanted: boolean]
>([
	['a message', MESSAGE, {}, true],
	['a message, listening for pins', MESSAGE, { events: ['messagePinned'] }, false],
	['a pin, listening for messages', PIN, { events: ['messageReceived'] }, false],
	['an unpin, listening for pins', UNPIN, { events: ['messagePinned'] }, false],
	['an unpin, listening for unpins', UNPIN, { events: ['messageUnpinned'] }, true],

	['a message by me', { ...MESSAGE, fromMe: true }, {}, false],
	['a message by me, as text', { ...MESSAGE, fromMe: 'true' }, {}, false],
	['a message by me, all wanted', { ...MESSAGE, fromMe: true }, { sentByMe: 'all' }, true],
	['a pin by me', { ...PIN, fromMe: true }, {}, true],
	['a pin by me, none wanted', { ...PIN, fromMe: true }, { sentByMe: 'none' }, false],
	['a message by others, none by me wanted', MESSAGE, { sentByMe: 'none' }, true],

	['a private chat, groups only', MESSAGE, { chatType: 'groups' }, false],
	['a group, groups only', { ...MESSAGE, ...GROUP }, { chatType: 'groups' }, true],
	['a group, private only', { ...MESSAGE, ...GROUP }, { chatType: 'private' }, false],
	['a private chat, private only', MESSAGE, { chatType: 'private' }, true],
	['a channel, private only', { ...MESSAGE, ...CHANNEL }, { chatType: 'private' }, false],
	['a channel, groups only', { ...MESSAGE, ...CHANNEL }, { chatType: 'groups' }, false],
	['a channel', { ...MESSAGE, ...CHANNEL }, {}, true],

	['the chat', MESSAGE, { chats: ['5511999999999'] }, true],
	['the chat by its LID', MESSAGE, { chats: ['999999999999999@lid'] }, true],
	[
		'the chat, reported under its LID',
		{ ...MESSAGE, phone: '999999999999999@lid' },
		{ chats: ['999999999999999@lid'] },
		true,
	],
	['one of two chats', MESSAGE, { chats: ['5511000000000', '5511999999999'] }, true],
	['another chat', MESSAGE, { chats: ['5511000000000'] }, false],
	['the group', { ...MESSAGE, ...GROUP }, { chats: ['120363019502650977-group'] }, true],
	['a channel, one chat wanted', { ...MESSAGE, ...CHANNEL }, { chats: ['5511999999999'] }, false],
	['no phone at all', { type: 'ReceivedCallback' }, { chats: ['5511999999999'] }, false],

	['an edit', { ...MESSAGE, isEdit: true }, {}, true],
	['an edit, ignored', { ...MESSAGE, isEdit: true }, { ignoreEdits: true }, false],
	['a status reply', { ...MESSAGE, isStatusReply: true }, {}, true],
	[
		'a status reply, ignored',
		{ ...MESSAGE, isStatusReply: 'true' },
		{ ignoreStatusReplies: true },
		false,
	],
])('is it wanted? %s', (_what, callback, settings, wanted) => {
	expect(isWanted(callback, { ...ALL, ...settings })).toBe(wanted);
});

test('a message comes out as it came', () => {
	expect(toOutput(MESSAGE)).toStrictEqual(MESSAGE);
});

test('a pin comes out as it came, with what was pinned and until when', () => {
	expect(toOutput(PIN)).toStrictEqual({
		...PIN,
		pin: {
			action: 'pin',
			messageId: '3EB0796DC6B777C0C7CD',
			durationSeconds: 604800,
			expiresAt: '2023-11-21T22:13:20.000Z',
		},
	});
});

test.each([
	[
		'numbers as text',
		{ momment: '1700000000000' },
		{ pinDurationInSecs: '86400' },
		{ durationSeconds: 86400, expiresAt: '2023-11-15T22:13:20.000Z' },
	],
	['no duration', {}, {}, {}],
	['no time', { momment: undefined }, { pinDurationInSecs: 60 }, { durationSeconds: 60 }],
	[
		'a time beyond all dates',
		{ momment: 1e300 },
		{ pinDurationInSecs: 60 },
		{ durationSeconds: 60 },
	],
	['nonsense', { momment: {} }, { pinDurationInSecs: 'soon' }, {}],
])('expiry of a pin with %s', (_what, callback, pinMessage, expected) => {
	const referencedMessage = { messageId: 'A1' };
	const { pin } = toOutput({
		...PIN,
		...callback,
		pinMessage: { action: 'pin', referencedMessage, ...pinMessage },
	});
	expect(pin).toStrictEqual({ action: 'pin', messageId: 'A1', ...expected });
});

test('an unpin has no expiry', () => {
	expect(toOutput(UNPIN).pin).toStrictEqual({
		...{ action: 'unpin', messageId: '3EB0796DC6B777C0C7CD', durationSeconds: 604800 },
	});
});
