import type {
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import type { Connection } from './connection';
import { CREDENTIAL_TYPE } from './connection';
import type { ZApiResponse } from './response';
import { hasError, hasSuccessStatus } from './response';
import { toZApiError } from './zApiError';

/** A request to one method of the instance. */
export interface ZApiRequest {
	method: 'GET' | 'POST' | 'PUT';
	/** With a leading slash and, where there is one, a query, e.g. `/pin-message`. */
	path: string;
	/** Sent as JSON. */
	body?: Record<string, string | boolean>;
}

/** How long a request may take, in milliseconds, where no option says so: a person is waiting. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Sends one request to a method of the instance, once.
 *
 * @param timeout how long the response may take, in milliseconds
 * @returns the response, of whatever status, or why none came; never throws for either
 */
export async function sendRequest(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	{ credential }: Connection,
	{ method, path, body }: ZApiRequest,
	timeout: number,
): Promise<ZApiResponse> {
	const options: IHttpRequestOptions = {
		method,
		url: path,
		...(body && { headers: { 'Content-Type': 'application/json' }, body }),
		json: true,
		timeout,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirect would carry the Client-Token to wherever it points.
		disableFollowRedirect: true,
	};
	try {
		const response: IN8nHttpFullResponse = await context.helpers.httpRequestWithAuthentication.call(
			context,
			CREDENTIAL_TYPE,
			options,
			// Without it, n8n reads and decrypts the credential for every request.
			{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_TYPE, data: credential } },
		);
		const { statusCode, headers } = response;
		const retryAfterMs = toRetryAfterMs(headers['retry-after']);
		return { statusCode, body: response.body, retryAfterMs };
	} catch (error) {
		// Only the code is taken: the rest of what n8n throws holds the URL, and so the token.
		return { networkCode: toNetworkCode(error) };
	}
}

/**
 * Sends one request and insists on success: for what happens while a workflow is edited or published.
 *
 * @param isExpected whether the body of a response that reports no error is of the documented form
 * @param options `quotesResponse: false` shows nothing of the response, as it may hold other secrets
 * @returns the body
 * @throws {ZApiError} when the response is not a success
 */
export async function requestBody(
	context: IHookFunctions | ILoadOptionsFunctions,
	connection: Connection,
	request: ZApiRequest,
	isExpected: (body: unknown) => boolean,
	{ quotesResponse = true } = {},
): Promise<unknown> {
	const response = await sendRequest(context, connection, request, DEFAULT_TIMEOUT_MS);
	const { body } = response;
	if (hasSuccessStatus(response) && !hasError(body) && isExpected(body)) return body;
	throw toZApiError(response, connection.secrets, undefined, quotesResponse);
}

/** Reads `Retry-After`: seconds, perhaps with a fraction, or an HTTP date. */
export function toRetryAfterMs(value: unknown, now = Date.now()): number | undefined {
	if (typeof value !== 'string' || value.trim() === '') return undefined;
	const seconds = Number(value);
	const ms = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
	return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}

/** Finds Node.js's code of what went wrong, which n8n and axios wrap several times. */
export function toNetworkCode(error: unknown): string {
	for (let cause = error, depth = 0; cause instanceof Object && depth < 5; depth++) {
		const { code, cause: inner } = cause as { code?: unknown; cause?: unknown };
		if (typeof code === 'string') return code;
		cause = inner;
	}
	return 'UNKNOWN';
}
