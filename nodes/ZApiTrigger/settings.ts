import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { toObject } from '../shared/answer';
import { toChatId } from '../shared/chatId';
import { EVENTS } from './parameters';

export type TriggerEvent = (typeof EVENTS)[number];

/** What the user set: what starts the workflow, and how the webhook is registered. */
export interface Settings {
	events: TriggerEvent[];
	/** As Z-API writes them; empty: all. */
	chats: string[];
	/** Absent: both, and channels. */
	chatType?: 'groups' | 'private';
	/** What counts of what the connected number does itself. */
	sentByMe: 'all' | 'none' | 'pins';
	ignoreEdits: boolean;
	ignoreStatusReplies: boolean;
	replaceExistingWebhook: boolean;
}

/**
 * Reads and checks the parameters of the trigger.
 *
 * @throws {UserError} naming the parameter that can't be right
 */
export function readSettings(this: IHookFunctions | IWebhookFunctions): Settings {
	const chosen = this.getNodeParameter('events', []) as unknown[];
	const events = EVENTS.filter((event) => chosen.includes(event));
	if (events.length === 0) {
		throw new UserError('Events is empty', { description: 'Choose what starts the workflow.' });
	}
	const { chats, ...options } = this.getNodeParameter('options', {}) as Partial<Settings> & {
		chats?: { values?: Array<{ chat: unknown }> };
	};
	return {
		sentByMe: 'pins',
		ignoreEdits: false,
		ignoreStatusReplies: false,
		replaceExistingWebhook: false,
		...options,
		events,
		chats: (chats?.values ?? []).map(({ chat }) => toChatId(toObject(chat).value)),
	};
}
