import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { toChatId } from '../shared/chat/chatId';
import { toObject } from '../shared/json';
import { findChoice, refusal, toBoolean, toChoice } from '../shared/parameter';
import { toComparable } from '../shared/text';
import { EVENTS } from './events/events';
import {
	CHAT_TYPES,
	DEFAULT_CHAT_TYPES,
	SENT_BY_ME,
	SENT_BY_ME_NAME,
	TAKEN_POLICIES,
	TAKEN_POLICY_NAME,
} from './parameters';

export type TriggerSettings = ReturnType<typeof readSettings>;

/**
 * Reads and checks the parameters of the trigger.
 *
 * @throws {UserError} naming the invalid parameter
 */
export function readSettings(context: IHookFunctions | IWebhookFunctions) {
	const options = toObject(context.getNodeParameter('options', {}));
	const { chatType = DEFAULT_CHAT_TYPES, textContains = '' } = options;
	const sentByMe = context.getNodeParameter('sentByMe', 'pins');
	const { phone, api } = findChoice(SENT_BY_ME, sentByMe, SENT_BY_ME_NAME);
	return {
		events: readChoices(EVENTS, context.getNodeParameter('events', []), 'Events'),
		/** As Z-API writes them; empty: all. */
		chats: readTheseChats(context.getNodeParameter('chats', {})),
		/** What the connected number itself does on the phone, and through the API: whether it counts. */
		sentByMe: { phone, api },
		chatTypes: readChoices(CHAT_TYPES, chatType, 'Chat Type'),
		/** Empty: any message. */
		textContains: readText(textContains, 'Text Contains'),
		ignoreEdits: toBoolean(options.ignoreEdits, true, 'Ignore Edits'),
		ignoreStatusReplies: toBoolean(options.ignoreStatusReplies, true, 'Ignore Status Replies'),
		ifWebhookTaken: toChoice(TAKEN_POLICIES, options.ifWebhookTaken ?? 'stop', TAKEN_POLICY_NAME),
		simplify: toBoolean(options.simplify, true, 'Simplify'),
	};
}

function readChoices<T extends string>(
	choices: ReadonlyArray<{ value: T }>,
	value: unknown,
	parameter: string,
): T[] {
	const chosen = readList(value, parameter).map((entry) => toChoice(choices, entry, parameter));
	if (chosen.length > 0) return chosen;
	throw refusal(parameter, 'is empty', 'Choose what starts the workflow.');
}

/** Takes the editor's format, and simpler ones for people who write workflows by hand or with a program. */
function readTheseChats(value: unknown): string[] {
	const list = Array.isArray(value) ? value : (toObject(value).values ?? []);
	const entries = typeof value === 'string' ? [value] : readList(list, 'Only These Chats');
	return entries.map((entry) => {
		const chat = toObject(entry).chat ?? entry;
		return toChatId(typeof chat === 'object' ? toObject(chat).value : chat);
	});
}

function readList(value: unknown, parameter: string): unknown[] {
	if (Array.isArray(value)) return value;
	throw refusal(parameter, 'is not a list', 'Check the expression: it has to yield a list.');
}

function readText(value: unknown, parameter: string): string {
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw refusal(parameter, 'is not text', 'Check the expression: it has to yield text.');
	}
	const text = String(value);
	if (text === '' || toComparable(text) !== '') return text;
	throw refusal(
		parameter,
		'has nothing but blanks or accents',
		'Enter the text that a message must contain, or remove the option.',
	);
}
