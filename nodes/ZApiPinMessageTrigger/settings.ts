import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { toChatId } from '../shared/chat/chatId';
import { refusal, toBoolean, toChoice } from '../shared/parameter';
import { toObject } from '../shared/json';
import type { TriggerEvent } from './events';
import { EVENTS } from './events';
import type { ChatType, SentByMe } from './parameters';
import { CHAT_TYPES, SENT_BY_ME } from './parameters';

/** The parameters of the trigger. */
export interface TriggerSettings {
	events: TriggerEvent[];
	/** As Z-API writes them; empty: all. */
	chats: string[];
	sentByMe: SentByMe;
	/** Absent: groups, private chats and channels. */
	chatType?: ChatType;
	/** Empty: any message. */
	textContains: string;
	ignoreEdits: boolean;
	ignoreStatusReplies: boolean;
	replaceExistingWebhook: boolean;
	simplify: boolean;
}

/**
 * Reads and checks the parameters of the trigger.
 *
 * @throws {UserError} naming the invalid parameter
 */
export function readSettings(context: IHookFunctions | IWebhookFunctions): TriggerSettings {
	const options = toObject(context.getNodeParameter('options', {}));
	const { chatType, textContains = '' } = options;
	const sentByMe = context.getNodeParameter('sentByMe', 'pins');
	return {
		events: toEvents(context.getNodeParameter('events', [])),
		chats: toChats(context.getNodeParameter('chats', {})),
		sentByMe: toChoice(SENT_BY_ME, sentByMe, 'Sent by Connected Number'),
		...(chatType !== undefined && { chatType: toChoice(CHAT_TYPES, chatType, 'Chat Type') }),
		textContains: toText(textContains, 'Text Contains'),
		ignoreEdits: toBoolean(options.ignoreEdits, true, 'Ignore Edits'),
		ignoreStatusReplies: toBoolean(options.ignoreStatusReplies, true, 'Ignore Status Replies'),
		replaceExistingWebhook: toBoolean(
			options.replaceExistingWebhook,
			false,
			'Replace Existing Webhook',
		),
		simplify: toBoolean(options.simplify, true, 'Simplify'),
	};
}

function toEvents(value: unknown): TriggerEvent[] {
	const events = toList(value, 'Events').map((event) => toChoice(EVENTS, event, 'Events'));
	if (events.length > 0) return events;
	throw refusal('Events', 'is empty', 'Choose what starts the workflow.');
}

/** Takes the editor's format, and simpler ones for people who write workflows by hand or with a program. */
function toChats(value: unknown): string[] {
	const list = Array.isArray(value) ? value : (toObject(value).values ?? []);
	const entries = typeof value === 'string' ? [value] : toList(list, 'Only These Chats');
	return entries.map((entry) => {
		const chat = toObject(entry).chat ?? entry;
		return toChatId(typeof chat === 'object' ? toObject(chat).value : chat);
	});
}

function toList(value: unknown, parameter: string): unknown[] {
	if (Array.isArray(value)) return value;
	throw refusal(parameter, 'is not a list', 'Check the expression: it has to yield a list.');
}

function toText(value: unknown, parameter: string): string {
	if (typeof value === 'string' || typeof value === 'number') return String(value);
	throw refusal(parameter, 'is not text', 'Check the expression: it has to yield text.');
}
