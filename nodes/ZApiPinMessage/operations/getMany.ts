import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import type { Chat } from '../../shared/chat/chats';
import { toChatKey } from '../../shared/chat/chatId';
import { readChats, toFilter } from '../../shared/chat/chats';
import { FOUND_NOTHING, refusal, toBoolean, toChoice, toWholeNumber } from '../../shared/parameter';
import { toComparable } from '../../shared/text';
import type { AttemptResult } from '../execution/scheduler';
import type { ItemReader, Job, Reading, ReadParameter, Run } from './operation';
import { check, defineOperation, failed } from './operation';

const CHAT_TYPES = [
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

const fields: INodeProperties[] = [
	{
		displayName: 'Filter',
		name: 'filter',
		type: 'string',
		default: '',
		placeholder: 'e.g. Class 3B',
		description:
			'Part of the name of the chats to list (case and accents are ignored), or at least five digits of a phone number or ID. Leave it empty to list all chats.',
	},
	{
		displayName: 'Type',
		name: 'chatType',
		type: 'options',
		options: [...CHAT_TYPES],
		default: 'all',
		description: 'Which chats to list: all, groups or private',
	},
	{
		displayName: 'Include Archived',
		name: 'includeArchived',
		type: 'boolean',
		default: true,
		description: 'Whether to list archived chats too',
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

export const getMany = defineOperation({
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many chats',
	description: 'List the private chats and groups that messages can be pinned in',
	fields,
	read: readSearch,
	attempt: attemptSearch,
});

/** Reads and checks the parameters of one item that lists chats. */
function readSearch({ read }: ItemReader): Reading<Search> {
	const identity = { action: 'getAll', chat: null };
	const { values, refusal: refused } = check<Search>({
		isNamed: () => toFilter(readFilter(read)),
		type: () => toChoice(CHAT_TYPES, read('chatType'), 'Type'),
		includeArchived: () => toBoolean(read('includeArchived'), true, 'Include Archived'),
		limit: () =>
			toBoolean(read('returnAll'), false, 'Return All') ? Infinity : readLimit(read('limit')),
	});
	return refused ? { identity, refusal: refused } : { identity, values };
}

/** Reads the pages that are not read yet, as a retry only requests the page that failed. */
async function attemptSearch(
	{ context, connection, options }: Run,
	job: Job<Search>,
): Promise<AttemptResult<IDataObject[]>> {
	const { limit } = job.values;
	const found = job.progress.found ?? { chats: new Map<string, Chat>(), page: 1 };
	job.progress = { ...job.progress, found };
	const firstPage = found.page;
	let lastPhone: unknown;
	try {
		for (let isOver = false; !isOver && found.page <= MAX_PAGES; found.page++) {
			const page = await readChats(context, connection, found.page, options.timeout);
			for (const chat of page.chats.filter((one) => isWanted(one, job.values))) {
				// A list can name a chat twice: a text must not be sent there twice.
				const key = toChatKey(chat.chat);
				if (!found.chats.has(key)) found.chats.set(key, chat);
			}
			const isRepeated = found.page > 1 && page.firstPhone === lastPhone;
			lastPhone = page.firstPhone;
			isOver = page.isLast || isRepeated || found.chats.size >= limit;
		}
	} catch (error) {
		return { ...failed(error as Error), isProgress: found.page > firstPage };
	}
	return { ok: true, value: [...found.chats.values()].slice(0, limit) };
}

function isWanted(chat: Chat, { isNamed, type, includeArchived }: Search): boolean {
	if (type !== 'all' && chat.isGroup !== (type === 'groups')) return false;
	return (includeArchived || !chat.archived) && isNamed(chat);
}

/** An expression that finds nothing must not list all chats, as the next node may send to them. */
function readFilter(read: ReadParameter): string {
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

function readLimit(value: unknown): number {
	const limit = toWholeNumber(value) ?? 0;
	if (limit >= 1) return limit;
	throw new UserError('Limit is out of range', { description: 'Use a whole number from 1.' });
}
