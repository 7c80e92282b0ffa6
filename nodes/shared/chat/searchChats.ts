import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { toComparable } from '../text';
import { readConnection } from '../transport/connection';
import { toSentences } from '../transport/zApiError';
import { type ChatSearch, findChats, PAGE_SIZE } from './chatList';
import { type Chat, toFilter, toLabel } from './chats';

/** How many pages one search reads, at most. */
const PAGES_SEARCHED = 50;

/** How many chats fill the list, so that users can scroll: n8n then requests the next. */
const FILLS_THE_LIST = 20;

/**
 * Lists chats and groups for the Chat parameter.
 *
 * @param filter part of a name or an ID; see `toFilter`
 * @param paginationToken where to go on, from the previous result
 * @returns a page of chats; with a filter, all matches in the next 5,000 chats
 * @throws {NodeOperationError} with a message that says what to do
 */
export async function searchChats(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken = '1',
): Promise<INodeListSearchResult> {
	const isNamed = toFilter(filter);
	const wanted = toComparable(filter);
	const limit = wanted ? Infinity : FILLS_THE_LIST;
	const [page, previous] = paginationToken.split(' ');
	const search: ChatSearch = { found: new Map(), page: Number(page), previous };
	let pause = `Searched ${PAGES_SEARCHED * PAGE_SIZE} chats`;
	try {
		const connection = await readConnection(this);
		const isWanted: Parameters<typeof findChats>[3] = (chat) =>
			isNamed(chat) || toSearched(chat).includes(wanted);
		await findChats(this, connection, search, isWanted, { limit, pages: PAGES_SEARCHED });
	} catch (error) {
		// The editor shows only the message.
		if (search.found.size === 0)
			throw new NodeOperationError(this.getNode(), toSentences(error as Error));
		pause = (error as Error).message;
	}
	const results: INodeListSearchItems[] = [...search.found.values()].map((chat) => ({
		name: toLabel(chat),
		value: chat.chat,
	}));
	if (!search.page) return { results };
	if (results.length < limit) {
		results.push({ name: `${pause}: scroll to continue, or choose By ID`, value: '' });
	}
	return { results, paginationToken: `${search.page} ${search.previous}` };
}

/** What the list shows, and the Portuguese words for it. */
function toSearched(chat: Chat): string {
	const words = [toLabel(chat), chat.isGroup && 'grupo', chat.archived && 'arquivado'];
	return toComparable(words.filter(Boolean).join(' '));
}
