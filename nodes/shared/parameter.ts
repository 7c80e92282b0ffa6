import { UserError } from 'n8n-workflow';
import { isFalse, isTrue } from './json';
import { BLANK } from './text';

/**
 * Checks a parameter that takes one of a table's values, as an expression can return anything.
 *
 * @param choices the table of the parameter's options
 * @param parameter its display name
 * @returns the row of the table
 * @throws {UserError} naming the parameter and its valid values
 */
export function findChoice<C extends { value: string }>(
	choices: readonly C[],
	value: unknown,
	parameter: string,
): C {
	const choice = choices.find((candidate) => candidate.value === value);
	if (choice) return choice;
	const values = choices.map((candidate) => candidate.value).join(', ');
	throw refusal(parameter, 'has an unknown value', `Use one of: ${values}.`);
}

/** Like `findChoice`, but returns the value only. */
export function toChoice<T extends string>(
	choices: ReadonlyArray<{ value: T }>,
	value: unknown,
	parameter: string,
): T {
	return findChoice(choices, value, parameter).value;
}

/**
 * Checks a parameter that is true or false. Both may come as text, as from an AI model.
 *
 * @param fallback for undefined
 * @throws {UserError} naming the parameter
 */
export function toBoolean(value: unknown, fallback: boolean, parameter: string): boolean {
	if (value === undefined) return fallback;
	if (isTrue(value) || isFalse(value)) return isTrue(value);
	const advice = 'Check the expression: it has to yield true or false.';
	throw refusal(parameter, 'is neither true nor false', advice);
}

/** A kind of invalid text, and what to do; by default, the `advice` of what is checked. */
export type InvalidText = readonly [regExp: RegExp, what: string, advice?: string];

/** A parameter or a field of the credential that takes text. */
export interface CheckedText {
	name: string;
	advice: string;
	/** The first that matches is used. */
	refusals: readonly InvalidText[];
}

/** A parameter that takes an ID as text. */
export interface IdParameter extends CheckedText {
	/** In UTF-16 units, including surrounding blanks. Patterns never get a longer text. */
	maxLength: number;
}

/** The result of an expression that found nothing, such as `undefined`. */
export const FOUND_NOTHING: InvalidText = [
	/^\W?(?:undefined|null|nan|none|nil|empty|true|false|-?infinity|invalid date(?:time)?|n\/a|(?:ref|value|name|num|div\/0)!)\W?(?:-group|@.*)?$|undefined|\[(?:object|array|error)\b/i,
	'is the result of an expression that found nothing',
	'Check the expression and the item that it reads: the value is not there.',
];

/** What a user's expression can leave instead of an ID. */
export const LEFT_BY_EXPRESSIONS: readonly InvalidText[] = [
	[/^$/, 'is empty'],
	[
		/\{\{|\}\}|^=|\$(?:[({]|json|node|input|item|vars)|^<.*>$|^%.*%$|^\{.*\}$|^\[?[a-z]*[ _]?(?:message|chat|phone)[ _]?(?:id|number)?\]?$/i,
		'is an expression or a placeholder that was not evaluated',
		'Switch the parameter to Expression, or drag the value in from the input panel.',
	],
	FOUND_NOTHING,
];

export const LINK: InvalidText = [/^[a-z+]+:\/\/|^(?:mailto|tel|whatsapp):|wa\.me\//i, 'is a link'];

const SURROUNDING_BLANKS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g');

/**
 * Reads the text of a parameter.
 *
 * @param value the parameter as it came, from a user or an expression
 * @returns the text without surrounding blanks; '' if there is none
 * @throws {UserError} naming the parameter, if it isn't text or is too long for an ID
 */
export function readIdText(value: unknown, { name, maxLength, advice }: IdParameter): string {
	if (value === undefined || value === null) return '';
	if (typeof value !== 'string') throw refusal(name, 'is not text', advice);
	if (value.length > maxLength) throw refusal(name, 'is too long', advice);
	return value.replace(SURROUNDING_BLANKS, '');
}

/** @throws {UserError} naming the parameter, if a row matches the text */
export function refuseInvalid(text: string, { name, advice, refusals }: CheckedText): void {
	const row = refusals.find(([regExp]) => regExp.test(text));
	if (row) throw refusal(name, row[1], row[2] ?? advice);
}

/** Why a parameter is refused, which n8n's guidelines want to be named in single quotation marks. */
export function refusal(name: string, what: string, description: string): UserError {
	return new UserError(`'${name}' ${what}`, { description });
}

/**
 * Checks a whole number. It may come as text, as from an AI model.
 *
 * @param min from 0
 * @throws {UserError} naming the parameter
 */
export function toWholeNumber(
	value: unknown,
	parameter: string,
	min: number,
	max = Infinity,
): number {
	const isDigits = typeof value === 'string' && /^\d{1,9}$/.test(value);
	const number = isDigits || Number.isSafeInteger(value) ? Number(value) : Number.NaN;
	if (number >= min && number <= max) return number;
	const range = max === Infinity ? `from ${min}` : `from ${min} to ${max}`;
	throw refusal(parameter, 'is out of range', `Use a whole number ${range}.`);
}
