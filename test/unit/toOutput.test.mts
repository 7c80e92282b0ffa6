import type { IDataObject } from 'n8n-workflow';
import { parseCallback } from '../../nodes/ZApiPinMessageTrigger/events/callback';
import { findEvent } from '../../nodes/ZApiPinMessageTrigger/events/events';
import { toOutput } from '../../nodes/ZApiPinMessageTrigger/callback/toOutput';
import {
	CONNECTED,
	DELIVERY,
	DISCONNECTED,
	EVENT_RESPONSE,
	IN_GROUP,
	MESSAGE,
	MESSAGES,
	PIN,
	REACTION,
	REACTION_REMOVED,
	RECEIVED,
	toNotification,
	UNPIN,
	VOTE,
} from '../support/callbacks.mts';

function toItem(body: IDataObject, simplify = true): IDataObject {
	const callback = parseCallback(body);
	const event = findEvent(callback);
	if (!event) throw new Error('It is no event');
	return toOutput(callback, event, simplify);
}

const TIME = { timestamp: '2023-11-14T22:13:20.000Z' };
const CHAT = { chat: '5511999999999', chatName: 'Ana Souza', isGroup: false };
const ANA = { phone: '5511999999999', lid: '999999999999999@lid', name: 'Ana' };
const BY_ANA = { sender: ANA, sentByMe: false, ...TIME };
const REFERENCED = { messageId: '3EB0796DC6B777C0C7CD' };
const MESSAGE_ID = '77DF5293EBC176FFA6A88838E7A6AD83';

test.each<[what: string, callback: IDataObject, item: IDataObject]>([
	[
		'a message',
		MESSAGE,
		{
			event: 'messageReceived',
			...CHAT,
			messageId: MESSAGE_ID,
			messageType: 'text',
			text: 'Hello',
			...BY_ANA,
		},
	],
	[
		'a reply in a group',
		{ ...MESSAGE, ...IN_GROUP, referenceMessageId: 'A1' },
		{
			event: 'messageReceived',
			chat: '120363019502650977-group',
			chatName: 'Condomínio Jardim',
			isGroup: true,
			messageId: MESSAGE_ID,
			messageType: 'text',
			text: 'Hello',
			quotedMessageId: 'A1',
			sender: { phone: '5511955554444', lid: '888888888888888@lid', name: 'Ana' },
			sentByMe: false,
			...TIME,
		},
	],
	[
		'an edit',
		{ ...MESSAGE, isEdit: true },
		{
			event: 'messageReceived',
			...CHAT,
			messageId: MESSAGE_ID,
			messageType: 'text',
			text: 'Hello',
			...BY_ANA,
			isEdit: true,
		},
	],
	[
		'a pin: the message is the pinned one',
		PIN,
		{
			event: 'messagePinned',
			...CHAT,
			...REFERENCED,
			eventId: 'D241XXXX732339502B68',
			pin: { action: 'pin', durationSeconds: 604800, expiresAt: '2023-11-21T22:13:20.000Z' },
			...BY_ANA,
		},
	],
	[
		'an unpin: the message is the unpinned one',
		UNPIN,
		{
			event: 'messageUnpinned',
			...CHAT,
			...REFERENCED,
			eventId: 'D241XXXX732339502B68',
			pin: { action: 'unpin', durationSeconds: 0 },
			...BY_ANA,
		},
	],
	[
		'a reaction: the message is the one that it is on',
		REACTION,
		{ event: 'reactionReceived', ...CHAT, ...REFERENCED, eventId: 'R1', reaction: '📌', ...BY_ANA },
	],
	[
		'a reaction that is taken back',
		REACTION_REMOVED,
		{
			event: 'otherActivity',
			...CHAT,
			...REFERENCED,
			eventId: 'R1',
			kind: 'reactionRemoved',
			...BY_ANA,
		},
	],
	[
		'a vote: the message is the poll',
		VOTE,
		{ event: 'otherActivity', ...CHAT, ...REFERENCED, eventId: 'V1', kind: 'pollVote', ...BY_ANA },
	],
	[
		'a response: the message is the event',
		EVENT_RESPONSE,
		{
			event: 'otherActivity',
			...CHAT,
			...REFERENCED,
			eventId: 'E1',
			kind: 'eventResponse',
			...BY_ANA,
		},
	],
	[
		'a call: there is no message',
		toNotification('CALL_RECEIVED'),
		{ event: 'otherActivity', ...CHAT, eventId: '1779374011-59', kind: 'CALL_RECEIVED', ...BY_ANA },
	],
	[
		'sent: its ID may be that of a pin, so it is no message to be pinned',
		DELIVERY,
		{
			event: 'messageSent',
			chat: '5511999999999',
			isGroup: false,
			eventId: 'D241XXXX732339502B68',
			...TIME,
		},
	],
	[
		'not sent',
		{ ...DELIVERY, error: 'Whatsapp rejected', errorCode: 'SHADOW_BAN' },
		{
			event: 'sendingFailed',
			chat: '5511999999999',
			isGroup: false,
			eventId: 'D241XXXX732339502B68',
			reason: 'Whatsapp rejected',
			reasonCode: 'SHADOW_BAN',
			...TIME,
		},
	],
	[
		'connected',
		CONNECTED,
		{ event: 'instanceConnected', connectedPhone: '5511900000000', ...TIME },
	],
	[
		'disconnected',
		DISCONNECTED,
		{ event: 'instanceDisconnected', reason: 'Device has been disconnected', ...TIME },
	],
])('%s', (_what, callback, item) => {
	expect(toItem(callback)).toStrictEqual(item);
	expect(Object.keys(toItem(callback))[0]).toBe('event');
});

