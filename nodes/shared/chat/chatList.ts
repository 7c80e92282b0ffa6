import { createHash } from 'node:crypto';
import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { toObject } from '../json';
import type { Connection } from '../transport/connection';
import { mask } from '../transport/mask';
import { requestBody } from '../transport/transport';
import { toChatKey } from './chatId';
import type { Chat } from './chats';
import { parseChats } from './chats';

export const PAGE_SIZE = 100;

/** 100,000 chats. Ends a list that would never end. */
const MAX_PAGES = 1000;

const MAX_PAGE_BYTES = 5_000_000;

/** How far a search came. After a failed request, it goes on with the page that failed. */
export interface ChatSearch {
	/** What was found, by `toChatKey`, as Z-API may list a chat twice. */
	found: Map<string, Chat>;
	/** The next page, from 1; absent at the end of the list. */
	page?: number;
	/** A hash of the page before it. */
	previous?: string;
	/** Whether there may be more chats, though the list has ended. */
	isCutOff?: boolean;
}

/**
 * Searches the instance's chats without those that have no pins, such as channels, until an empty page or one
 * that repeats the page before it. Z-API does not document how large a page is.
 *
 * @param search where to begin; is changed
 * @param limit ends the search as soon as so many are found
 * @param pages how many pages to read at most
 * @throws {ZApiError} if a request fails
 * @see https://developer.z-api.io (`GET /chats`)
 */
export async function findChats(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	connection: Connection,
	search: ChatSearch,
	isWanted: (chat: Chat) => boolean,
	{ limit = Infinity, pages = MAX_PAGES, timeoutMs = undefined as number | undefined },
): Promise<void> {
	const { found } = search;
	for (let read = 0; search.page && read < pages && found.size < limit; read++) {
		const path = `/chats?page=${search.page}&pageSize=${PAGE_SIZE}`;
		const request = { method: 'GET', path, maxBytes: MAX_PAGE_BYTES } as const;
		const body = await requestBody(context, connection, request, Array.isArray, { timeoutMs });
		const entries = mask(body as unknown[], connection.secrets);
		for (const chat of entries.flatMap(parseChats).filter(isWanted)) {
			const key = toChatKey(chat.chat);
			if (!found.has(key)) found.set(key, chat);
		}
		const content = toHash(entries);
		search.isCutOff =
			entries.length > 0 && (content === search.previous || search.page >= MAX_PAGES);
		search.page = entries.length === 0 || search.isCutOff ? undefined : search.page + 1;
		search.previous = content;
	}
}

/** Of what doesn't change between two requests. */
function toHash(entries: unknown[]): string {
	const content = entries.map(toObject).map(({ phone, name }) => [phone, name]);
	return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}
