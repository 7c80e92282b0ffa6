import type { IdParameter } from '../parameter';
import { LEFT_BY_EXPRESSIONS, LINK, readIdText, refusal, refuseInvalid } from '../parameter';
import { BLANK, decodeUrl } from '../text';

const PHONE_NUMBER = '5511999999999';
const GROUP = '120363019502650977-group';
const LID = '999999999999999@lid';

export const CHAT_PLACEHOLDER = `e.g. ${PHONE_NUMBER} or ${GROUP}`;

export const WHAT_A_CHAT_LOOKS_LIKE = `Use a phone number with its country code (${PHONE_NUMBER}), a group ID (${GROUP}) or a LID (${LID}).`;

const UNKNOWN_FORM = 'is neither a phone number, a group ID nor a LID';

const GROUP_ENDING = `A group ID ends in "-group" (${GROUP}). If it is the ID of a community, choose its announcement group from the list: nobody sees what is sent to the community itself. A phone number has at most 15 digits, country code first (${PHONE_NUMBER}).`;

const AS_TEXT =
	'Digits may already be lost. Pass it as text: in quotes, with .toString(), or from a column that holds text.';

const DIGITS_ONLY = `Write the number in digits only, country code first: ${PHONE_NUMBER}.`;

const LID_ENDING = `A LID ends in "@lid" (${LID}). A phone number begins with its country code (${PHONE_NUMBER}).`;

const NO_COUNTRY_CODE = [
	'has no valid country code',
	`Put the country code before it: 55 for Brazil (${PHONE_NUMBER}), 1 for the United States (12025550123).`,
] as const;

const DIALLED_ZERO = ['has a zero that is only dialled within the country', DIGITS_ONLY] as const;

/** Channels and broadcast lists, which have no pins. */
export const CHANNEL_OR_BROADCAST = /[-@](?:newsletter|broadcast)$/i;

export const PRIVATE_CHATS_AND_GROUPS = 'Messages can be pinned in private chats and groups only.';

