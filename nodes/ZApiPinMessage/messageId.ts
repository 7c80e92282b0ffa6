import { UserError } from 'n8n-workflow';

const CHECK_THE_EXPRESSION =
	'Check the expression. A message ID is one word, such as 77DF5293EBC176FFA6A88838E7A6AD83: take it from the webhook of the message or from the response of the method that sent it.';

/**
 * Checks a message ID.
 *
 * @param value the Message ID parameter as it came, from a user or an expression
 * @returns the message ID without white space around it
 * @throws {UserError} naming the Message ID parameter, when it can't be one
 */
export function toMessageId(value: unknown): string {
	if (value === undefined || value === null) throw refusal('is empty');
	if (typeof value === 'number' && !Number.isSafeInteger(value)) {
		throw refusal('is a number that n8n has rounded');
	}
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw refusal('is neither text nor a number');
	}
	const text = String(value).trim();
	if (text === '') throw refusal('is empty');
	if (/\s/.test(text)) throw refusal('has white space in it');
	return text;
}

function refusal(what: string): UserError {
	return new UserError(`Message ID ${what}`, { description: CHECK_THE_EXPRESSION });
}
