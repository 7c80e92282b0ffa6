import { isTrue, toIso, toMs, toObject } from '../json';
import { toComparable } from '../text';
import { isGroupId, isSameChat, toChatIds } from './chatId';

/** A chat that messages can be pinned in. */
export type Chat = {
	chat: string;
	/** Empty if Z-API has no name. */
	name: string;
	isGroup: boolean;
	/** Whether it is the announcement group of a community, which has the same name; only admins may write. */
	isAnnouncement: boolean;
	archived: boolean;
	/** How many messages are unread. */
	unread: number;
	/** ISO 8601; absent if there is no message. */
	lastMessageAt?: string;
};

/** Fewer digits are part of too many IDs. */
const MIN_DIGITS = 5;

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
export function toLabel({ chat, name, isGroup, isAnnouncement, archived }: Chat): string {
	const kind = isAnnouncement ? 'announcements' : isGroup && 'group';
	return [name, kind, archived && 'archived', chat].filter(Boolean).join(' · ');
}

/** Whether Z-API gives the ID of a group as its name, as its documentation of `/chats` says. */
export function hasIdAsName({ chat, name, isGroup }: Chat): boolean {
	const toDigits = (text: string) => text.replace(/(?:-group|@g\.us)$/, '').replace(/-/g, '');
	return isGroup && toDigits(name) === toDigits(chat);
}

/**
 * Reads a chat. Z-API sends booleans and numbers as text too.
 *
 * @returns an empty list for what has no pins, such as a channel
 */
export function parseChats(entry: unknown): Chat[] {
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
