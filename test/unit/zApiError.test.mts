import { toSentences, toZApiError } from '../../nodes/shared/transport/zApiError';

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

test.each([
	[{ message: "'Events' is empty", description: 'Choose.' }, "'Events' is empty. Choose."],
	[{ message: "'Events' is empty", description: '' }, "'Events' is empty"],
	[{ message: "'Events' is empty", description: null }, "'Events' is empty"],
	[{ message: "'Events' is empty" }, "'Events' is empty"],
])('%j as one text', (error, text) => {
	expect(toSentences(error)).toBe(text);
});
