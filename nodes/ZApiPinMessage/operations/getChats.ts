import { UserError } from 'n8n-workflow';
import type { Chat } from '../../shared/chat/chats';
import { toChatKey } from '../../shared/chat/chatId';
import { readChats, toFilter } from '../../shared/chat/chats';
import { toBoolean, toChoice } from '../../shared/parameter';
import { FOUND_NOTHING, refusal, toWholeNumber } from '../../shared/parameter';
import { toComparable } from '../../shared/text';
import type { Job, ReadParameter, Session } from './operation';
import { check, toFailed } from './operation';

export const CHAT_TYPES = [
	{ name: 'All', value: 'all' },
	{ name: 'Groups', value: 'groups' },
	{ name: 'Private Chats', value: 'private' },
] as const;

/** 100,000 chats. Ends a list that would never end. */
const MAX_PAGES = 1000;

/** The search of one item. */
interface Search {
	isNamed: (chat: Chat) => boolean;
	type: (typeof CHAT_TYPES)[number]['value'];
	includeArchived: boolean;
	limit: number;
}

/** Reads the parameters of one item that lists chats. Chats that have no pins are left out. */
export function toGetChatsJob(read: ReadParameter): Job {
	const identity = { action: 'getAll' };
	const { values, refusal: refused } = check<Search>({
		isNamed: () => toFilter(toFilterText(read)),
		type: () => toChoice(CHAT_TYPES, read('chatType'), 'Type'),
		includeArchived: () => toBoolean(read('includeArchived'), true, 'Include Archived'),
		limit: () =>
			toBoolean(read('returnAll'), false, 'Return All') ? Infinity : toLimit(read('limit')),
	});
	if (refused) return { identity, refusal: refused };

	// Kept between attempts, so that a retry only requests the page that failed.
	const found = new Map<string, Chat>();
	let page = 1;
	let lastPhone: unknown;
	const find = async ({ context, connection, options }: Session): Promise<Chat[]> => {
		for (let isOver = false; !isOver && page <= MAX_PAGES; page++) {
			const { timeout } = options;
			const { chats, isLast, firstPhone } = await readChats(context, connection, page, timeout);
			for (const chat of chats.filter((one) => isWanted(one, values))) {
				// A list can name a chat twice: a text must not be sent there twice.
				const key = toChatKey(chat.chat);
				if (!found.has(key)) found.set(key, chat);
			}
			const isRepeated = page > 1 && firstPhone === lastPhone;
			lastPhone = firstPhone;
			isOver = isLast || isRepeated || found.size >= values.limit;
		}
		return [...found.values()].slice(0, values.limit);
	};
	return {
		identity,
		attempt: async (session) => {
			const firstPage = page;
			return await find(session).then(
				(value) => ({ ok: true, value }),
				(error) => ({ ...toFailed(error), isProgress: page > firstPage }),
			);
		},
	};
}

function isWanted(chat: Chat, { isNamed, type, includeArchived }: Search): boolean {
	if (type !== 'all' && chat.isGroup !== (type === 'groups')) return false;
	return (includeArchived || !chat.archived) && isNamed(chat);
}

/** An expression that finds nothing must not list all chats, as the next node may send to them. */
function toFilterText(read: ReadParameter): string {
	const value = read('filter');
	const refuse = (what: string) =>
		refusal('Filter', what, 'Check the expression. To list all chats, leave Filter empty.');
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw refuse('is neither text nor a number');
	}
	const text = String(value);
	if (FOUND_NOTHING[0].test(text.trim())) throw refuse(FOUND_NOTHING[1]);
	const isEmpty = toComparable(text) === '';
	if (isEmpty && read('filter', { rawExpressions: true }) !== '') throw refuse('is empty');
	return text;
}

function toLimit(value: unknown): number {
	const limit = toWholeNumber(value) ?? 0;
	if (limit >= 1) return limit;
	throw new UserError('Limit is out of range', { description: 'Use a whole number from 1.' });
}
