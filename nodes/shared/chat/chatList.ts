import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { toHash } from '../hash';
import { toObject } from '../json';
import type { Connection } from '../transport/connection';
import { mask } from '../transport/mask';
import { requestBody } from '../transport/transport';
import { ZApiError } from '../transport/zApiError';
import { toChatKey } from './chatId';
import { type Chat, hasIdAsName, parseChats } from './chats';

export const PAGE_SIZE = 100;

/** 100,000 chats. Ends a list that would never end. */
const MAX_PAGES = 1000;

const MAX_PAGE_BYTES = 5_000_000;

/** How far a paged list was read. */
interface Position {
	/** The next page, from 1; absent at the end of the list. */
	page?: number;
	/** A hash of the page before it. */
	previous?: string;
	/** Whether there may be more, though the list has ended. */
	isCutOff?: boolean;
}

/** How far a search came. After a failed request, it goes on with the page that failed. */
export interface ChatSearch extends Position {
	/** What was found, by `toChatKey`, as Z-API may list a chat twice. */
	found: Map<string, Chat>;
	/** Names of all groups, read once the list of chats has an ID instead of a name. */
	groupNames?: Map<string, string>;
}

interface Limits {
	/** Ends the search as soon as so many are found. */
	limit?: number;
	/** How many pages to read at most. */
	pages?: number;
	/** For each request. */
	timeoutMs?: number;
}

/**
 * Searches the instance's chats without those that have no pins, such as channels, until an empty page or one
 * that repeats the page before it. Z-API does not document how large a page is.
 *
 * @param search where to begin; is changed
 * @throws {ZApiError} if a request fails
 * @see https://developer.z-api.io (`GET /chats`, `GET /groups`)
 */
export async function findChats(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	connection: Connection,
	search: ChatSearch,
	isWanted: (chat: Chat) => boolean,
	{ limit = Infinity, pages = MAX_PAGES, timeoutMs }: Limits = {},
): Promise<void> {
	/** Reads the next page of a list, if there is one. */
	const readPage = async (list: '/chats' | '/groups', position: Position): Promise<Chat[]> => {
		const { page = 1, previous } = position;
		const path = `${list}?page=${page}&pageSize=${PAGE_SIZE}`;
		const request = { method: 'GET', path, maxBytes: MAX_PAGE_BYTES } as const;
		const body = await requestBody(context, connection, request, Array.isArray, { timeoutMs });
		const entries = mask(body as unknown[], connection.secrets);
		// Of what doesn't change between two requests.
		const content = entries.map(toObject).map(({ phone, name }) => [phone, name]);
		position.previous = toHash(JSON.stringify(content));
		position.isCutOff = entries.length > 0 && (position.previous === previous || page >= MAX_PAGES);
		position.page = entries.length === 0 || position.isCutOff ? undefined : page + 1;
		return entries.flatMap(parseChats);
	};
	const readGroupNames = async () => {
		const names = new Map<string, string>();
		const readAll = async () => {
			for (const position: Position = { page: 1 }; position.page;) {
				const groups = await readPage('/groups', position);
				for (const group of groups) names.set(group.chat, hasIdAsName(group) ? '' : group.name);
			}
		};
		await readAll().catch((error: unknown) => {
			// Without the names, the chats can still be chosen by their IDs.
			if (!(error instanceof ZApiError) || error.failure.retry) throw error;
		});
		return names;
	};
	const { found } = search;
	for (let read = 0; search.page && read < pages && found.size < limit; read++) {
		// Only once the whole page is read, the search goes on with the next.
		const position: Position = { page: search.page, previous: search.previous };
		const chats = await readPage('/chats', position);
		if (chats.some(hasIdAsName)) search.groupNames ??= await readGroupNames();
		for (const chat of chats) {
			if (hasIdAsName(chat)) chat.name = search.groupNames?.get(chat.chat) ?? '';
			const key = toChatKey(chat.chat);
			if (isWanted(chat) && !found.has(key)) found.set(key, chat);
		}
		({ page: search.page, previous: search.previous, isCutOff: search.isCutOff } = position);
	}
}
