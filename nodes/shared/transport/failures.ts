import { findIds, hasError, toErrorText, type ZApiResponse } from './response';
import { isFalse, isJson, toObject } from '../json';

/** A retry of one request after its own back-off, or after a pause of all requests. */
export type Retry = 'backOff' | 'pause';

/**
 * A way in which a request to Z-API can fail, and what to tell the user. The texts suit all places: a
 * running workflow, the connection test, the list of chats.
 */
export interface Failure {
	/** The `code` of a failed item, on which workflows branch. */
	name: string;
	/** Whether a response is this failure. The first row that matches is used. */
	matches: (response: ZApiResponse) => boolean;
	/** What happened. */
	message: string;
	/** What to do. */
	description: string;
	/** Whether to quote Z-API's own text. */
	quotesResponse?: boolean;
	/** Whether the request was invalid, so that users should check the parameters. */
	isAboutInput?: boolean;
	/** Whether Z-API may have carried out the request; if absent, it certainly did not. */
	maybeDone?: boolean;
	/** How to retry the request; absent if a retry doesn't help. */
	retry?: Retry;
}

const UNEXPECTED_RESPONSE: Failure = {
	name: 'unexpectedResponse',
	matches: () => true,
	message: 'The response is not what Z-API sends',
	description: "Check 'Base URL' in the credential, then try again.",
	maybeDone: true,
	retry: 'backOff',
};

/**
 * All known failures of Z-API. Texts are compared before the HTTP status, as Z-API sends the same text with
 * different statuses, including 200.
 *
 * @see https://developer.z-api.io (`null not allowed`, IP block, 405, 415, queue, connection status); the
 * other texts were published by users of the service. Z-API does not document its text for a full queue.
 */
export const FAILURES: readonly Failure[] = [
	{
		name: 'clientTokenMissing',
		matches: says(/client-token is not configured|null not allowed/i),
		message: 'Z-API asks for a Client-Token',
		description:
			"Copy the account security token from Security (Segurança) in the Z-API panel into 'Client-Token' of the credential. If it is there already, check in the panel that the trial of the instance has not ended.",
	},
	{
		name: 'clientTokenWrong',
		matches: says(/client-token\b.*\bnot allowed/is),
		message: 'Z-API does not accept the Client-Token',
		description:
			"Copy the account security token again from Security (Segurança) in the Z-API panel into 'Client-Token' of the credential. It is not the instance token.",
	},
	{
		name: 'ipAddressRefused',
		matches: says(/(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}:[\da-f:.]+)[\])]? (?:is )?not allowed/i),
		message: 'The Z-API account does not take requests from the IP address of n8n',
		description:
			'Add the public IP address of n8n under Security (Segurança) in the Z-API panel, or switch the restriction off there.',
		quotesResponse: true,
	},
	{
		name: 'subscriptionLapsed',
		matches: says(/must subscribe to this instance/i),
		message: 'The subscription of the Z-API instance has lapsed',
		description: 'Subscribe to the instance again in the Z-API panel, then try again.',
	},
	{
		name: 'instanceNotFound',
		matches: says(/instance not found/i),
		message: 'Z-API does not know this instance',
		description:
			"Copy 'Instance ID' and 'Instance Token' again from the Z-API panel into the credential, both from the same instance.",
	},
	{
		name: 'notQueued',
		matches: (response) =>
			says(/\bqueue\b/i)(response) && !isUncertain(response) && !hasStatus(429, 503)(response),
		message: 'Z-API did not add the request to its queue',
		description:
			'Z-API keeps at most 1,000 requests for an instance that is not connected to WhatsApp. If this one is not, connect it in the Z-API panel, or empty its queue there, then try again.',
		quotesResponse: true,
	},
	{
		name: 'sessionToRestore',
		matches: says(/restore the session/i),
		message: 'The WhatsApp session of the Z-API instance has to be restored',
		description: 'Open the instance in the Z-API panel and restore its session, then try again.',
	},
	{
		name: 'notConnected',
		matches: (response) =>
			says(/not connected/i)(response) || isFalse(toObject(response.body).connected),
		message: 'The Z-API instance is not connected to WhatsApp',
		description:
			'Open the instance in the Z-API panel and scan the QR code with the phone, then try again.',
	},
	{
		name: 'notFromZApi',
		// Z-API itself sends 405 and 415 without a body. The others may be temporary.
		matches: (response) =>
			isClientStatus(response) &&
			!isJson(response.body) &&
			!hasStatus(405, 408, 415, 425, 429)(response),
		message: 'Something between n8n and Z-API responded instead of Z-API',
		description:
			"Check the proxy and the firewall between n8n and Z-API, and 'Base URL' in the credential. The response says nothing about the other fields of the credential.",
	},
	{
		name: 'accessDenied',
		matches: hasStatus(401, 403),
		message: 'Z-API does not accept the credential',
		description:
			"Copy 'Instance ID', 'Instance Token' and, if the account uses one, 'Client-Token' again from the Z-API panel into the credential.",
		quotesResponse: true,
	},
	{
		name: 'methodNotFound',
		matches: (response) => hasStatus(404, 501)(response) || says(/^NOT_FOUND\b/)(response),
		message: 'Z-API has nothing at this URL',
		description: "Check 'Base URL' in the credential. For Z-API itself it can be left empty.",
	},
	{
		name: 'requestChanged',
		matches: hasStatus(405, 415),
		message: 'Z-API does not accept the form of the request',
		description:
			"Check 'Base URL' in the credential: a redirect or a proxy on the way may have changed the request.",
	},
	{
		name: 'tooManyRequests',
		matches: hasStatus(429),
		message: 'Z-API asks for fewer requests',
		description: 'Wait a minute, then try again.',
		retry: 'pause',
	},
	{
		name: 'serviceOverloaded',
		matches: hasStatus(503),
		message: 'Z-API is overloaded or under maintenance',
		description: 'Wait a few minutes, then try again.',
		maybeDone: true,
		retry: 'pause',
	},
	{
		name: 'serviceUnavailable',
		matches: isUncertain,
		message: 'Z-API is not working at the moment',
		description: 'Wait a few minutes, then try again.',
		maybeDone: true,
		retry: 'backOff',
	},
	{
		name: 'redirected',
		matches: ({ statusCode = 0 }) => statusCode >= 300 && statusCode < 400,
		message: "The URL in 'Base URL' redirects to another one",
		description:
			"Set 'Base URL' in the credential to the final URL. Redirects are not followed, so that the credential is not sent to another server.",
	},
	{
		name: 'requestRefused',
		// Z-API also refuses with a success status.
		matches: (response) => isClientStatus(response) || hasError(response.body),
		message: 'Z-API refused the request',
		description:
			'Check the parameters of the node and the fields of the credential, then try again.',
		isAboutInput: true,
		quotesResponse: true,
	},
	{
		name: 'timedOut',
		matches: hasNetworkCode(/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/),
		message: 'Z-API did not respond in time',
		description: 'Wait a few minutes, then try again.',
		maybeDone: true,
		retry: 'backOff',
	},
	{
		name: 'insecureConnection',
		// Node.js's EPROTO is of a handshake, before anything is sent. Its ERR_SSL_… come after that.
		matches: hasNetworkCode(/CERT|HANDSHAKE|^EPROTO$|^UNABLE_TO_|^HOSTNAME_MISMATCH$/),
		message: "No secure connection to the server named in 'Base URL' could be made",
		description: "Check 'Base URL' in the credential and the certificate of that server.",
	},
	{
		name: 'unreachable',
		matches: hasNetworkCode(
			/^(?:E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN)|UND_ERR_CONNECT_TIMEOUT)$/,
		),
		message: 'Z-API could not be reached',
		description:
			"Check 'Base URL' in the credential and the internet connection of n8n, then try again.",
		retry: 'backOff',
	},
	{
		name: 'connectionLost',
		matches: ({ networkCode }) => networkCode !== undefined,
		message: 'The connection to Z-API closed before the response was complete',
		description:
			"Check 'Base URL' in the credential and the internet connection of n8n, then try again.",
		maybeDone: true,
		retry: 'backOff',
	},
	{
		name: 'notDone',
		matches: ({ body }) => isFalse(toObject(body).value),
		message: 'Z-API says that it did not carry out the request, but not why',
		description:
			'Check in the Z-API panel that the instance is connected to WhatsApp, then try again.',
	},
	UNEXPECTED_RESPONSE,
];

