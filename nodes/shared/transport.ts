import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import type { Answer } from './answer';
import { CREDENTIAL_TYPE } from './connection';

/** A call of one method of the instance. */
export interface Call {
	method: 'GET' | 'POST' | 'PUT';
	/** With a leading slash and, where there is one, a query, e.g. `/pin-message`. */
	path: string;
	/** Sent as JSON. */
	body?: Record<string, string | boolean>;
	/** How long the answer may take, in milliseconds. */
	timeout: number;
}

/**
 * Sends one request to a method of the instance, once.
 *
 * @param credential the decrypted fields, read once for the whole execution: n8n would otherwise read
 * and decrypt them for every request
 * @returns the answer, of whatever status, or why none came; never throws for either
 */
export async function callZApi(
	this: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	credential: ICredentialDataDecryptedObject,
	{ method, path, body, timeout }: Call,
): Promise<Answer> {
	const request: IHttpRequestOptions = {
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
		const response: IN8nHttpFullResponse = await this.helpers.httpRequestWithAuthentication.call(
			this,
			CREDENTIAL_TYPE,
			request,
			{
				credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_TYPE, data: credential },
			},
		);
		const { statusCode, headers, body: answered } = response;
		return { statusCode, body: answered, retryAfterMs: toRetryAfterMs(headers['retry-after']) };
	} catch (error) {
		// Only the code is taken: the rest of what n8n throws holds the address, and so the token.
		return { networkCode: toNetworkCode(error) };
	}
}

/** Reads `Retry-After`: seconds or an HTTP date. */
export function toRetryAfterMs(value: unknown, now = Date.now()): number | undefined {
	if (typeof value !== 'string' || value.trim() === '') return undefined;
	const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
	return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
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
