import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { PAGE_SIZE, readChats, toFilter, toLabel } from './chats';
import { readConnection } from './connection';
import { toSentences } from './zApiError';

/** How many pages one search walks, at most. */
const PAGES_SEARCHED = 50;

/**
 * Lists chats and groups for the Chat parameter.
 *
 * @param filter part of a name or an ID; see `toFilter`
 * @param paginationToken the page to begin with, as the last result named it
 * @returns a page of chats; with a filter, all that fit among the next 5,000
 * @throws {NodeOperationError} with the node's own sentences on what to do
 */
export async function searchChats(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const connection = await readConnection(this);
	const isWanted = toFilter(filter);
	const results: INodeListSearchItems[] = [];
	/** The rest follows when the user scrolls. */
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
			// The editor shows the message only.
			throw new NodeOperationError(this.getNode(), toSentences(error as Error));
		}
		for (const chat of chats.chats) {
			if (isWanted(chat)) results.push({ name: toLabel(chat), value: chat.chat });
		}
		if (chats.isLast) return { results };
		// A page of nothing but channels would leave the user with nothing to scroll.
		if (!filter.trim() && results.length > 0) return { results, paginationToken: String(page + 1) };
	}
	return pauseAt(first + PAGES_SEARCHED, `Searched ${PAGES_SEARCHED * PAGE_SIZE} chats`);
}
