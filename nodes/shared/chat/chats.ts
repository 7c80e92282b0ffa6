import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { isGroupId, isSameChat, toChatIds } from './chatId';
import type { Connection } from '../transport/connection';
import { mask } from '../transport/mask';
import { isTrue, toIso, toMs, toObject } from '../json';
import { toComparable } from '../text';
import { requestBody } from '../transport/transport';

/** A chat that messages can be pinned in. */
export type Chat = {
	chat: string;
	/** Empty if Z-API has no name. */
	name: string;
	isGroup: boolean;
	/** Whether only admins may write. */
	isAnnouncement: boolean;
	archived: boolean;
	/** How many messages are unread. */
	unread: number;
	/** ISO 8601; absent if there is no message. */
	lastMessageAt?: string;
};

export const PAGE_SIZE = 100;

/** Z-API does not document the maximum page size. A page smaller than in its example is the last. */
const SMALLEST_FULL_PAGE = 20;

const MAX_PAGE_BYTES = 5_000_000;

/** Fewer digits are part of too many IDs. */
const MIN_DIGITS = 5;

/**
 * Reads one page of the instance's chats, without those that have no pins, such as channels.
 *
 * @param page from 1
 * @returns the chats, whether the page is the last, and what tells it from other pages
 * @throws {ZApiError} if the request fails
 * @see https://developer.z-api.io (`GET /chats`)
 */
export async function readChats(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	connection: Connection,
	page: number,
	timeoutMs?: number,
): Promise<{ chats: Chat[]; isLast: boolean; firstPhone: unknown }> {
	const path = `/chats?page=${page}&pageSize=${PAGE_SIZE}`;
	const request = { method: 'GET', path, maxBytes: MAX_PAGE_BYTES } as const;
	const body = await requestBody(context, connection, request, Array.isArray, { timeoutMs });
	const entries = mask(body as unknown[], connection.secrets);
	return {
		chats: entries.flatMap(toChats),
		isLast: entries.length < SMALLEST_FULL_PAGE,
		firstPhone: toObject(entries[0]).phone,
	};
}

/**
 * Makes a function that tells whether a chat matches a filter.
 *
 * @param filter part of its name, its ID, or a phone number as people write it or five digits of one;
 * accents and case don't matter
 */
export function toFilter(filter: string): (chat: Chat) => boolean {
	const wanted = toComparable(filter);
	if (wanted === '') return () => true;
	const digits = /^\+?[\d\s().-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
	const [number] = toChatIds(filter);
	return (chat) =>
		toComparable(chat.name).includes(wanted) ||
		(digits.length >= MIN_DIGITS && chat.chat.replace(/\D/g, '').includes(digits)) ||
		(number !== undefined && isSameChat(number, chat.chat));
}

/** A chat in one line. The ID is last, as n8n may cut off the end. */
export function toLabel({ chat, name, isGroup, archived }: Chat): string {
	return [name, isGroup && 'group', archived && 'archived', chat].filter(Boolean).join(' · ');
}

/**
 * Reads a chat. Z-API sends booleans and numbers as text too.
 *
 * @returns an empty list for what has no pins, such as a channel
 */
export function toChats(entry: unknown): Chat[] {
	const { phone, name, isGroup, isGroupAnnouncement, archived, unread, lastMessageTime } =
		toObject(entry);
	const lastMessageAt = toIso(toMs(lastMessageTime));
	return toChatIds(phone).map((chat) => ({
		chat,
		name: typeof name === 'string' ? name.trim() : '',
		isGroup: isTrue(isGroup) || isGroupId(chat),
		isAnnouncement: isTrue(isGroupAnnouncement),
		archived: isTrue(archived),
		unread: Number(unread) || 0,
		...(lastMessageAt && { lastMessageAt }),
	}));
}
