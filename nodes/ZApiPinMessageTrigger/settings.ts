import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { toChatId } from '../shared/chatId';
import { toChoice } from '../shared/choices';
import { toObject } from '../shared/response';
import type { ChatType, SentByMe, TriggerEvent } from './parameters';
import { CHAT_TYPES, EVENTS, SENT_BY_ME } from './parameters';

/** What the user set: what starts the workflow, and how the webhook is registered. */
export interface TriggerSettings {
	events: TriggerEvent[];
	/** As Z-API writes them; empty: all. */
	chats: string[];
	/** Absent: both, and channels. */
	chatType?: ChatType;
	sentByMe: SentByMe;
	ignoreEdits: boolean;
	ignoreStatusReplies: boolean;
	replaceExistingWebhook: boolean;
}

/**
 * Reads and checks the parameters of the trigger.
 *
 * @throws {UserError} naming the parameter that can't be right
 */
export function readSettings(context: IHookFunctions | IWebhookFunctions): TriggerSettings {
	const options = toObject(context.getNodeParameter('options', {}));
	const { chats, chatType, sentByMe = 'pins' } = options;
	return {
		events: toEvents(context.getNodeParameter('events', [])),
		chats: toList(toObject(chats).values, 'Only These Chats').map((entry) =>
			toChatId(toObject(toObject(entry).chat).value),
		),
		...(chatType !== undefined && { chatType: toChoice(CHAT_TYPES, chatType, 'Chat Type') }),
		sentByMe: toChoice(SENT_BY_ME, sentByMe, 'Sent by Connected Number'),
		ignoreEdits: toBoolean(options.ignoreEdits, 'Ignore Edits'),
		ignoreStatusReplies: toBoolean(options.ignoreStatusReplies, 'Ignore Status Replies'),
		replaceExistingWebhook: toBoolean(options.replaceExistingWebhook, 'Replace Existing Webhook'),
	};
}

function toEvents(value: unknown): TriggerEvent[] {
	const events = toList(value, 'Events').map((event) => toChoice(EVENTS, event, 'Events'));
	if (events.length > 0) return events;
	throw new UserError('Events is empty', { description: 'Choose what starts the workflow.' });
}

function toList(value: unknown, parameter: string): unknown[] {
	if (value === undefined) return [];
	if (Array.isArray(value)) return value;
	throw new UserError(`${parameter} is not a list`, {
		description: 'Check the expression: it has to yield a list.',
	});
}

function toBoolean(value: unknown, parameter: string): boolean {
	if (value === undefined) return false;
	if (typeof value === 'boolean') return value;
	throw new UserError(`${parameter} is neither true nor false`, {
		description: 'Check the expression: it has to yield true or false.',
	});
}
