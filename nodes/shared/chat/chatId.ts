import type { IdParameter, InvalidText } from '../parameter';
import { BLANK } from '../text';
import { findInvalid, refusal, readIdText } from '../parameter';

const PHONE_NUMBER = '5511999999999';
const GROUP = '120363019502650977-group';

export const CHAT_PLACEHOLDER = `e.g. ${PHONE_NUMBER} or ${GROUP}`;

export const WHAT_A_CHAT_LOOKS_LIKE = `Use a phone number with its country code (${PHONE_NUMBER}), a group ID (${GROUP}) or a LID (999999999999999@lid).`;

export const UNKNOWN_FORM = 'is neither a phone number, a group ID nor a LID';

const GROUP_ENDING = `A group ID ends in "-group" (${GROUP}). A phone number has at most 15 digits, country code first (${PHONE_NUMBER}).`;

const AS_TEXT =
	'Digits may already be lost. Pass it as text: in quotes, with .toString(), or from a column that holds text.';

const DIGITS_ONLY = `Write the number in digits only, country code first: ${PHONE_NUMBER}.`;

const BLANKS = `[${BLANK}]*`;

/** For a character class: characters that look like a hyphen, which editors and phones use instead. */
const DASH = String.raw`\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d-`;

/** Ending of a phone number in other WhatsApp APIs, perhaps with a device. */
const JID = String.raw`(?:(?::\d+)?@(?:s\.whatsapp\.net|c\.us))?`;

/** In the patterns below, a blank matches separators between digits, and a tilde separators and digits. */
const spaced = (pattern: string) =>
	pattern.replaceAll(' ', `[${BLANK}+().${DASH}]*`).replaceAll('~', `[\\d${BLANK}+().${DASH}]*`);

/**
 * Brazilian area codes that, followed by a mobile number's 9 and 8 digits, can begin no number that has
 * its country code: +1 has no area code x9x, +7 none from 1 or 5, +61 none from 9; 219, 289, 379, 429,
 * 699, 839, 859, 879, 889, 899, 969 and 999 have no numbers (ITU-T E.164); and numbers of +249, +45, +47,
 * +53, +54, +55, +65, +679, +979 and +98 have another length. The others do begin numbers abroad, such as
 * 51 9 (Peru), or may: they pass.
 */
const BRAZILIAN_WITHOUT_55 =
	'(?:1 [1-9]|2 [148]|3 7|4 [257]|5 [345]|6 [1579]|7 [15]|8 [35789]|9 [6-9]) 9(?: \\d){8}';

/** Texts that look like a phone number but aren't, or would become another number without separators. */
const INVALID_NUMBERS: ReadonlyArray<readonly [pattern: string, what: string, advice: string]> = [
	[String.raw`\d+(?:\.\d*|,\d{0,2})|\+\d+[.,]0*`, 'has a decimal point', AS_TEXT],
	[String.raw`[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+`, 'is a rounded number', AS_TEXT],
	[
		'(?:(?:19|20)\\d\\d-\\d\\d?-\\d\\d?|\\d\\d?-\\d\\d?-(?:19|20)\\d\\d)(?:\\D[^]*:[^]*)?'.replaceAll(
			'-',
			`[${BLANK}./${DASH}]`,
		),
		'is a date',
		WHAT_A_CHAT_LOOKS_LIKE,
	],
	// A CPF (123.456.789-09), CNPJ, RG, postal code or bank account.
	[`[\\d./]+[${DASH}]\\d{1,3}`, 'looks like the number of a document', DIGITS_ONLY],
	[spaced(`[${DASH}] \\d~${JID}`), 'begins with a minus', DIGITS_ONLY],
	[
		spaced(`(?:~\\( 0~| 5 5 0 [1-9] [1-9](?: \\d){8,9} )${JID}`),
		'has a zero that is only dialled within the country',
		DIGITS_ONLY,
	],
	[
		String.raw`[^]*(?:\d{8}[^\d@]+\d{8}|\d\s*[,;|&]\s*[+(]*\d)[^]*`,
		'holds several numbers',
		'Make an item of each, for example with the Split Out node.',
	],
	[spaced(` (?:\\d ){16,}${JID}`), 'has too many digits for a phone number', GROUP_ENDING],
	[spaced(` (?:\\d ){1,7}${JID}`), 'has too few digits for a phone number', DIGITS_ONLY],
	[spaced(` 0~${JID}`), 'begins with 0 instead of a country code', DIGITS_ONLY],
	[
		// One-digit country codes are 1 and 7. Their numbers have 11 digits; no area code of +1 is 0xx or 1xx.
		spaced(
			` (?=${BRAZILIAN_WITHOUT_55} ${JID}${BLANKS}$|1 [01]|[17](?!(?: \\d){10} ${JID}${BLANKS}$)|[2-689](?!\\d))\\d~${JID}`,
		),
		'has no valid country code',
		`Put the country code before it: 55 for Brazil (${PHONE_NUMBER}), 1 for the United States (12025550123).`,
	],
];

