import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { readSettings } from '../../nodes/ZApiPinMessageTrigger/settings';

/** Reads parameters with these values, which an expression may have given them. */
const read = (parameters: IDataObject) => {
	const getNodeParameter = (name: string, fallback: unknown) => parameters[name] ?? fallback;
	// It is asked for nothing else.
	return readSettings({ getNodeParameter } as unknown as IWebhookFunctions);
};

const MESSAGES = { events: ['messageReceived'] };
const withOptions = (options: unknown) => read({ ...MESSAGES, options } as IDataObject);
const withChats = (chats: unknown) => withOptions({ chats });

const DEFAULTS = {
	...MESSAGES,
	chats: [],
	sentByMe: 'pins',
	ignoreEdits: false,
	ignoreStatusReplies: false,
	replaceExistingWebhook: false,
};

test.each([[undefined], [{}], [null], ['text'], [[]]])(
	'with %j for options, all have their defaults',
	(options) => {
		expect(withOptions(options)).toStrictEqual(DEFAULTS);
	},
);

test.each<[option: string, values: unknown[]]>([
	['chatType', ['groups', 'private']],
	['sentByMe', ['all', 'none', 'pins']],
	['ignoreEdits', [true, false]],
	['ignoreStatusReplies', [true, false]],
	['replaceExistingWebhook', [true, false]],
])('the option %s takes %j', (option, values) => {
	for (const value of values) {
		expect(withOptions({ [option]: value })).toStrictEqual({ ...DEFAULTS, [option]: value });
	}
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
	for (const none of [undefined, {}, { values: [] }]) {
		expect(withChats(none).chats).toStrictEqual([]);
	}
});

const LIST = 'Check the expression: it has to yield a list.';
const SWITCH = 'Check the expression: it has to yield true or false.';
const EVENTS = 'Use one of: messageReceived, messagePinned, messageUnpinned.';

test.each<[message: string, description: string | RegExp, parameters: object]>([
	['Events is empty', 'Choose what starts the workflow.', { events: [] }],
	['Events is empty', 'Choose what starts the workflow.', {}],
	['Events is not a list', LIST, { events: 'messagePinned' }],
	['Events is not a list', LIST, { events: { 0: 'messagePinned' } }],
	['Events is not a list', LIST, { events: 0 }],
	['Events has an unknown value', EVENTS, { events: ['messagePinned', 'messageSent'] }],
	['Events has an unknown value', EVENTS, { events: [null] }],
	['Chat Type has an unknown value', 'Use one of: groups, private.', { options: { chatType: '' } }],
	['Chat Type has an unknown value', /^Use/, { options: { chatType: null } }],
	[
		'Sent by Connected Number has an unknown value',
		'Use one of: all, none, pins.',
		{ options: { sentByMe: false } },
	],
	['Only These Chats is not a list', LIST, { options: { chats: { values: 'text' } } }],
	['Chat is empty', /5511999999999/, { options: { chats: { values: [{}] } } }],
	['Chat is empty', /5511999999999/, { options: { chats: { values: [null] } } }],
	[
		'Chat is empty',
		/5511999999999/,
		{ options: { chats: { values: [{ chat: '5511999999999' }] } } },
	],
	[
		'Chat is a channel or a broadcast',
		/groups only/,
		{ options: { chats: { values: [{ chat: { value: '1@newsletter' } }] } } },
	],
	['Ignore Edits is neither true nor false', SWITCH, { options: { ignoreEdits: 'true' } }],
	[
		'Ignore Status Replies is neither true nor false',
		SWITCH,
		{ options: { ignoreStatusReplies: 1 } },
	],
	[
		'Replace Existing Webhook is neither true nor false',
		SWITCH,
		{ options: { replaceExistingWebhook: null } },
	],
])('%s. %s %j', (message, description, parameters) => {
	const isAboutEvents = message.startsWith('Events');
	expect(() => read({ ...(!isAboutEvents && MESSAGES), ...parameters })).toThrow(
		expect.objectContaining({
			message,
			description:
				typeof description === 'string' ? description : expect.stringMatching(description),
		}),
	);
});
