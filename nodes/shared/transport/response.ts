import { isJson, toObject } from '../json';

/** The result of one request: a response with any status, or none. */
export interface ZApiResponse {
	/** HTTP status; absent if there was no response. */
	statusCode?: number;
	/** The parsed body; undefined if it isn't JSON, or nothing that Z-API sends. */
	body?: unknown;
	/** `Retry-After`, in milliseconds; absent if the response has none. */
	retryAfterMs?: number;
	/** Node.js's code for why there was no response, e.g. `ECONNREFUSED`; absent if there was one. */
	networkCode?: string;
}

/** How often n8n and axios wrap an error, at most. */
const MAX_WRAPPED = 5;

/** Z-API's texts are shorter. Longer ones are cut before patterns are matched. */
const MAX_ERROR_TEXT = 1000;

/** What stands for no ID, as text. */
const NO_ID = /^\s*(?:false|null|undefined|0)?\s*$/i;

/**
 * Z-API's text about what went wrong; empty if there is none.
 *
 * @param body already masked if the text is shown, as a secret that is cut can't be found
 */
export function toErrorText(body: unknown): string {
	const { error, message } = toObject(body);
	return [error, message]
		.map((part) => (isJson(part) ? JSON.stringify(part) : part))
		.filter((part) => typeof part === 'string' && part.trim() !== '')
		.join(': ')
		.slice(0, MAX_ERROR_TEXT);
}

/** Whether the body has an `error`, of whatever type. */
export function hasError(body: unknown): boolean {
	return Boolean(toObject(body).error);
}

/**
 * The IDs of a response: of the message, which two fields have, and of its entry in the queue. As any of them may
 * mean that Z-API has accepted the request, it has those that can't be used, too.
 */
export function findIds(body: unknown): unknown[] {
	const { messageId, id, zaapId } = toObject(body);
	return [messageId, id, zaapId].filter((one) => isJson(one) || !NO_ID.test(String(one)));
}

export function hasSuccessStatus({ statusCode = 0 }: ZApiResponse): boolean {
	return statusCode >= 200 && statusCode < 300;
}

/** Reads `Retry-After`: seconds, perhaps with a fraction, or an HTTP date. */
export function toRetryAfterMs(value: unknown, now = Date.now()): number | undefined {
	if (typeof value !== 'string' || value.trim() === '') return undefined;
	const seconds = Number(value);
	const ms = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
	return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}

/**
 * Finds Node.js's error code, as n8n and axios wrap errors several times. While a connection is made, nothing is
 * sent: a timeout then has undici's code for it, also if all addresses of a host were tried. A network that goes
 * down while the response is awaited is a lost connection: the request may have arrived.
 */
export function toNetworkCode(error: unknown): string {
	const chain = [toObject(error)];
	while (chain.length < MAX_WRAPPED) chain.push(toObject(chain.at(-1)?.cause));
	const code = chain.map((one) => one.code).find((one) => typeof one === 'string') ?? 'UNKNOWN';
	const origins = chain.flatMap((one) => [one, one.errors].flat().map(toObject));
	const syscalls = origins.map(({ syscall }) => syscall).filter((syscall) => syscall !== undefined);
	if (code === 'ETIMEDOUT' && syscalls.includes('connect')) return 'UND_ERR_CONNECT_TIMEOUT';
	const isLate = syscalls.some((syscall) => syscall === 'read' || syscall === 'write');
	return isLate && /^E(?:HOST|NET)/.test(code) ? 'ECONNRESET' : code;
}
