import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { PAGE_SIZE, readChats, toFilter, toLabel } from './chats';
import { readConnection } from '../transport/connection';
import { toComparable } from '../text';
import { toSentences } from '../transport/zApiError';

/** How many pages one search reads, at most. */
const PAGES_SEARCHED = 50;

/**
 * Lists chats and groups for the Chat parameter.
 *
 * @param filter part of a name or an ID; see `toFilter`
 * @param paginationToken the first page to read, from the previous result
 * @returns a page of chats; with a filter, all matches in the next 5,000 chats
 * @throws {NodeOperationError} with a message that says what to do
 */
export async function searchChats(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	/** The editor shows only the message. */
	const toShown = (error: Error) => new NodeOperationError(this.getNode(), toSentences(error));
	const connection = await readConnection(this).catch((error: Error) => {
		throw toShown(error);
	});
	const isWanted = toFilter(filter);
	const wanted = toComparable(filter);
	const results: INodeListSearchItems[] = [];
	/** n8n requests the rest when the user scrolls. */
	const pauseAt = (page: number, why: string) => {
		results.push({ name: `${why}: scroll to continue, or choose By ID`, value: '' });
		return { results, paginationToken: String(page) };
	};
	const first = Number(paginationToken ?? 1);
	for (let page = first; page < first + PAGES_SEARCHED; page++) {
		let chats: Awaited<ReturnType<typeof readChats>>;
		try {
			chats = await readChats(this, connection, page);
		} catch (error) {
			if (results.length > 0) return pauseAt(page, (error as Error).message);
			throw toShown(error as Error);
		}
		for (const chat of chats.chats) {
			if (isWanted(chat) || toComparable(toLabel(chat)).includes(wanted))
				results.push({ name: toLabel(chat), value: chat.chat });
		}
		if (chats.isLast) return { results };
		// After a page of channels only, users could not scroll.
		if (!filter.trim() && results.length > 0) return { results, paginationToken: String(page + 1) };
	}
	return pauseAt(first + PAGES_SEARCHED, `Searched ${PAGES_SEARCHED * PAGE_SIZE} chats`);
}
