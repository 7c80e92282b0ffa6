import { UserError } from 'n8n-workflow';

/**
 * For a character class: white space, control characters and invisible marks. WhatsApp, browsers and
 * spreadsheets add them to copied texts.
 */
export const BLANK = String.raw`\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\s\0-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8`;

/** A kind of invalid text, and what to do; by default, the parameter's `advice`. */
export type Refusal = readonly [regExp: RegExp, what: string, advice?: string];

/** A parameter that takes an ID as text. */
export interface IdParameter {
	name: string;
	/** In UTF-16 units, including surrounding blanks. Patterns never get a longer text. */
	maxLength: number;
	advice: string;
	/** The first that matches is used. */
	refusals: readonly Refusal[];
}

/** The result of an expression that found nothing, such as `undefined`. */
export const FOUND_NOTHING: Refusal = [
	/^\W?(?:undefined|null|nan|none|nil|empty|true|false|-?infinity|invalid date(?:time)?|n\/a|(?:ref|value|name|num|div\/0)!)\W?(?:-group|@.*)?$|undefined|\[(?:object|array|error)\b/i,
	'is the result of an expression that found nothing',
	'Check the expression and the item that it reads: the value is not there.',
];

/** Results of wrong expressions, for all parameters. */
const LEFT_BY_EXPRESSIONS: readonly Refusal[] = [
	[/^$/, 'is empty'],
	[
		/\{\{|\}\}|^=|\$(?:[({]|json|node|input|item|vars)|^<.*>$|^%.*%$|^\{.*\}$|^\[?[a-z]*[ _]?(?:message|chat|phone)[ _]?(?:id|number)?\]?$/i,
		'is an expression or a placeholder that was not evaluated',
		'Switch the parameter to Expression, or drag the value in from the input panel.',
	],
	FOUND_NOTHING,
];

const SURROUNDING_BLANKS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g');

/**
 * Reads the text of a parameter.
 *
 * @param value the parameter as it came, from a user or an expression
 * @returns the text without surrounding blanks; '' if there is none
 * @throws {UserError} naming the parameter, if it isn't text or is too long for an ID
 */
export function toText(value: unknown, { name, maxLength, advice }: IdParameter): string {
	if (value === undefined || value === null) return '';
	if (typeof value !== 'string') throw refusal(name, 'is not text', advice);
	if (value.length > maxLength) throw refusal(name, 'is too long', advice);
	return value.replace(SURROUNDING_BLANKS, '');
}

/** @returns why the text is invalid, if a row matches it */
export function findRefusal(text: string, parameter: IdParameter): UserError | undefined {
	const rows = [...LEFT_BY_EXPRESSIONS, ...parameter.refusals];
	const row = rows.find(([regExp]) => regExp.test(text));
	return row && refusal(parameter.name, row[1], row[2] ?? parameter.advice);
}

export function refusal(name: string, what: string, description: string): UserError {
	return new UserError(`${name} ${what}`, { description });
}

/** Reads a number that may come as text, as from an AI model; undefined if it isn't a whole one from 0. */
export function toWholeNumber(value: unknown): number | undefined {
	const isDigits = typeof value === 'string' && /^\d{1,9}$/.test(value);
	if (!isDigits && (!Number.isSafeInteger(value) || Number(value) < 0)) return undefined;
	return Number(value);
}

/** Text for comparisons that ignore accents and case. */
export function toComparable(text: string): string {
	return text
		.normalize('NFD')
		.replace(/\p{Mn}/gu, '')
		.toLowerCase()
		.trim();
}