test.each(MESSAGES)('the text of %s', (_what, callback, ...text) => {
	expect([toItem(callback).text]).toStrictEqual([text[0]]);
	expect(callback).toHaveProperty(String(toItem(callback).messageType));
});

test('with Simplify off, the whole callback is added', () => {
	const { callback, ...item } = toItem(PIN, false);
	expect(callback).toBe(PIN);
	expect(item).toStrictEqual(toItem(PIN));
});

test.each<[what: string, callback: IDataObject, sender: IDataObject | undefined]>([
	[
		'a contact known by LID only',
		{ phone: '7@lid', senderLid: null },
		{ lid: '7@lid', name: 'Ana' },
	],
	['the LID of the chat', { senderLid: null, chatLid: '7@lid' }, { ...ANA, lid: '7@lid' }],
	['the connected number', { fromMe: true }, { phone: '5511900000000', name: 'Ana' }],
	[
		'the connected number in a group',
		{ ...IN_GROUP, fromMe: true, participantPhone: '5511900000000', participantLid: null },
		{ phone: '5511900000000', name: 'Ana' },
	],
	[
		'a member that is known by LID only',
		{ ...IN_GROUP, participantPhone: '888888888888888@lid', participantLid: null },
		{ lid: '888888888888888@lid', name: 'Ana' },
	],
	[
		'a member whose LID is none',
		{ ...IN_GROUP, participantPhone: null, participantLid: '1', senderLid: 2 },
		{ name: 'Ana' },
	],
	[
		'a channel, which is nobody',
		{ phone: '120363166555745933@newsletter', senderLid: null },
		{ name: 'Ana' },
	],
	[
		'a member of a group that only its ID shows to be one',
		{ phone: '120363019502650977-group', isGroup: null, senderLid: '7@lid' },
		{ lid: '7@lid', name: 'Ana' },
	],
	[
		'a member of whom nothing is known',
		{
			...IN_GROUP,
			participantPhone: null,
			participantLid: null,
			senderLid: null,
			senderName: null,
		},
		undefined,
	],
])('the sender: %s', (_what, callback, sender) => {
	expect(toItem({ ...MESSAGE, ...callback }).sender).toStrictEqual(sender);
});

test.each([
	[
		'numbers as text',
		{ momment: '1700000000000' },
		{ pinDurationInSecs: '86400' },
		{ durationSeconds: 86400, expiresAt: '2023-11-15T22:13:20.000Z' },
	],
	['no duration', {}, {}, {}],
	['a duration of 0', {}, { pinDurationInSecs: 0 }, { durationSeconds: 0 }],
	['no time', { momment: undefined }, { pinDurationInSecs: 60 }, { durationSeconds: 60 }],
	[
		'a time beyond all dates',
		{ momment: 1e300 },
		{ pinDurationInSecs: 60 },
		{ durationSeconds: 60 },
	],
	['nonsense', { momment: {} }, { pinDurationInSecs: 'soon' }, {}],
])('expiry of a pin with %s', (_what, callback, pinMessage, expected) => {
	const { pin } = toItem({ ...PIN, ...callback, pinMessage: { action: 'pin', ...pinMessage } });
	expect(pin).toStrictEqual({ action: 'pin', ...expected });
});

test('an unpin never expires, whatever its duration', () => {
	const { pin } = toItem({ ...UNPIN, pinMessage: { ...UNPIN.pinMessage, pinDurationInSecs: 60 } });
	expect(pin).toStrictEqual({ action: 'unpin', durationSeconds: 60 });
});

test('a time in seconds is read as one', () => {
	expect(toItem({ ...DISCONNECTED, momment: 1_700_000_000 })).toMatchObject(TIME);
	expect(toItem({ ...PIN, momment: '1700000000' })).toStrictEqual(toItem(PIN));
	expect(toItem({ ...DISCONNECTED, momment: 0 })).not.toHaveProperty('timestamp');
});

test('blank text is left out', () => {
	expect(toItem({ ...MESSAGE, chatName: ' ' })).not.toHaveProperty('chatName');
});

test('values that are not text are left out', () => {
	const callback = {
		...MESSAGE,
		chatName: {},
		senderName: [],
		senderLid: 1,
		text: { message: {} },
	};
	expect(toItem(callback)).toStrictEqual({
		event: 'messageReceived',
		chat: '5511999999999',
		isGroup: false,
		messageId: MESSAGE_ID,
		messageType: 'text',
		sender: { phone: '5511999999999' },
		sentByMe: false,
		...TIME,
	});
	expect(toItem({ ...RECEIVED, phone: 5511999999999, text: { message: 1 } })).toMatchObject({
		chat: '5511999999999',
		text: '1',
	});
});
