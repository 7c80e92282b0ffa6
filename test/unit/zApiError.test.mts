import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import {
	toItemError,
	toSentences,
	toZApiError,
	ZApiError,
} from '../../nodes/shared/transport/zApiError';

const NODE = {
	...{ id: '1', name: 'Pin', type: 'pin', typeVersion: 1, parameters: {} },
	position: [0, 0] as [number, number],
};

const refuse = (error: unknown, statusCode = 400) => ({ statusCode, body: { error } });

test('the text of a refusal is quoted without secrets and URLs', () => {
	const error = 'Token T1 at https://api.z-api.io/instances/1 and HTTP://x.test?a=b is bad';
	expect(toZApiError(refuse(error), ['T1'])).toMatchObject({
		message: 'Z-API refused the request',
		description:
			'Z-API says: “Token *** at *** and *** is bad”. Check the parameters of the node and the fields of the credential, then try again.',
		httpCode: '400',
		failure: { name: 'requestRefused' },
	});
});

test('a secret is masked however JSON would spell it', () => {
	const { description } = toZApiError(refuse({ sent: 'a"b' }), ['a"b']);
	expect(description).toMatch(/^Z-API says: “\{"sent":"\*\*\*"\}”\. /);
});

test('a quote is short', () => {
	const { description } = toZApiError(refuse('a'.repeat(300)), []);
	expect(description).toMatch(/^Z-API says: “a{200}”\. /);
});

test('there is no quote without a text of Z-API, or if it does not help', () => {
	expect(toZApiError(refuse(undefined), []).description).toBe(
		'Check the parameters of the node and the fields of the credential, then try again.',
	);
	const { description } = toZApiError(refuse('overloaded', 503), []);
	expect(description).toBe('Wait a few minutes, then try again.');
});

test('a caller can replace the description', () => {
	const { description } = toZApiError(refuse('bad'), [], ({ name }) => `Advice on ${name}.`);
	expect(description).toBe('Z-API says: “bad”. Advice on requestRefused.');
});

test('without a response there is no HTTP status', () => {
	expect(toZApiError({ networkCode: 'ECONNRESET' }, [])).toMatchObject({
		message: 'The connection to Z-API closed before the response was complete',
		httpCode: undefined,
	});
});

test('the message of a refused input has the item, and its description the progress', () => {
	const input = new UserError("'Chat' is empty", { description: 'Use a phone number.' });
	const error = toItemError(NODE, input, 3, '2 items were pinned.');
	expect(error).toBeInstanceOf(NodeOperationError);
	expect(error).toMatchObject({
		message: "'Chat' is empty [item 3]",
		description: 'Use a phone number. 2 items were pinned.',
		context: { itemIndex: 3 },
	});
	expect(toItemError(NODE, input, 0)).toMatchObject({ description: 'Use a phone number.' });
	const short = toItemError(NODE, new UserError("'Chat' is empty"), 0, 'None was pinned.');
	expect(short).toMatchObject({ description: 'None was pinned.' });
});

test('a tool has all in the message, as an AI agent gets no description', () => {
	const input = new UserError("'Chat' is empty", { description: 'Use a phone number.' });
	const tool = { ...NODE, type: 'n8n-nodes-zapi-pin-message.zApiPinMessageTool' };
	const error = toItemError(tool, input, 0);
	expect(error.message).toBe("'Chat' is empty [item 0]. Use a phone number.");
	expect(error).toHaveProperty('description', undefined);
	expect(toItemError(tool, toZApiError(refuse('bad', 422), []), 1).message).toMatch(
		/\[item 1\]\. [A-Z]/,
	);
});

test('a failed request also has its HTTP status', () => {
	const error = toItemError(NODE, toZApiError(refuse('bad', 422), []), 1, 'None was pinned.');
	expect(error).toBeInstanceOf(NodeApiError);
	expect(error).toMatchObject({
		message: 'Z-API refused the request [item 1]',
		description:
			'Z-API says: “bad”. Check the parameters of the node and the fields of the credential, then try again. None was pinned.',
		httpCode: '422',
		context: { itemIndex: 1 },
	});
	expect(toZApiError(refuse('bad'), [])).toBeInstanceOf(ZApiError);
});

test('what concerns the whole execution names no item', () => {
	const error = toItemError(NODE, new UserError("'Instance Token' is too short"));
	expect(error.message).toBe("'Instance Token' is too short");
	expect(error).toHaveProperty('context.itemIndex', undefined);
	expect(toItemError(NODE, toZApiError(refuse('bad'), [])).message).not.toContain('item');
});

test("n8n's own errors are shown as they are", () => {
	const error = new Error('invalid syntax');
	expect(toItemError(NODE, error, 1, 'None was pinned.')).toBe(error);
});

test.each([
	[{ message: "'Events' is empty", description: 'Choose.' }, "'Events' is empty. Choose."],
	[{ message: "'Events' is empty", description: '' }, "'Events' is empty"],
	[{ message: "'Events' is empty", description: null }, "'Events' is empty"],
	[{ message: "'Events' is empty" }, "'Events' is empty"],
])('%j as one text', (error, text) => {
	expect(toSentences(error)).toBe(text);
});
