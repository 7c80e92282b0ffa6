import type { ZApiResponse } from '../../nodes/shared/transport/response';
import { toFailure } from '../../nodes/shared/transport/failures';

const says = (error: string, statusCode = 400): ZApiResponse => ({ statusCode, body: { error } });

test.each<[name: string, responses: ZApiResponse[]]>([
	[
		'clientTokenMissing',
		[
			says('your client-token is not configured'),
			says('Client-Token is not configured', 200),
			{ statusCode: 403, body: { message: 'null not allowed' } },
		],
	],
	[
		'clientTokenWrong',
		[says('Client-Token canary not allowed'), says('client-token a\nb not allowed', 403)],
	],
	[
		'ipAddressRefused',
		[
			says('203.0.113.7 not allowed', 403),
			says('IP 203.0.113.7 is not allowed'),
			says('[2001:db8::1] not allowed', 200),
			says('(::ffff:203.0.113.7) not allowed'),
			says('::1 not allowed'),
		],
	],
	['subscriptionLapsed', [says('To continue you must subscribe to this instance again')]],
	['instanceNotFound', [says('Instance not found', 404), says('instance not found', 200)]],
	['notQueued', [says('Queue limit reached', 200), says('You are not connected: queue is full')]],
	['tooManyRequests', [says('Too many requests in the queue', 429)]],
	['serviceOverloaded', [says('The queue is down', 503)]],
	['sessionToRestore', [says('You need to restore the session', 503)]],
	[
		'notConnected',
		[
			says('You are not connected.', 500),
			{ statusCode: 200, body: { connected: false } },
			{ statusCode: 429, body: { connected: false } },
			{ statusCode: 200, body: { connected: 'false' } },
		],
	],
	[
		'notFromZApi',
		[400, 401, 403, 404, 407, 418, 499].flatMap((statusCode) => [
			{ statusCode },
			{ statusCode, body: '<html>' },
			{ statusCode, body: '' },
			{ statusCode, body: null },
		]),
	],
	['accessDenied', [says('no', 401), says('no', 403), says('version 1.2.3 not allowed', 403)]],
	[
		'methodNotFound',
		[
			says('gone', 404),
			says('no', 501),
			says('NOT_FOUND', 200),
			says('NOT_FOUND: x', 500),
			says('NOT_FOUND', 404),
		],
	],
	[
		'requestChanged',
		[{ statusCode: 405 }, { statusCode: 405, body: '<html>' }, { statusCode: 415 }],
	],
	['tooManyRequests', [{ statusCode: 429 }]],
	['serviceOverloaded', [{ statusCode: 503 }]],
	['serviceUnavailable', [408, 425, 500, 502, 504, 520, 599].map((statusCode) => ({ statusCode }))],
	['redirected', [300, 302, 399].map((statusCode) => ({ statusCode }))],
	[
		'requestRefused',
		[says('bad'), says('NOT_FOUNDED'), says('is NOT_FOUND', 422), { statusCode: 499, body: {} }],
	],
	[
		'timedOut',
		['ETIMEDOUT', 'ECONNABORTED', 'ESOCKETTIMEDOUT'].map((networkCode) => ({ networkCode })),
	],
	[
		'insecureConnection',
		[
			'CERT_HAS_EXPIRED',
			'ERR_TLS_CERT_ALTNAME_INVALID',
			'ERR_TLS_HANDSHAKE_TIMEOUT',
			'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
			'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
			'EPROTO',
			'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
			'DEPTH_ZERO_SELF_SIGNED_CERT',
			'HOSTNAME_MISMATCH',
		].map((networkCode) => ({ networkCode })),
	],
	[
		'unreachable',
		[
			'ENOTFOUND',
			'EAI_AGAIN',
			'UND_ERR_CONNECT_TIMEOUT',
			'ECONNREFUSED',
			'EHOSTUNREACH',
			'EHOSTDOWN',
			'ENETUNREACH',
			'ENETDOWN',
		].map((networkCode) => ({
			networkCode,
		})),
	],
	[
		'connectionLost',
		[
			'ECONNRESET',
			'EPIPE',
			'UNKNOWN',
			'XETIMEDOUT',
			'ETIMEDOUTX',
			'XECONNABORTED',
			'XECONNREFUSED',
			'ECONNREFUSEDX',
			'ERR_SSL_WRONG_VERSION_NUMBER',
			'ERR_SSL_BAD_RECORD_TYPE',
			'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
			'ERR_SSL_INVALID_AAD',
			'HOSTNAME_MISMATCHX',
			'ERR_SSL_CIPHER_OPERATION_FAILED',
			'ENOTFOUNDX',
			'XENOTFOUND',
			'EAI_AGAINX',
			'EPROTOX',
			'XEPROTO',
			'ESOCKETTIMEDOUTX',
		].map((networkCode) => ({ networkCode })),
	],
	['requestRefused', [says('bad', 200), { statusCode: 201, body: { error: true } }]],
	[
		'notDone',
		[
			{ statusCode: 200, body: { value: false } },
			{ statusCode: 200, body: { value: 'false' } },
		],
	],
	[
		'unexpectedResponse',
		[
			{ statusCode: 200, body: '<html>' },
			{ statusCode: 200, body: {} },
			{ statusCode: 200, body: { connected: true } },
			{ statusCode: 200, body: { value: true } },
			{ statusCode: 299 },
			{},
		],
	],
])('%s', (name, responses) => {
	for (const response of responses) {
		expect([response, toFailure(response).name]).toStrictEqual([response, name]);
	}
});

