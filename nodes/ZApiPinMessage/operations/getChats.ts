import type { NodeExecutionHint } from 'n8n-workflow';
import type { Chat } from '../../shared/chat/chats';
import type { ChatSearch } from '../../shared/chat/chatList';
import { findChats } from '../../shared/chat/chatList';
import { toFilter } from '../../shared/chat/chats';
import { toBoolean, toChoice } from '../../shared/parameter';
import { FOUND_NOTHING, refusal, toWholeNumber } from '../../shared/parameter';
import { toComparable } from '../../shared/text';
import type { Job, ReadParameter } from './operation';
import { check, toFailed } from './operation';

export const CHAT_TYPES = [
	{ name: 'All', value: 'all' },
	{ name: 'Groups', value: 'groups' },
	{ name: 'Private Chats', value: 'private' },
] as const;

const LIST_MAY_GO_ON: NodeExecutionHint = {
	type: 'warning',
	message:
		'Z-API sent the same page of its list of chats twice, or a list without end, so chats may be missing here. Enter the ID of a chat that is missing.',
	location: 'outputPane',
};

/** The executions that have that hint. */
const told = new WeakSet<object>();

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
			toBoolean(read('returnAll'), false, 'Return All')
				? Infinity
				: toWholeNumber(read('limit'), 'Limit', 1),
	});
	if (refused) return { identity, refusal: refused };

	// Kept between attempts, so that a retry only requests the page that failed.
	const search: ChatSearch = { found: new Map(), page: 1 };
	const { limit } = values;
	return {
		identity,
		attempt: async ({ context, connection, options }) => {
			const firstPage = search.page;
			try {
				const settings = { limit, timeoutMs: options.timeout };
				await findChats(context, connection, search, (chat) => isWanted(chat, values), settings);
			} catch (error) {
				return { ...toFailed(error as Error), isProgress: search.page !== firstPage };
			}
			if (search.isCutOff && !told.has(context)) context.addExecutionHints?.(LIST_MAY_GO_ON);
			if (search.isCutOff) told.add(context);
			return { ok: true, value: [...search.found.values()].slice(0, limit) };
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
		refusal('Filter', what, "Check the expression. To list all chats, leave 'Filter' empty.");
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw refuse('is neither text nor a number');
	}
	const text = String(value);
	const raw = read('filter', { rawExpressions: true });
	// Somebody who types it may mean a name, such as Nil.
	const isExpression = String(raw).startsWith('=');
	if (isExpression && FOUND_NOTHING[0].test(text.trim())) throw refuse(FOUND_NOTHING[1]);
	if (toComparable(text) === '' && raw !== '') throw refuse('is empty');
	return text;
}
