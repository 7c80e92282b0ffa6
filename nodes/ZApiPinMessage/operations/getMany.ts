import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { findChats } from '../../shared/chat/chatList';
import { type Chat, toFilter } from '../../shared/chat/chats';
import { FOUND_NOTHING, refusal, toBoolean, toChoice, toWholeNumber } from '../../shared/parameter';
import { toComparable } from '../../shared/text';
import type {
	AttemptResult,
	ItemReader,
	Job,
	Operation,
	Reading,
	ReadParameter,
	Run,
} from './operation';
import { check, failed } from './operation';

const CHAT_TYPES = [
	{ name: 'All', value: 'all' },
	{ name: 'Groups', value: 'groups' },
	{ name: 'Private Chats', value: 'private' },
] as const;

/** The search of one item. */
interface Search {
	filter: string;
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
		default: false,
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

export const getMany: Operation<Search> = {
	name: 'Get Many',
	value: 'getAll',
	subtitle: 'Get Many Chats',
	action: 'Get many WhatsApp chats',
	description: 'List the private chats and groups that messages can be pinned in',
	fields,
	read: readSearch,
	attempt: attemptSearch,
};

/** Reads and checks the parameters of one item that lists chats. */
function readSearch({ read }: ItemReader): Reading<Search> {
	const checks = {
		filter: () => readFilter(read),
		type: () => toChoice(CHAT_TYPES, read('chatType'), 'Type'),
		includeArchived: () => toBoolean(read('includeArchived'), false, 'Include Archived'),
		limit: () =>
			toBoolean(read('returnAll'), false, 'Return All')
				? Infinity
				: toWholeNumber(read('limit'), 'Limit', 1),
	};
	return check<Search>(checks, () => ({ action: 'getAll' }));
}

/** A retry only requests the page that failed. */
async function attemptSearch(
	{ context, connection, options }: Run,
	job: Job<Search>,
): Promise<AttemptResult<IDataObject[]>> {
	const { filter, limit, type, includeArchived } = job.values;
	const search = job.progress.search ?? { found: new Map(), page: 1, filter, limit };
	job.progress = { ...job.progress, search };
	const firstPage = search.page;
	const isNamed = toFilter(filter);
	const isWanted = (chat: Chat) =>
		(type === 'all' || chat.isGroup === (type === 'groups')) &&
		(includeArchived || !chat.archived) &&
		isNamed(chat);
	try {
		const settings = { limit, timeoutMs: options.timeout };
		await findChats(context, connection, search, isWanted, settings);
	} catch (error) {
		return { ...failed(error as Error), isProgress: search.page !== firstPage };
	}
	return { ok: true, value: [...search.found.values()].slice(0, limit) };
}

/** An expression that finds nothing must not list all chats, as the next node may send to them. */
function readFilter(read: ReadParameter): string {
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
