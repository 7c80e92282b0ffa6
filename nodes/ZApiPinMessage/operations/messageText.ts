import { FOUND_NOTHING, refusal } from '../../shared/parameter';
import { BLANK } from '../../shared/text';

const EMPTY = new RegExp(`^[${BLANK}]*$`);

/** Texts that nobody means to send. */
const REFUSALS: ReadonlyArray<readonly [regExp: RegExp, what: string]> = [
	[/^\s*-?(?:undefined|null|NaN|Infinity)\s*$/, FOUND_NOTHING[1]],
	[/\[object \w+\]/, 'contains an object that was converted to text'],
	[/^=\{\{|\{\{[^{}]*\$/, 'contains an expression that was not evaluated'],
];

/**
 * Checks a text of a message, which is sent as it is.
 *
 * @param value the parameter as it came, from a user or an expression
 * @param name its display name
 * @param isOptional whether it may be empty
 * @throws {UserError} naming the parameter, if it is refused
 */
export function readMessageText(value: unknown, name: string, isOptional = false): string {
	const refuse = (what: string) =>
		refusal(name, what, 'Check the expression and the item that it reads.');
	const text = typeof value === 'number' ? String(value) : value;
	if (typeof text !== 'string') throw refuse('is neither text nor a number');
	if (EMPTY.test(text)) {
		if (isOptional) return '';
		throw refuse('is empty');
	}
	const row = REFUSALS.find(([regExp]) => regExp.test(text));
	if (row) throw refuse(row[1]);
	return text;
}