/**
 * Finds the failure of a response.
 *
 * @param response a response that is not a success
 * @returns the first row of the table that matches, with what the status says of it
 */
export function toFailure(response: ZApiResponse): Failure {
	const failure = FAILURES.find(({ matches }) => matches(response)) ?? UNEXPECTED_RESPONSE;
	if (isRefusal(response)) return { ...failure, maybeDone: false };
	// A method that is not implemented is certainly not done.
	if (isUncertain(response) && !hasStatus(501)(response))
		return { ...failure, maybeDone: true, retry: failure.retry ?? 'backOff' };
	return findIds(response.body).length > 0 ? { ...failure, maybeDone: true } : failure;
}

function says(pattern: RegExp) {
	return ({ body }: ZApiResponse) => pattern.test(toErrorText(body));
}

function hasStatus(...statusCodes: number[]) {
	return ({ statusCode = 0 }: ZApiResponse) => statusCodes.includes(statusCode);
}

function isClientStatus({ statusCode = 0 }: ZApiResponse) {
	return statusCode >= 400 && statusCode < 500;
}

/** Whether the status, whatever the text, leaves open what was done: any 5xx, as proxies have their own. */
function isUncertain(response: ZApiResponse) {
	const { statusCode = 0 } = response;
	return hasStatus(408, 425)(response) || (statusCode >= 500 && !isRefusal(response));
}

/**
 * Whether a 503 is surely a refusal. A load balancer also responds with 503 when the connection breaks after it
 * has passed the request on; it has neither of these then.
 */
function isRefusal(response: ZApiResponse) {
	const { body, retryAfterMs } = response;
	if (!hasStatus(503)(response) || findIds(body).length > 0) return false;
	return retryAfterMs !== undefined || hasError(body);
}

function hasNetworkCode(pattern: RegExp) {
	return ({ networkCode = '' }: ZApiResponse) => pattern.test(networkCode);
}
