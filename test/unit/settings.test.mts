import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { readSettings } from '../../nodes/ZApiPinMessageTrigger/settings';
import { SENT_BY_ME } from '../../nodes/ZApiPinMessageTrigger/parameters';
import { DEFAULT_SETTINGS } from '../support/triggerSettings.mts';

/** Reads parameters with these values, which an expression may have given them. */
const read = (parameters: IDataObject) => {
	const getNodeParameter = (name: string, fallback: unknown) => parameters[name] ?? fallback;
	// It is asked for nothing else.
	return readSettings({ getNodeParameter } as unknown as IWebhookFunctions);
};

const MESSAGES = { events: ['messageReceived'] };
const withOptions = (options: unknown) => read({ ...MESSAGES, options } as IDataObject);
const withChats = (chats: unknown) => read({ ...MESSAGES, chats } as IDataObject);

const DEFAULTS = { ...MESSAGES, ...DEFAULT_SETTINGS };

test.each([[undefined], [{}], [null], ['text'], [[]]])(
	'with %j for options, all options have their defaults',
	(options) => {
		expect(withOptions(options)).toStrictEqual(DEFAULTS);
	},
);

test.each<[option: string, values: unknown[]]>([
	['textContains', ['', '#notice', ' #notice']],
	['ignoreEdits', [true, false]],
	['ignoreStatusReplies', [true, false]],
	['ifWebhookTaken', ['stop', 'share', 'replace']],
	['simplify', [true, false]],
])('the option %s takes %j', (option, values) => {
	for (const value of values) {
		expect(withOptions({ [option]: value })).toStrictEqual({ ...DEFAULTS, [option]: value });
	}
});

test('My Own Messages and Reactions takes its values', () => {
	for (const { value, phone, api } of SENT_BY_ME) {
		expect(read({ ...MESSAGES, sentByMe: value }).sentByMe).toStrictEqual({ phone, api });
	}
});

test('Chat Type takes any number of its values', () => {
	for (const chatType of [['channels'], ['groups', 'private', 'channels']]) {
		expect(withOptions({ chatType }).chatTypes).toStrictEqual(chatType);
	}
});

test('takes a number for the text', () => {
	expect(withOptions({ textContains: 42 }).textContains).toBe('42');
});

test('takes any number of events', () => {
	const events = ['messageUnpinned', 'messagePinned', 'messageReceived'];
	expect(read({ events })).toStrictEqual({ ...DEFAULTS, events });
});

test('takes any number of chats, in every form', () => {
	const values = [
		{ chat: { __rl: true, mode: 'id', value: '+55 (11) 99999-9999' } },
		{ chat: { __rl: true, mode: 'list', value: '120363019502650977@g.us' } },
	];
	expect(withChats({ values }).chats).toStrictEqual(['5511999999999', '120363019502650977-group']);
	for (const none of [undefined, {}, { values: [] }, []]) {
		expect(withChats(none).chats).toStrictEqual([]);
	}
});

test.each([
	['text', '5511999999999'],
	['a list of texts', ['5511999999999']],
	['entries of text', { values: ['5511999999999'] }],
	['entries whose chat is text', { values: [{ chat: '5511999999999' }] }],
	['entries whose chat is a number', { values: [{ chat: 5511999999999 }] }],
])('takes chats in simpler formats: %s', (_what, chats) => {
	expect(withChats(chats).chats).toStrictEqual(['5511999999999']);
});

const LIST = 'Check the expression: it has to yield a list.';
const TEXT = 'Check the expression: it has to yield text.';
const SWITCH = 'Check the expression: it has to yield true or false.';
const EVENTS =
	'Use one of: messageReceived, reactionReceived, messagePinned, messageUnpinned, messageSent, sendingFailed, instanceDisconnected, instanceConnected, otherActivity.';

test.each<[message: string, description: string | RegExp, parameters: object]>([
	["'Events' is empty", 'Choose what starts the workflow.', { events: [] }],
	["'Events' is empty", 'Choose what starts the workflow.', {}],
	["'Events' is not a list", LIST, { events: 'messagePinned' }],
	["'Events' is not a list", LIST, { events: { 0: 'messagePinned' } }],
	["'Events' is not a list", LIST, { events: 0 }],
	["'Events' has an unknown value", EVENTS, { events: ['messagePinned', 'messageDeleted'] }],
	["'Events' has an unknown value", EVENTS, { events: [null] }],
	[
		"'Chat Type' has an unknown value",
		'Use one of: groups, private, channels.',
		{ options: { chatType: ['all'] } },
	],
	["'Chat Type' is not a list", LIST, { options: { chatType: 'groups' } }],
	["'Chat Type' is empty", 'Choose what starts the workflow.', { options: { chatType: [] } }],
	[
		"'My Own Messages and Reactions' has an unknown value",
		'Use one of: pins, phone, all.',
		{ sentByMe: false },
	],
	["'Only These Chats' is not a list", LIST, { chats: { values: 'text' } }],
	["'Chat' is empty", /5511999999999/, { chats: { values: [{}] } }],
	["'Chat' is empty", /5511999999999/, { chats: { values: [null] } }],
	[
		"'Chat' is empty",
		/5511999999999/,
		{ chats: { values: [{ chat: { mode: 'list', value: '' } }] } },
	],
	["'Chat' is empty", /5511999999999/, { chats: '' }],
	[
		"'Chat' is a channel or a broadcast",
		/groups only/,
		{ chats: { values: [{ chat: { value: '1@newsletter' } }] } },
	],
	["'Text Contains' is not text", TEXT, { options: { textContains: ['#notice'] } }],
	["'Text Contains' is not text", TEXT, { options: { textContains: null } }],
	...[' ', '\u0301', '\t\n \u0303'].map((textContains): [string, RegExp, object] => [
		"'Text Contains' has nothing but blanks or accents",
		/remove the option/,
		{ options: { textContains } },
	]),
	["'Simplify' is neither true nor false", SWITCH, { options: { simplify: 'no' } }],
	["'Ignore Edits' is neither true nor false", SWITCH, { options: { ignoreEdits: 'yes' } }],
	[
		"'Ignore Status Replies' is neither true nor false",
		SWITCH,
		{ options: { ignoreStatusReplies: 1 } },
	],
	[
		"'If Another System Uses the Webhook' has an unknown value",
		/^Use one of: replace, share, stop\.$/,
		{ options: { ifWebhookTaken: true } },
	],
])('%s. %s %j', (message, description, parameters) => {
	const isAboutEvents = /^'?Events/.test(message);
	expect(() => read({ ...(!isAboutEvents && MESSAGES), ...parameters })).toThrow(
		expect.objectContaining({
			message,
			description:
				typeof description === 'string' ? description : expect.stringMatching(description),
		}),
	);
});
