import { UserError } from 'n8n-workflow';

/**
 * Checks a parameter that takes one of a table's values: an expression can yield anything.
 *
 * @param choices the table that the parameter's options come from
 * @param parameter as users see it
 * @returns the row of the table
 * @throws {UserError} naming the parameter and what it takes
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

/** The same, for where the value itself is all that is needed. */
export function toChoice<T extends string>(
	choices: ReadonlyArray<{ value: T }>,
	value: unknown,
	parameter: string,
): T {
	return findChoice(choices, value, parameter).value;
}
