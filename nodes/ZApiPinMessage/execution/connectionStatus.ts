import { isFalse, isTrue, toObject } from '../../shared/json';
import { withTimeout } from '../../shared/sleep';
import { hasSuccessStatus } from '../../shared/transport/response';
import { sendRequest } from '../../shared/transport/transport';
import { toZApiError, type ZApiError } from '../../shared/transport/zApiError';
import type { Run } from '../operations/operation';

/** Whether the instance is connected to WhatsApp; `unknown` if Z-API doesn't say. */
export type ConnectionStatus =
	| { is: 'connected' | 'unknown' }
	| {
			is: 'notConnected';
			/** Why, and what to do. */
			reason: ZApiError;
	  };

const UNKNOWN: ConnectionStatus = { is: 'unknown' };

/** Names of the failures that say it without `connected`. */
const DISCONNECTED = ['notConnected', 'sessionToRestore'];

/** How long to wait for a status after all items are done, in milliseconds. */
const GRACE_MS = 5000;

/** After how long the first status says nothing of the last items, in milliseconds. */
const OUTDATED_MS = 5000;

/**
 * Requests once whether the instance is connected to WhatsApp.
 *
 * @see https://developer.z-api.io (`GET /status`): HTTP 200 in every case, `error` filled in every case
 */
export async function requestStatus({
	context,
	connection,
	options,
}: Run): Promise<ConnectionStatus> {
	const request = { method: 'GET', path: '/status' } as const;
	const response = await sendRequest(context, connection, request, options.timeout);
	const { connected } = toObject(response.body);
	if (!hasSuccessStatus(response)) return UNKNOWN;
	if (isTrue(connected)) return { is: 'connected' };
	const reason = toZApiError(response, connection.secrets);
	const isDisconnected = isFalse(connected) || DISCONNECTED.includes(reason.failure.name);
	return isDisconnected ? { is: 'notConnected', reason } : UNKNOWN;
}

/**
 * Observes the connection while items are carried out: at their start and, if they take long, at their end.
 *
 * @param first the status at the start, if it was requested already
 * @returns called at the end, what holds for all items: `unknown` if the status has changed in between
 */
export function observeStatus(
	run: Run,
	first: ConnectionStatus | Promise<ConnectionStatus> = requestStatus(run),
): () => Promise<ConnectionStatus['is']> {
	const startedAt = performance.now();
	return async () => {
		const isOutdated = performance.now() - startedAt > OUTDATED_MS;
		const atStart = await withTimeout(first, GRACE_MS, UNKNOWN);
		if (atStart.is === 'unknown' || !isOutdated) return atStart.is;
		const atEnd = await withTimeout(requestStatus(run), GRACE_MS, UNKNOWN);
		return atEnd.is === atStart.is ? atStart.is : 'unknown';
	};
}
