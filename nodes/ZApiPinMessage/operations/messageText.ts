import { BLANK } from '../../shared/text';
import { FOUND_NOTHING, refusal } from '../../shared/parameter';

/** Texts that nobody means to send. */
const REFUSALS: ReadonlyArray<readonly [regExp: RegExp, what: string]> = [
	[new RegExp(`^[${BLANK}]*$`), 'is empty'],
	[/^\s*-?(?:undefined|null|NaN|Infinity)\s*$/, FOUND_NOTHING[1]],
	[/\[object \w+\]/, 'contains an object that was converted to text'],
	[/^=\{\{|\{\{[^{}]*\$/, 'contains an expression that was not evaluated'],
];

/**
 * Checks the text of a message, which is sent as it is.
 *
 * @param value the Text parameter as it came, from a user or an expression
 * @throws {UserError} naming the Text parameter, if it is refused
 */
export function toMessageText(value: unknown): string {
	const refuse = (what: string) =>
		refusal('Text', what, 'Check the expression and the item that it reads.');
	const text = typeof value === 'number' ? String(value) : value;
	if (typeof text !== 'string') throw refuse('is neither text nor a number');
	const row = REFUSALS.find(([regExp]) => regExp.test(text));
	if (row) throw refuse(row[1]);
	return text;
}
