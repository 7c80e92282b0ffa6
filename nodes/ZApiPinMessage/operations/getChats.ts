import { UserError } from 'n8n-workflow';
import type { Chat } from '../../shared/chats';
import { readChats, toFilter } from '../../shared/chats';
import { toChoice } from '../../shared/choices';
import { isTrue } from '../../shared/response';
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
	const { values, refusal } = check<Search>({
		isNamed: () => toFilter(toFilterText(read('filter'))),
		type: () => toChoice(CHAT_TYPES, read('chatType'), 'Type'),
		includeArchived: () => isTrue(read('includeArchived')),
		limit: () => (isTrue(read('returnAll')) ? Infinity : toLimit(read('limit'))),
	});
	if (refusal) return { identity, refusal };

	// Kept between attempts, so that a retry only requests the page that failed.
	const known = new Set<string>();
	const found: Chat[] = [];
	let page = 1;
	const find = async ({ context, connection, options }: Session): Promise<Chat[]> => {
		for (let isOver = false; !isOver && page <= MAX_PAGES; page++) {
			const { chats, isLast } = await readChats(context, connection, page, options.timeout);
			const news = chats.filter(({ chat }) => !known.has(chat));
			for (const chat of news) {
				known.add(chat.chat);
				if (isWanted(chat, values)) found.push(chat);
			}
			const isRepeated = chats.length > 0 && news.length === 0;
			isOver = isLast || isRepeated || found.length >= values.limit;
		}
		return found.slice(0, values.limit);
	};
	return {
		identity,
		attempt: async (session) =>
			await find(session).then((value) => ({ ok: true, value }), toFailed),
	};
}

function isWanted(chat: Chat, { isNamed, type, includeArchived }: Search): boolean {
	if (type !== 'all' && chat.isGroup !== (type === 'groups')) return false;
	return (includeArchived || !chat.archived) && isNamed(chat);
}

/** An expression that finds nothing must not list all chats, as the next node may send to them. */
function toFilterText(value: unknown): string {
	if (typeof value === 'string' || typeof value === 'number') return String(value);
	throw new UserError('Filter is neither text nor a number', {
		description: 'Check the expression. To list all chats, leave Filter empty.',
	});
}

function toLimit(value: unknown): number {
	if (Number.isInteger(value) && Number(value) >= 1) return Number(value);
	throw new UserError('Limit is out of range', { description: 'Use a whole number from 1.' });
}
