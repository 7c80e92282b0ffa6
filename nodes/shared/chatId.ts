import { UserError } from 'n8n-workflow';

export const WHAT_A_CHAT_LOOKS_LIKE =
	'Use a phone number with its country code (5511999999999), a group ID (120363019502650977-group) or a LID (999999999999999@lid).';

const GROUP_ENDING =
	'A group ID ends in "-group" (120363019502650977-group). A phone number has at most 15 digits, country code first (5511999999999).';

const NUMBER_TOO_LARGE =
	'n8n rounds numbers this large, so the last digits are lost already. Pass it as text: in quotes, or with .toString() where it comes from.';

/** White space, and marks that WhatsApp and browsers put around copied numbers; they can't be seen. */
const BLANK = String.raw`\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff`;

/** Ending of a phone number as other WhatsApp APIs write it, perhaps with a device. */
const PHONE_JID = String.raw`(?::\d+)?@(?:s\.whatsapp\.net|c\.us)`;

const SEPARATOR = `[${BLANK}().-]`;

const DIGIT_OR_SEPARATOR = `[\\d${BLANK}().-]`;

/** Every form in which a chat is accepted: its pattern, and what its groups become for Z-API. */
const FORMS: ReadonlyArray<{ pattern: string; toChat: (group: string) => string }> = [
	// A phone number as people write it.
	{
		pattern: String.raw`(\+?${SEPARATOR}*[1-9](?:${SEPARATOR}*\d){7,14}${SEPARATOR}*)`,
		toChat: (text) => text.replace(/\D/g, ''),
	},
	{ pattern: `([1-9]\\d{7,14})${PHONE_JID}`, toChat: (digits) => digits },
	{ pattern: String.raw`(\d{15,})(?:-group|@g\.us)`, toChat: (digits) => `${digits}-group` },
	// A group from before November 2021.
	{ pattern: String.raw`(\d{8,15}-\d{10})(?:-group|@g\.us)?`, toChat: (id) => id },
	{ pattern: String.raw`(\d+)(?::\d+)?@lid`, toChat: (digits) => `${digits}@lid` },
];

/** Matches exactly the texts that `toChatId` accepts: n8n checks it while one types. */
export const CHAT_ID_PATTERN = `[${BLANK}]*(?:${FORMS.map(({ pattern }) => pattern).join('|')})[${BLANK}]*`;

const PARSERS = FORMS.map(({ pattern, toChat }) => ({
	regExp: new RegExp(`^${pattern}$`),
	toChat,
}));

/** Channels and broadcast lists, which have no pins. */
export const NO_PINS = /@(newsletter|broadcast)$/;

/** What a text that has none of the forms is, by the first row that fits. */
const REFUSALS: ReadonlyArray<{ regExp: RegExp; what: string; advice: string }> = [
	{ regExp: /^$/, what: 'is empty', advice: WHAT_A_CHAT_LOOKS_LIKE },
	{
		regExp: NO_PINS,
		what: 'is a channel or a broadcast',
		advice: 'Messages can be pinned in private chats and groups only.',
	},
	{
		regExp: new RegExp(`^\\+?${SEPARATOR}*(?:\\d${SEPARATOR}*){16,}(?:${PHONE_JID})?$`),
		what: 'has too many digits for a phone number',
		advice: GROUP_ENDING,
	},
	{
		regExp: new RegExp(`^\\+?${SEPARATOR}*(?:\\d${SEPARATOR}*){0,7}(?:${PHONE_JID})?$`),
		what: 'has too few digits for a phone number',
		advice: WHAT_A_CHAT_LOOKS_LIKE,
	},
	{
		regExp: new RegExp(`^\\+?${SEPARATOR}*0${DIGIT_OR_SEPARATOR}*(?:${PHONE_JID})?$`),
		what: 'begins with 0 instead of a country code',
		advice: WHAT_A_CHAT_LOOKS_LIKE,
	},
];

export const NO_FORM = {
	what: 'is neither a phone number, a group ID nor a LID',
	advice: WHAT_A_CHAT_LOOKS_LIKE,
};

const SURROUNDING_BLANKS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g');

/**
 * Brings a chat into the form that Z-API takes: a phone number in digits, a group ID or a LID. JIDs, as
 * other WhatsApp APIs write them, are translated.
 *
 * @param value the Chat parameter as it came, from a user or an expression
 * @returns the chat as Z-API writes it
 * @throws {UserError} naming the Chat parameter, when it can't be a private chat or group
 * @see https://developer.z-api.io (phone number, group ID, LID, channel)
 */
export function toChatId(value: unknown): string {
	const text = toText(value).replace(SURROUNDING_BLANKS, '');
	for (const { regExp, toChat } of PARSERS) {
		const match = regExp.exec(text);
		if (match?.[1]) return toChat(match[1]);
	}
	const { what, advice } = REFUSALS.find(({ regExp }) => regExp.test(text)) ?? NO_FORM;
	throw refusal(what, advice);
}

/**
 * Whether two chats are the same. WhatsApp knows many Brazilian numbers with and many without their ninth
 * digit (`55`, area code, `9`, eight digits), so it does not tell them apart.
 *
 * @returns false also for what is no chat
 * @see https://developer.z-api.io (phone number)
 */
export function isSameChat(chat: string, other: string): boolean {
	try {
		const [first, second] = [chat, other].map((one) =>
			toChatId(one).replace(/^(55\d\d)9(\d{8})$/, '$1$2'),
		);
		return first === second;
	} catch {
		return false;
	}
}

function toText(value: unknown): string {
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
