/** What a text is, told by its form alone; the first that fits. */
const FORMS: Array<[noun: string, form: RegExp]> = [
	['URL', /^[a-z]+:\/\//i],
	['group ID', /^\d[\d-]+(?:-group|@g\.us)$|^\d{8,15}-\d{9,11}$/],
	['JID', /^\d+(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/],
	['e-mail address', /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i],
	['IP address', /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:]*:[\da-f]*)$/i],
	['LID', /@lid$/],
	['channel ID', /@newsletter$/],
	['broadcast ID', /[@-]broadcast$/],
];

/** What the fields of Z-API hold, whatever their form. */
const FIELDS: Array<[noun: string, ...fields: string[]]> = [
	['message ID', 'messageId', 'referenceMessageId'],
	['zaapId', 'zaapId'],
	['ID', 'id'],
	['instance ID', 'instanceId'],
	['instance token', 'token'],
	['phone number', 'phone', 'participantPhone', 'participant', 'connectedPhone', 'reactionBy'],
	['name', 'name', 'chatName', 'senderName', 'subject'],
	['community ID', 'communityId'],
	['time', 'momment', 'created', 'due', 'lastMessageTime'],
];

const NOUNS = new Map(
	FIELDS.flatMap(([noun, ...fields]) => fields.map((field) => [field.toLowerCase(), noun])),
);

/**
 * Fields whose words are Z-API's own, or the probe's (`seen`, `failure`), not a person's; they are shown, but
 * for what is private in them.
 */
const OWN_WORDS = new Set(
	`type error errorcode status value action notification mimetype paymentstatus messageaction
	pinmessageduration pindurationinsecs pagesize content-type user-agent seen failure length`.split(
		/\s+/,
	),
);

/** What is private in a sentence: URLs, whatever is before and after an @, IP addresses, numbers, IDs. */
const PRIVATE = [
	String.raw`[a-z]+:\/\/[^\s"'<>]+`,
	String.raw`[\w.+-]+@[\w.-]+`,
	String.raw`\d{1,3}(?:\.\d{1,3}){3}`,
	String.raw`(?:[\da-f]{0,4}:){2,}[\da-f]{0,4}`,
	String.raw`\+\d[\d ().-]{2,}\d`,
	String.raw`\d[\d().-]{2,}\d[\w-]*`,
	String.raw`\w*\d[\w-]{14,}|[\w-]{14,}\d\w*`,
];

const CHARACTERS: Array<[name: string, form: RegExp]> = [
	['A-F0-9', /^[0-9A-F]+$/],
	['a-f0-9', /^[0-9a-f]+$/],
	['A-Z0-9', /^[0-9A-Z]+$/],
	['A-Za-z0-9', /^[0-9A-Za-z]+$/],
	['A-Za-z0-9_-', /^[\w-]+$/],
];

/** How much of a text of Z-API's is shown. */
const LONGEST_TEXT = 300;

/** Shorter than this, a value may be anywhere by chance. */
const SHORTEST_SEARCHED = 8;

/**
 * Puts in place of whatever is private a name that keeps the form: `<message ID #1, 20 characters A-F0-9>`.
 * The same value has the same number wherever it occurs.
 */
export class Masker {
	private readonly numbers = new Map<string, number>();

	private readonly known = new Map<string, string>();

	/**
	 * Makes a value known that must not be shown anywhere, whatever it looks like.
	 *
	 * @param noun what it is called, unless it is known already
	 */
	know(noun: string, value: string): void {
		if (!value) return;
		for (const form of [value, encodeURIComponent(value)].map((text) => text.toLowerCase())) {
			if (!this.known.has(form)) this.known.set(form, noun);
		}
	}

	/** @returns a copy of a JSON value; texts and numbers are masked, all but words of Z-API's own */
	mask(value: unknown, field = ''): unknown {
		if (Array.isArray(value)) return value.map((entry) => this.mask(entry, field));
		if (typeof value === 'object' && value !== null) {
			const entries = Object.entries(value);
			return Object.fromEntries(
				entries.map(([key, entry]) => {
					// `message` is a person's text, but beside an `error` it explains it.
					const name = key === 'message' && 'error' in value ? 'error' : key;
					return [this.maskField(key), this.mask(entry, name)];
				}),
			);
		}
		if (typeof value === 'number') {
			if (OWN_WORDS.has(field.toLowerCase())) return value;
			return this.name(NOUNS.get(field.toLowerCase()) ?? 'number', `${value}`, 'number of ');
		}
		if (typeof value !== 'string' || value === '' || /^(true|false)$/i.test(value)) return value;
		if (OWN_WORDS.has(field.toLowerCase())) return this.maskText(value);
		return this.name(this.known.get(value.toLowerCase()) ?? toNoun(value, field), value);
	}

	/** Names of fields are shown, unless what should be a name is an ID. */
	maskField(name: string): string {
		const isName = /^[a-z_][\w-]{0,40}$/i.test(name) && !/\d{4}/.test(name);
		return isName && !this.known.has(name.toLowerCase()) ? name : this.name('field', name);
	}

	/** Masks a sentence of Z-API's. */
	maskText(text: string): string {
		const known = [...this.known.keys()].sort((one, other) => other.length - one.length);
		const pattern = new RegExp([...known.map(escapePattern), ...PRIVATE].join('|'), 'gi');
		const toName = (found: string) =>
			this.name(this.known.get(found.toLowerCase()) ?? toNoun(found), found);
		// Cut off last: half a secret would not be recognised.
		return text.replace(pattern, toName).slice(0, LONGEST_TEXT);
	}

	/** The last net: takes out of a whole text what is known, or was masked elsewhere. */
	scrub(text: string): string {
		const masked = [...this.numbers.keys()].filter(
			(value) => value.length >= SHORTEST_SEARCHED && /\d/.test(value),
		);
		const searched = [...new Set([...this.known.keys(), ...masked])];
		if (searched.length === 0) return text;
		searched.sort((one, other) => other.length - one.length);
		return text.replace(new RegExp(searched.map(escapePattern).join('|'), 'gi'), '<masked>');
	}

	private name(noun: string, value: string, type = ''): string {
		const number = this.numbers.get(value) ?? this.numbers.size + 1;
		this.numbers.set(value, number);
		return `<${noun} #${number}, ${type}${toForm(value)}>`;
	}
}

/** What is compared of a masked text: no numbers of IDs, and no forms but those of times (seconds or not). */
export const withoutForms = (text: string) =>
	text.replace(/<([^<>#]+) #\d+, (number of )?([^<>]*)>/g, (_all, noun, type = '', form) =>
		noun === 'time' ? `<time, ${type}${form}>` : `<${type}${noun}>`,
	);

function toNoun(text: string, field = ''): string {
	const known = NOUNS.get(field.toLowerCase());
	const [noun] = FORMS.find(([, form]) => form.test(text)) ?? [known];
	if (noun) return noun;
	if (/^\+?\d[\d ().-]*$/.test(text)) return 'number';
	return /\d/.test(text) && /^[\w-]{16,}$/.test(text) ? 'ID' : 'text';
}

function toForm(text: string): string {
	const [scheme] = /^[a-z]+(?=:\/\/)/i.exec(text) ?? [];
	if (scheme) return scheme;
	if (/^\d[\d-]*(?:-group|@[a-z.]+)?$/.test(text)) {
		return text.replace(/\d+/g, ({ length }) => (length === 1 ? '1 digit' : `${length} digits`));
	}
	const [characters] = CHARACTERS.find(([, form]) => form.test(text)) ?? [];
	return [text.length, 'characters', characters].filter(Boolean).join(' ');
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