const CHAT: IdParameter = {
	name: 'Chat',
	// In UTF-16 units, blanks included: three times what the longest chat ID seen has.
	maxLength: 100,
	advice: WHAT_A_CHAT_LOOKS_LIKE,
	refusals: [
		...LEFT_BY_EXPRESSIONS,
		[CHANNEL_OR_BROADCAST, 'is a channel or a broadcast', PRIVATE_CHATS_AND_GROUPS],
		[/@/, 'has an ending that is neither that of a phone number, a group nor a LID'],
		LINK,
		[/^(?:true|false)_|^[\dA-F]{16,}$/i, 'is a message ID'],
		[/^["'`“”‘’«»<[{(]|["'`“”‘’«»>\]})]$/, 'has quotes or brackets around it'],
		[/^/, UNKNOWN_FORM],
	],
};

/** For a character class: characters that look like a hyphen, which editors and phones use instead. */
const DASH = String.raw`\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d-`;

const WORDS = ['whatsapp', 'tel', 'group', 'g.us', 'lid', 'c.us', 's.whatsapp.net'].map((word) =>
	word.replace(/./g, (character) => `[${character}${character.toUpperCase()}]`),
);

/**
 * Area codes of Brazil with which a mobile number without 55 begins no number that has its country code: +1 has no
 * area code x9x, +7 none from 1 or 5, +61 none from 9; 219, 289, 379, 429, 699, 839, 859, 879, 889, 899, 969 and 999
 * have no numbers (ITU-T E.164); numbers of +249, +45, +47, +53, +54, +55, +65, +679, +979 and +98 have another
 * length. The others begin numbers abroad, such as 51 9 (Peru), or may.
 */
const AREA_CODE = '(?:1[1-9]|2[148]|37|4[257]|5[345]|6[1579]|7[15]|8[35789]|9[6-9])';

/**
 * Accepts whatever `toChatId` accepts, and some more: the characters and endings of chat IDs in any order, but
 * not too few or too many digits, such as a group's without its ending. n8n checks it while users type.
 */
const CHAT_ID_PATTERN = `(?!(?:\\d{1,7}|\\d{16,${CHAT.maxLength}})$)(?:[\\d${BLANK}+().:@${DASH}]|%[\\da-fA-F]{2}|${WORDS.join('|')}){1,${CHAT.maxLength}}`;

/**
 * What n8n checks while users type, the commonest first: it shows the first that does not match. All accept whatever
 * `toChatId` accepts, and take linear time.
 */
export const CHAT_ID_CHECKS = (
	[
		[String.raw`(?![^]*(?:://|wa\.me/))[^]*`, 'is a link', WHAT_A_CHAT_LOOKS_LIKE],
		[
			'(?![^]*(?:newsletter|broadcast))[^]*',
			'is a channel or a broadcast',
			PRIVATE_CHATS_AND_GROUPS,
		],
		[
			String.raw`(?![^]*\d{8}[\s,;|&]+\+?\d{8})[^]*`,
			'holds several numbers',
			'Write one, or make an item of each.',
		],
		[String.raw`(?!\d{16,}$)[^]*`, 'has too many digits for a phone number', GROUP_ENDING],
		[String.raw`(?!\(?0?${AREA_CODE}\)?[ -]?9[ -]?\d{4}[ -]?\d{4}$)[^]*`, ...NO_COUNTRY_CODE],
		[`(?:${CHAT_ID_PATTERN})`, UNKNOWN_FORM, WHAT_A_CHAT_LOOKS_LIKE],
	] as const
).map(([regex, what, advice]) => ({ regex, errorMessage: `'Chat' ${what}. ${advice}` }));

/** Groups and LIDs, and how their ending is written for Z-API. */
const FORMS: ReadonlyArray<readonly [regExp: RegExp, ending: string]> = [
	// Z-API's documentation shows group IDs as short as a phone number, so only the ending counts.
	[/^([1-9]\d{7,})(?:-group|@g\.us)$/i, '-group'],
	// A group from before November 2021: phone number of its creator, and time.
	[/^([1-9]\d{7,14}-\d{9,11})(?:-group|@g\.us)?$/i, ''],
	[/^([1-9]\d*)(?::\d+)?@lid$/i, '@lid'],
];

/** Ending of a phone number in other WhatsApp APIs, perhaps with a device. */
const JID = /(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/i;

const BLANKS = new RegExp(`[${BLANK}]+`, 'g');
const DASHES = new RegExp(`[${DASH}]`, 'g');
const SEPARATORS = /[ +().-]/g;

/** Country or area code in brackets. */
const IN_BRACKETS = String.raw`\( ?\+?\d{1,5} ?\)`;

/** A phone number as people write it. No separator is allowed between the last two digits. */
const WRITTEN_NUMBER = new RegExp(
	String.raw`^(?:\+ ?)?(?:[1-9]|${IN_BRACKETS})(?:(?:\.| ?(?:- ?)?)(?:\d|${IN_BRACKETS}))*\d$`,
);

/**
 * Texts that would become another number without separators, or one that nobody has. A row is matched with
 * what is written, or with the digits of what has digits and separators only. The first that matches is used.
 */
const INVALID_NUMBERS: ReadonlyArray<
	readonly [of: 'written' | 'digits', regExp: RegExp, what: string, advice: string]
> = [
	['written', /^(?:\d+(?:\.\d*|,\d{0,2})|\+\d+[.,]0*)$/, 'has a decimal point', AS_TEXT],
	['written', /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i, 'is a rounded number', AS_TEXT],
	[
		'written',
		/^(?:(?:19|20)\d\d[ ./-]\d\d?[ ./-]\d\d?|\d\d?[ ./-]\d\d?[ ./-](?:19|20)\d\d)(?:\D.*:.*)?$/,
		'is a date',
		WHAT_A_CHAT_LOOKS_LIKE,
	],
	// A CPF (123.456.789-09), CNPJ, RG, postal code or bank account.
	['written', /^[\d./]+-\d{1,3}$/, 'looks like the number of a document', DIGITS_ONLY],
	['written', /^-[ +().\d-]*$/, 'begins with a minus', DIGITS_ONLY],
	['written', /^[ +().\d-]*\([ +().-]*0[ +().\d-]*$/, ...DIALLED_ZERO],
	['digits', /^550[1-9][1-9]\d{8,9}$/, ...DIALLED_ZERO],
	[
		'written',
		/^[^{$]*(?:\d{8}[^\d@]+\d{8}|\d ?[,;|&] ?[+(]*\d)/,
		'holds several numbers',
		'Make an item of each, for example with the Split Out node.',
	],
	['digits', /^\d{16}/, 'has too many digits for a phone number', GROUP_ENDING],
	['digits', /^\d{1,7}$/, 'has too few digits for a phone number', DIGITS_ONLY],
	['digits', /^0/, 'begins with 0 instead of a country code', DIGITS_ONLY],
	// WhatsApp's LIDs have 14 or 15 digits; no number of +1, +7 or +55 has, and +999 is nobody's.
	['written', /^(?:[17]\d{13,14}|55\d{12,13}|999\d{11,12})$/, NO_COUNTRY_CODE[0], LID_ENDING],
	// Numbers of +1 and +7 have 11 digits; no area code of +1 is 0xx or 1xx. No other code has one digit.
	['digits', /^1[01]|^[17](?!\d{10}$)/, ...NO_COUNTRY_CODE],
	['written', /^[ +().-]*[2-689][ +().-][ +().\d-]*$/, ...NO_COUNTRY_CODE],
	['digits', new RegExp(String.raw`^${AREA_CODE}9\d{8}$`), ...NO_COUNTRY_CODE],
];

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
	const typed = readIdText(typeof value === 'number' ? String(value) : value, CHAT);
	const text = decodeUrl(typed)
		.replace(BLANKS, ' ')
		.replace(DASHES, '-')
		.trim()
		.replace(/^(?:whatsapp|tel):(?=[+(\d])/i, '');
	for (const [regExp, ending] of FORMS) {
		const id = regExp.exec(text)?.[1];
		if (id) return id + ending;
	}
	const written = text.replace(JID, '');
	const digits = written.replace(SEPARATORS, '');
	const number = { written, digits: /^\d+$/.test(digits) ? digits : '' };
	const row = INVALID_NUMBERS.find(([of, regExp]) => regExp.test(number[of]));
	if (row) throw refusal(CHAT.name, row[2], row[3]);
	if (!WRITTEN_NUMBER.test(written)) refuseInvalid(text, CHAT);
	return digits;
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
