import type {
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
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
	body?: Record<string, string | number | boolean>;
	/** How much of a response is read, in bytes; if absent, `MAX_RESPONSE_BYTES`. */
	maxBytes?: number;
}

/** A response whose body has not been read yet. */
interface StreamedResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: AsyncIterable<Uint8Array> & { destroy: () => void };
}

/** Nothing that Z-API sends comes near it, lists excepted. */
const MAX_RESPONSE_BYTES = 1_000_000;

/** No response of Z-API is nested as deep. What n8n does with an item is recursive. */
const MAX_DEPTH = 20;

/** How long a request may take, in milliseconds, where no option says so: a person is waiting. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Sends one request to a method of the instance, once.
 *
 * @param timeoutMs how long the request may take until its response is complete
 * @returns the response, of whatever status, or why none came; never throws for either
 */
export async function sendRequest(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	{ credential }: Connection,
	{ method, path, body, maxBytes }: ZApiRequest,
	timeoutMs: number,
): Promise<ZApiResponse> {
	const options: IHttpRequestOptions = {
		method,
		url: path,
		...(body && { headers: { 'Content-Type': 'application/json' }, body }),
		json: true,
		encoding: 'stream',
		timeout: timeoutMs,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	};
	const request = context.helpers.httpRequestWithAuthentication.call(
		context,
		CREDENTIAL_TYPE,
		options,
		// Without it, n8n reads and decrypts the credential for every request.
		{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_TYPE, data: credential } },
	);
	return await receive(request, timeoutMs, maxBytes);
}

/**
 * Reads a response within bounds: the one place that decides how long and how much.
 *
 * @param request the request that was sent, whose response comes as a stream
 * @param timeoutMs how long it may take until the response is complete
 * @param maxBytes how much of the body is read, after decompression
 * @returns the response, of whatever status, or why none came; never throws for either
 */
export async function receive(
	request: Promise<StreamedResponse>,
	timeoutMs: number,
	maxBytes = MAX_RESPONSE_BYTES,
): Promise<ZApiResponse> {
	let stream: StreamedResponse['body'] | undefined;
	const deadline = AbortSignal.timeout(timeoutMs);
	const timedOut = new Promise<ZApiResponse>((resolve) => {
		deadline.addEventListener('abort', () => {
			resolve({ networkCode: 'ETIMEDOUT' });
			stream?.destroy();
		});
	});
	const read = async (): Promise<ZApiResponse> => {
		try {
			const { statusCode, headers, body } = await request;
			stream = body;
			if (deadline.aborted) stream.destroy();
			const retryAfterMs = toRetryAfterMs(headers['retry-after']);
			return { statusCode, body: await readBody(stream, maxBytes), retryAfterMs };
		} catch (error) {
			// Only the code is taken: the rest of what n8n throws holds the URL, and so the token.
			return { networkCode: toNetworkCode(error) };
		}
	};
	return await Promise.race([timedOut, read()]);
}

/** @returns undefined for what Z-API doesn't send: more than `maxBytes`, no JSON, or JSON nested deep */
async function readBody(stream: StreamedResponse['body'], maxBytes: number): Promise<unknown> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		// Leaving the loop destroys the stream, and so the connection.
		if (bytes > maxBytes) return undefined;
		chunks.push(chunk);
	}
	try {
		const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
		return isDeeperThan(MAX_DEPTH, body) ? undefined : body;
	} catch {
		return undefined;
	}
}

/** Whether a JSON value is nested deeper; goes no deeper itself. */
export function isDeeperThan(depth: number, value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return depth === 0 || Object.values(value).some((entry) => isDeeperThan(depth - 1, entry));
}

/**
 * Sends one request and insists on success.
 *
 * @param isExpected whether the body of a response that reports no error is of the documented form
 * @param quotesResponse whether Z-API's own words may be shown; not where they can echo what only the
 * request knows
 * @param timeoutMs how long the request may take until its response is complete
 * @returns the body
 * @throws {ZApiError} when the response is not a success
 */
export async function requestBody(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	connection: Connection,
	request: ZApiRequest,
	isExpected: (body: unknown) => boolean,
	{ quotesResponse = true, timeoutMs = DEFAULT_TIMEOUT_MS } = {},
): Promise<unknown> {
	const response = await sendRequest(context, connection, request, timeoutMs);
	const { body } = response;
	if (hasSuccessStatus(response) && !hasError(body) && isExpected(body)) return body;
	throw toZApiError(response, quotesResponse ? connection.secrets : undefined);
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
