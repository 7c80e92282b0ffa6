import type { IDataObject } from 'n8n-workflow';
import { parseCallback } from '../../nodes/ZApiPinMessageTrigger/events/callback';
import { EVENTS, findEvent } from '../../nodes/ZApiPinMessageTrigger/events/events';
import {
	CONNECTED,
	DELIVERY,
	DISCONNECTED,
	EVENT_RESPONSE,
	IN_CHANNEL,
	IN_GROUP,
	MESSAGE,
	MESSAGES,
	NOTIFICATIONS,
	PIN,
	REACTION,
	REACTION_REMOVED,
	RECEIVED,
	toNotification,
	UNPIN,
	VOTE,
} from '../support/callbacks.mts';

const NONE = 'none';
const NOT_ALLOWED = 'Did not have permission to send this message.';
const withPin = (pinMessage: unknown) => ({ ...PIN, pinMessage }) as IDataObject;
const WITHOUT_CHAT = Object.fromEntries(Object.entries(MESSAGE).filter(([key]) => key !== 'phone'));

test.each<[what: string, callback: IDataObject, event: string]>([
	...MESSAGES.map(
		([what, callback]) => [what, callback, 'messageReceived'] as [string, IDataObject, string],
	),
	['a message in a group', { ...MESSAGE, ...IN_GROUP }, 'messageReceived'],
	['a message in a channel', { ...MESSAGE, ...IN_CHANNEL }, 'messageReceived'],
	['a message that says that it is no pin', { ...MESSAGE, pinMessage: null }, 'messageReceived'],
	[
		'a message whose type is written as in the table of attributes',
		{ ...MESSAGE, type: 'ReceivedCallBack' },
		'messageReceived',
	],
	['a message by the connected number', { ...MESSAGE, fromMe: true }, 'messageReceived'],
	[
		'a message of which the whole has come',
		{ ...MESSAGE, waitingMessage: true },
		'messageReceived',
	],
	['a waiting message', { ...RECEIVED, waitingMessage: true }, NONE],
	['a message without ID', { ...MESSAGE, messageId: null }, NONE],
	['a message of no chat', WITHOUT_CHAT, NONE],

	['a pin', PIN, 'messagePinned'],
	['a pin in capitals', withPin({ action: 'PIN' }), 'messagePinned'],
	['an unpin', UNPIN, 'messageUnpinned'],
	['an unpin by a name that nobody knows', withPin({ action: 'release' }), 'messageUnpinned'],
	['a pin without action', withPin({ pinDurationInSecs: 1 }), NONE],
	['a pin that holds nothing', withPin({}), NONE],
	['a pin that is no object', withPin(true), NONE],

	['a reaction', REACTION, 'reactionReceived'],
	['a reaction that is taken back', REACTION_REMOVED, 'otherActivity'],
	['a reaction without value', { ...REACTION, reaction: { time: 1 } }, NONE],
	['a vote', VOTE, 'otherActivity'],
	['a response to an event', EVENT_RESPONSE, 'otherActivity'],
	...NOTIFICATIONS.map(
		(kind) => [kind, toNotification(kind), 'otherActivity'] as [string, IDataObject, string],
	),
	['a notification beside content', { ...MESSAGE, notification: 'REVOKE' }, 'otherActivity'],
	[
		'a message that says that it is no notification',
		{ ...MESSAGE, notification: '' },
		'messageReceived',
	],

	['a message that is sent', DELIVERY, 'messageSent'],
	['a message that says that nothing went wrong', { ...DELIVERY, error: null }, 'messageSent'],
	['a message that could not be sent', { ...DELIVERY, error: NOT_ALLOWED }, 'sendingFailed'],
	['a shadow ban', { ...DELIVERY, error: 'x', errorCode: 'SHADOW_BAN' }, 'sendingFailed'],
	['connected', CONNECTED, 'instanceConnected'],
	['disconnected', DISCONNECTED, 'instanceDisconnected'],

	['a change of status', { ...RECEIVED, type: 'MessageStatusCallback', ids: ['1'] }, NONE],
	['presence', { type: 'PresenceChatCallback', phone: '5511999999999', status: 'COMPOSING' }, NONE],
	['no type', { ...MESSAGE, type: undefined }, NONE],
	['a type that is no text', { ...MESSAGE, type: ['ReceivedCallback'] }, NONE],
	['nothing', {}, NONE],
])('%s', (_what, callback, event) => {
	expect(findEvent(parseCallback(callback))?.value ?? NONE).toBe(event);
});

test('no callback is two events, so the order of the table does not matter', () => {
	const callbacks = [PIN, UNPIN, REACTION, REACTION_REMOVED, VOTE, EVENT_RESPONSE, MESSAGE].flatMap(
		(callback) => [callback, { ...callback, notification: 'REVOKE' }, { ...callback, ...PIN }],
	);
	for (const callback of callbacks) {
		const events = EVENTS.filter(
			({ webhook, recognizes }) => webhook === 'received' && recognizes(parseCallback(callback)),
		);
		expect(events).toHaveLength(1);
	}
});
