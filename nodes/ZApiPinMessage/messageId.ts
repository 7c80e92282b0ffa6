import { PRIVATE_CHATS_AND_GROUPS } from '../shared/chat/chatId';
import type { IdParameter } from '../shared/parameter';
import { decodeUrl } from '../shared/text';
import { LEFT_BY_EXPRESSIONS, LINK, readIdText, refusal, refuseInvalid } from '../shared/parameter';

export const MESSAGE_ID_EXAMPLE = '77DF5293EBC176FFA6A88838E7A6AD83';

const WHERE_TO_FIND_IT =
	'Use messageId from Z-API Pin Message Trigger or from the response of the method that sent the message, not zaapId.';

/** An ID of whatsapp-web.js, WPPConnect or WAHA: whether it was sent by oneself, chat, ID, perhaps the author. */
const SERIALISED =
	/^(?:true|false)_[^\s_@]+@(?:[cg]\.us|lid|s\.whatsapp\.net)_([a-z0-9-]+)(?:_(?:in|out|[^\s_@]+@[a-z.]+))?$/i;

const MESSAGE_ID: IdParameter = {
	name: 'Message ID',
	// IDs have up to 32 characters, serialised ones about 100.
	maxLength: 200,
	advice: `Check the expression. A message ID is one word, such as ${MESSAGE_ID_EXAMPLE}. ${WHERE_TO_FIND_IT}`,
	refusals: [
		...LEFT_BY_EXPRESSIONS,
		[/^(?:wamid|gB[EG]G)/, 'is an ID of the WhatsApp Cloud API', WHERE_TO_FIND_IT],
		[
			/^(?:[SM]M[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i,
			'is an ID of another system',
			WHERE_TO_FIND_IT,
		],
		LINK,
		[/["'`“”‘’«»<>[\]{}()]/, 'has quotes or brackets in it'],
		[/@(?:newsletter|broadcast)/i, 'is of a channel or a broadcast', PRIVATE_CHATS_AND_GROUPS],
		[
			/^[\w-]{16,}(?:[\s,;|]+[\w-]{16,})+$/,
			'holds several message IDs',
			'Make an item of each, for example with the Split Out node.',
		],
		[/-group$|@|^\d{8,15}-\d{9,11}$/i, 'is a chat ID'],
		[/^(?:true|false)_/, 'is only a part of a serialised message ID'],
		// A phone number, a time, an ID of a database or of Telegram; with a dash, the ID of a notification.
		[/^(?:\d{1,19}|\d+-\d+)$/, 'has digits only'],
		[/\s/, 'has white space in it'],
		[/[^\w-]/, 'has a character that no message ID has'],
	],
};

/**
 * Checks a message ID. Z-API does not document their format, so any word is valid unless it is known to
 * be something else.
 *
 * @param value the Message ID parameter as it came, from a user or an expression
 * @returns the message ID as Z-API writes it; for a serialised ID, its third part
 * @throws {UserError} naming the Message ID parameter, if it can't be a message ID
 * @see https://developer.z-api.io (`messageId` of the received webhook)
 */
export function toMessageId(value: unknown): string {
	const text = decodeUrl(readIdText(value, MESSAGE_ID));
	const id = SERIALISED.exec(text)?.[1] ?? text;
	refuseInvalid(id, MESSAGE_ID);
	if (isZaapId(id))
		throw refusal(
			MESSAGE_ID.name,
			'is a zaapId',
			'Use messageId, not zaapId: it is in the same response.',
		);
	return id;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How old the messages are that people pin, at most, in milliseconds. */
const MAX_AGE_MS = 365 * DAY_MS;

/**
 * Newer zaapIds are UUIDs of version 7, which begin with the time. One of 570,000 random IDs of phones looks the
 * same, as their first twelve digits are 48 of 8,900 years in milliseconds.
 */
function isZaapId(id: string): boolean {
	const [, time] = /^([\da-f]{12})7[\da-f]{3}[89ab][\da-f]{15}$/i.exec(id) ?? [];
	const age = Date.now() - Number.parseInt(time ?? '', 16);
	// Clocks differ.
	return age < MAX_AGE_MS && age > -DAY_MS;
}
