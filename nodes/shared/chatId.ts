import { UserError } from 'n8n-workflow';

export const WHAT_A_CHAT_LOOKS_LIKE =
	'Use a phone with its country code (5511999999999), a group ID (120363019502650977-group) or a LID (999999999999999@lid).';

const GROUP_ENDING =
	'A group ID ends in "-group" (120363019502650977-group). A phone has at most 15 digits, country code first (5511999999999).';

const NUMBER_TOO_LARGE =
	'n8n rounds numbers this large, so the last digits are lost already. Pass it as text: in quotes, or with .toString() where it comes from.';

/** White space, and marks that WhatsApp and browsers put around copied numbers; they can't be seen. */
const BLANK = String.raw`\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff`;

const SEPARATOR = `[${BLANK}().-]`;

/** Matches exactly the texts that `toChatId` accepts: n8n checks it while one types. */
export const CHAT_ID_PATTERN = `[${BLANK}]*(?:${[
	String.raw`\+?${SEPARATOR}*[1-9](?:${SEPARATOR}*\d){7,14}${SEPARATOR}*`,
	String.raw`[1-9]\d{7,14}(?::\d+)?@(?:s\.whatsapp\.net|c\.us)`,
	String.raw`\d{15,}(?:-group|@g\.us)`,
	String.raw`\d{8,15}-\d{10}(?:-group|@g\.us)?`,
	String.raw`\d+(?::\d+)?@lid`,
].join('|')})[${BLANK}]*`;

const SURROUNDING_BLANKS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g');

const PHONE_CHARACTERS = new RegExp(`^\\+?(?:${SEPARATOR}|\\d)+$`);

/**
 * Brings a chat into the form that Z-API takes: a phone in digits, a group ID or a LID. JIDs, as other
 * WhatsApp APIs write them, are translated.
 *
 * @param value the Chat parameter as it came, from a user or an expression
 * @returns the chat as Z-API writes it
 * @throws {UserError} naming the Chat parameter, when it can't be a private chat or group
 * @see https://developer.z-api.io (phone, group ID, LID, channel)
 */
export function toChatId(value: unknown): string {
	const text = toDigitsOrText(value).replace(SURROUNDING_BLANKS, '');
	if (text === '') throw refusal('is empty', WHAT_A_CHAT_LOOKS_LIKE);

	if (/@(newsletter|broadcast)$/.test(text)) {
		throw refusal(
			'is a channel or a broadcast',
			'Messages can be pinned in private chats and groups only.',
		);
	}

	const lid = /^(\d+)(?::\d+)?@lid$/.exec(text);
	if (lid) return `${lid[1]}@lid`;

	const group = /^(\d{15,}|\d{8,15}-\d{10})(-group|@g\.us)?$/.exec(text);
	if (group?.[1].includes('-')) return group[1];
	if (group?.[2]) return `${group[1]}-group`;

	const phoneJid = /^(\d+)(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/.exec(text);
	return toPhone(phoneJid ? phoneJid[1] : text);
}

function toPhone(text: string): string {
	if (!PHONE_CHARACTERS.test(text)) {
		throw refusal('is neither a phone, a group ID nor a LID', WHAT_A_CHAT_LOOKS_LIKE);
	}
	const digits = text.replace(/\D/g, '');
	if (digits.length > 15) throw refusal('has too many digits for a phone', GROUP_ENDING);
	if (digits.length < 8) throw refusal('has too few digits for a phone', WHAT_A_CHAT_LOOKS_LIKE);
	if (digits.startsWith('0')) {
		throw refusal('begins with 0 instead of a country code', WHAT_A_CHAT_LOOKS_LIKE);
	}
	return digits;
}

function toDigitsOrText(value: unknown): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'string') return value;
	if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
		throw refusal('is neither text nor a whole number', WHAT_A_CHAT_LOOKS_LIKE);
	}
	if (!Number.isSafeInteger(value)) throw refusal('is too large a number', NUMBER_TOO_LARGE);
	return String(value);
}

function refusal(what: string, description: string): UserError {
	return new UserError(`Chat ${what}`, { description });
}