/** What matters of a row but its words. */
const toTraits = (statusCode: number | undefined, networkCode?: string) => {
	const failure = toFailure({ statusCode, networkCode, body: {} });
	const { retry, maybeDone, isAboutInput, quotesResponse } = failure;
	return [retry, maybeDone, isAboutInput, quotesResponse].map((trait) => trait ?? false);
};

test.each([
	[401, undefined, [false, false, false, true]],
	[404, undefined, [false, false, false, false]],
	[501, undefined, [false, false, false, false]],
	[400, undefined, [false, false, true, true]],
	[429, undefined, ['pause', false, false, false]],
	[503, undefined, ['pause', true, false, false]],
	[500, undefined, ['backOff', true, false, false]],
	[200, undefined, ['backOff', true, false, false]],
	[undefined, 'ETIMEDOUT', ['backOff', true, false, false]],
	[undefined, 'ENOTFOUND', ['backOff', false, false, false]],
	[undefined, 'UND_ERR_CONNECT_TIMEOUT', ['backOff', false, false, false]],
	[undefined, 'EPROTO', [false, false, false, false]],
	[undefined, 'ECONNRESET', ['backOff', true, false, false]],
	[undefined, 'ECONNREFUSED', ['backOff', false, false, false]],
])('HTTP %s, %s: retry, may be done, about the input, quoted: %j', (status, code, traits) => {
	expect(toTraits(status, code)).toStrictEqual(traits);
});

test.each([
	[500, { error: 'Timeout while adding the message to the queue' }, 'serviceUnavailable'],
	[504, { error: 'It was not possible to send message to queue' }, 'serviceUnavailable'],
	[500, { error: 'You are not connected.' }, 'notConnected'],
	[408, { error: 'Instance not found' }, 'instanceNotFound'],
])('HTTP %i with %j may be done all the same', (statusCode, body, name) => {
	expect(toFailure({ statusCode, body })).toMatchObject({
		name,
		maybeDone: true,
		retry: 'backOff',
	});
});

test.each([
	['an empty body', {}, true],
	['the page of a load balancer', { body: '<html>H13</html>' }, true],
	["a gateway's JSON", { body: { message: 'Service Unavailable' } }, true],
	["Z-API's text", { body: { error: 'Overloaded' } }, false],
	['Retry-After', { retryAfterMs: 0 }, false],
	["Z-API's text beside an ID", { body: { error: 'Overloaded', zaapId: '39' } }, true],
	["Z-API's text beside an odd ID", { body: { error: 'Overloaded', id: { toString: 1 } } }, true],
	["Z-API's text beside a large number", { body: { error: 'No', messageId: 2 ** 60 } }, true],
	["Z-API's text beside empty IDs", { body: { error: 'No', messageId: ' ', id: 'false' } }, false],
	['Retry-After beside an ID', { body: { id: '3EB0' }, retryAfterMs: 1000 }, true],
])('HTTP 503 with %s: retried after a pause, may be done: %j', (_what, response, maybeDone) => {
	const failure = toFailure({ statusCode: 503, ...response });
	expect(failure).toMatchObject({ name: 'serviceOverloaded', retry: 'pause', maybeDone });
});

test.each([
	[200, { messageId: '3EB0A' }, true],
	[200, { id: '3EB0A' }, true],
	[400, { zaapId: '39' }, true],
	[429, { id: '3EB0A' }, true],
	[429, { id: 'false', zaapId: '' }, undefined],
])('HTTP %i with an error beside %j may be done: %s', (statusCode, ids, maybeDone) => {
	expect(toFailure({ statusCode, body: { ...ids, error: 'bad' } }).maybeDone).toBe(maybeDone);
});

test('a refusal with a success status is about the input, and quoted', () => {
	expect(toFailure(says('bad', 200))).toMatchObject({ isAboutInput: true, quotesResponse: true });
});

test.each([['203.0.113.7 not allowed'], ['Queue limit reached']])('%s is quoted', (text) => {
	expect(toFailure(says(text))).toMatchObject({ quotesResponse: true });
});

test('3 MB of text take no longer than a little of it', () => {
	// A quadratic pattern would take longer than a test may.
	expect(toFailure(says('client-token 1.1.1.1:'.repeat(150_000))).name).toBe('requestRefused');
});
