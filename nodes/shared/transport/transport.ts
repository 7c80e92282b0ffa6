import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { isDeeperThan } from '../json';
import { type Connection, CREDENTIAL_TYPE } from './connection';
import type { ZApiResponse } from './response';
import { hasError, hasSuccessStatus, toNetworkCode, toRetryAfterMs } from './response';
import { toZApiError } from './zApiError';

/** A request to one method of the instance. */
export interface ZApiRequest {
	method: 'GET' | 'POST' | 'PUT';
	/** With a leading slash, and a query if there is one, e.g. `/pin-message`. */
	path: string;
	/** Sent as JSON. */
	body?: IDataObject;
	/** How much of a response is read, in bytes; if absent, `MAX_RESPONSE_BYTES`. */
	maxBytes?: number;
}

/** A response whose body is not read yet. */
interface StreamedResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: AsyncIterable<Uint8Array> & { destroy: () => void };
}

/** All responses of Z-API except lists are far shorter. */
const MAX_RESPONSE_BYTES = 1_000_000;

/** Deeper than any response of Z-API. n8n processes items recursively. */
const MAX_DEPTH = 20;

/** How long a request may take, in milliseconds, if there is no Timeout option. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Sends one request to a method of the instance, without retries.
 *
 * @param timeoutMs how long the request may take until its response is complete
 * @returns the response with any status, or why there was none; never throws for either
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
		// Otherwise n8n reads and decrypts the credential for every request.
		{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_TYPE, data: credential } },
	);
	return await receive(request, timeoutMs, maxBytes);
}

/**
 * Reads a response, with limits for its time and its size.
 *
 * @param request the sent request, whose response is a stream
 * @param timeoutMs how long it may take until the response is complete
 * @param maxBytes how much of the body is read, after decompression
 * @returns the response with any status, or why there was none; never throws for either
 */
export async function receive(
	request: Promise<StreamedResponse>,
	timeoutMs: number,
	maxBytes = MAX_RESPONSE_BYTES,
): Promise<ZApiResponse> {
	let stream: StreamedResponse['body'] | undefined;
	const deadline = AbortSignal.timeout(timeoutMs);
	const done = new AbortController();
	const timedOut = new Promise<ZApiResponse>((resolve) => {
		const onTimeout = () => {
			resolve({ networkCode: 'ETIMEDOUT' });
			stream?.destroy();
		};
		deadline.addEventListener('abort', onTimeout, { signal: done.signal });
	});
	const read = async (): Promise<ZApiResponse> => {
		try {
			const { statusCode, headers, body } = await request;
			stream = body;
			if (deadline.aborted) stream.destroy();
			const retryAfterMs = toRetryAfterMs(headers['retry-after']);
			return { statusCode, body: await readBody(stream, maxBytes), retryAfterMs };
		} catch (error) {
			// Takes only the code, as n8n's error also contains the URL with the token.
			return { networkCode: toNetworkCode(error) };
		}
	};
	try {
		return await Promise.race([timedOut, read()]);
	} finally {
		// Removes the listener. With it, Node.js keeps the response in memory until the deadline.
		done.abort();
	}
}

/** @returns undefined if it is longer than `maxBytes`, isn't JSON or is nested too deep */
async function readBody(stream: StreamedResponse['body'], maxBytes: number): Promise<unknown> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		// Leaving the loop destroys the stream and closes the connection.
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

/**
 * Sends one request that must succeed.
 *
 * @param isExpected whether a body without an error has the documented form
 * @param echoesSecrets whether the response may repeat other secrets than the credential's; its text is not
 * shown then
 * @param timeoutMs how long the request may take until its response is complete
 * @returns the body
 * @throws {ZApiError} if the response is not a success
 */
export async function requestBody(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	connection: Connection,
	request: ZApiRequest,
	isExpected: (body: unknown) => boolean,
	{ echoesSecrets = false, timeoutMs = DEFAULT_TIMEOUT_MS } = {},
): Promise<unknown> {
	const response = await sendRequest(context, connection, request, timeoutMs);
	const { body } = response;
	if (hasSuccessStatus(response) && !hasError(body) && isExpected(body)) return body;
	throw toZApiError(response, echoesSecrets ? undefined : connection.secrets);
}
