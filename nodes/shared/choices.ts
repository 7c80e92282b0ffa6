import { UserError } from 'n8n-workflow';
import { isFalse, isTrue } from './transport/response';

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
	throw new UserError(`${parameter} has an unknown value`, {
		description: `Use one of: ${choices.map((candidate) => candidate.value).join(', ')}.`,
	});
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
	throw new UserError(`${parameter} is neither true nor false`, {
		description: 'Check the expression: it has to yield true or false.',
	});
}