const IS_NUMBER = `(?!(?:${INVALID_NUMBERS.map(([pattern]) => pattern).join('|')})${BLANKS}$)`;

/** Country or area code in brackets. */
const IN_BRACKETS = `\\(${BLANKS}\\+?\\d{1,5}${BLANKS}\\)`;

/** All accepted forms of a chat ID: the pattern, and how its group is converted for Z-API. */
const FORMS: ReadonlyArray<readonly [pattern: string, toChat: (group: string) => string]> = [
	// A phone number as people write it. No separator is allowed between the last two digits.
	[
		`${IS_NUMBER}((?:\\+${BLANKS})?(?:[1-9]|${IN_BRACKETS})(?:(?:\\.|${BLANKS}(?:[${DASH}]${BLANKS})?)(?:\\d|${IN_BRACKETS}))*\\d)${JID}`,
		(text) => text.replace(/\D/g, ''),
	],
	// Z-API's documentation shows group IDs as short as a phone number, so only the ending counts.
	[`([1-9]\\d{7,})(?:[${DASH}]group|@g\\.us)`, (digits) => `${digits}-group`],
	// A group from before November 2021: phone number of its creator, and time.
	[`([1-9]\\d{7,14}[${DASH}]\\d{9,11})(?:[${DASH}]group|@g\\.us)?`, (id) => id.replace(/\D/, '-')],
	[String.raw`([1-9]\d*)(?::\d+)?@lid`, (digits) => `${digits}@lid`],
];

/** In UTF-16 units, blanks included: three times what the longest chat ID seen has. */
const MAX_LENGTH = 100;

/** Matches exactly the texts that `toChatId` accepts. n8n checks it while users type. */
export const CHAT_ID_PATTERN = `(?=[^]{0,${MAX_LENGTH}}$)${BLANKS}(?:${FORMS.map(([pattern]) => pattern).join('|')})${BLANKS}`;

const PARSERS = FORMS.map(([pattern, toChat]) => ({ regExp: new RegExp(`^${pattern}$`), toChat }));

/** Channels and broadcast lists, which have no pins. */
export const CHANNEL_OR_BROADCAST = /[-@](?:newsletter|broadcast)$/;

export const PRIVATE_CHATS_AND_GROUPS = 'Messages can be pinned in private chats and groups only.';

const CHAT: IdParameter = {
	name: 'Chat',
	maxLength: MAX_LENGTH,
	advice: WHAT_A_CHAT_LOOKS_LIKE,
	refusals: [
		[CHANNEL_OR_BROADCAST, 'is a channel or a broadcast', PRIVATE_CHATS_AND_GROUPS],
		...INVALID_NUMBERS.map(([pattern, ...texts]): InvalidText => [new RegExp(`^(?:${pattern})$`), ...texts]),
		[/@/, 'has an ending that is neither that of a phone number, a group nor a LID'],
		[/^[a-z+]+:|wa\.me\//i, 'is a link'],
		[/^(?:true|false)_|^[\dA-F]{16,}$/i, 'is a message ID'],
		[/^["'`“”‘’«»<[{(]|["'`“”‘’«»>\]})]$/, 'has quotes or brackets around it'],
	],
};

/**
 * Converts a chat ID to Z-API's form: a phone number in digits, a group ID or a LID. Takes JIDs of other
 * WhatsApp APIs, too.
 *
 * @param value the Chat parameter as it came, from a user or an expression
 * @returns the chat ID as Z-API writes it
 * @throws {UserError} naming the Chat parameter, if it isn't a private chat or group
 * @see https://developer.z-api.io (phone number, group ID, LID, channel)
 */
export function toChatId(value: unknown): string {
	if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
		throw refusal(CHAT.name, 'is too large a number', AS_TEXT);
	}
	const text = readIdText(typeof value === 'number' ? String(value) : value, CHAT);
	for (const { regExp, toChat } of PARSERS) {
		const match = regExp.exec(text);
		if (match?.[1]) return toChat(match[1]);
	}
	throw findInvalid(text, CHAT) ?? refusal(CHAT.name, UNKNOWN_FORM, CHAT.advice);
}

/** @returns what `toChatId` returns; an empty list for a channel, a broadcast list, or anything that is no chat */
export function toChatIds(value: unknown): string[] {
	try {
		return [toChatId(value)];
	} catch {
		return [];
	}
}

export function isGroupId(chat: string): boolean {
	return /^\d+-(?:\d+|group)$/.test(chat);
}

/**
 * Whether two chat IDs are the same chat.
 *
 * @param chat a chat as `toChatId` returns it
 * @param other another
 */
export function isSameChat(chat: string, other: string): boolean {
	return toChatKey(chat) === toChatKey(other);
}

/**
 * A key that is the same for all IDs of a chat. WhatsApp has many Brazilian mobile numbers without their
 * ninth digit. Landline numbers, which begin with 2 to 5, are never mobile numbers without it.
 *
 * @param chat a chat as `toChatId` returns it
 */
export function toChatKey(chat: string): string {
	return chat.replace(/^(55[1-9][1-9])9([016-9]\d{7})$/, '$1$2');
}
