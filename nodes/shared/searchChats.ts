import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { NO_PINS } from './chatId';
import type { Connection } from './connection';
import { readConnection } from './connection';
import { isTrue, toObject } from './response';
import { requestBody } from './transport';
import { toSentences } from './zApiError';

const PAGE_SIZE = 100;

/** Z-API does not say how large a page may be. A page smaller than its own example is the last. */
const SMALLEST_FULL_PAGE = 20;

const MAX_PAGE_BYTES = 5_000_000;

/** How many pages one search walks, at most. */
const PAGES_SEARCHED = 50;

/**
 * Lists chats and groups for the Chat parameter. Channels and broadcasts are left out, as they have no
 * pins.
 *
 * @param filter part of a name or of an ID; accents and case don't matter
 * @param paginationToken the page to begin with, as the last result named it
 * @returns a page of chats; with a filter, all that fit among the next 5,000
 * @throws {NodeOperationError} with the node's own sentences on what to do
 * @see https://developer.z-api.io (`GET /chats`)
 */
export async function searchChats(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const connection = await readConnection(this);
	const wanted = toComparable(filter ?? '');
	const results: INodeListSearchItems[] = [];
	const first = Number(paginationToken ?? 1);
	for (let page = first; page < first + PAGES_SEARCHED; page++) {
		const chats = await readPage(this, connection, page);
		for (const item of chats.flatMap(toListItem)) {
			if (toComparable(item.name).includes(wanted)) results.push(item);
		}
		if (chats.length < SMALLEST_FULL_PAGE) return { results };
		// A page of nothing but channels would leave the user with nothing to scroll.
		if (!wanted && results.length > 0) return { results, paginationToken: String(page + 1) };
	}
	const name = `Searched ${PAGES_SEARCHED * PAGE_SIZE} chats: scroll to go on, or choose By ID`;
	results.push({ name, value: '' });
	return { results, paginationToken: String(first + PAGES_SEARCHED) };
}

async function readPage(
	context: ILoadOptionsFunctions,
	connection: Connection,
	page: number,
): Promise<IDataObject[]> {
	const path = `/chats?page=${page}&pageSize=${PAGE_SIZE}`;
	const request = { method: 'GET', path, maxBytes: MAX_PAGE_BYTES } as const;
	try {
		const body = await requestBody(context, connection, request, Array.isArray);
		return (body as unknown[]).map(toObject);
	} catch (error) {
		// The editor shows the message only.
		throw new NodeOperationError(context.getNode(), toSentences(error as Error));
	}
}

/** One entry, or none for what has no pins. Every entry shows the ID, as names aren't unique. */
function toListItem({ name, phone, isGroup, archived }: IDataObject): INodeListSearchItems[] {
	if (typeof phone !== 'string' || phone === '' || NO_PINS.test(phone)) return [];
	const isNamed = typeof name === 'string' && name.trim() !== '';
	const marks = [isTrue(isGroup) && 'group', isTrue(archived) && 'archived'].filter(Boolean);
	const label = [isNamed && name, phone, ...marks].filter(Boolean).join(' · ');
	return [{ name: label, value: phone }];
}

/** Text as it is compared where accents and case don't matter. */
export function toComparable(text: string): string {
	return text
		.normalize('NFD')
		.replace(/\p{Diacritic}/gu, '')
		.toLowerCase()
		.trim();
}
