import { hasSuccessStatus, isTrue, toObject } from '../../shared/response';
import { sendRequest } from '../../shared/transport';
import type { ZApiError } from '../../shared/zApiError';
import { toZApiError } from '../../shared/zApiError';
import type { Session } from '../operations/operation';

/** Names of the failures that say it. */
const DISCONNECTED = ['notConnected', 'sessionToRestore'];

/**
 * Requests once whether the instance is connected to WhatsApp.
 *
 * @returns why it is not connected and what to do; undefined if it is connected or Z-API doesn't say
 * @see https://developer.z-api.io (`GET /status`): HTTP 200 in every case, `error` filled in every case
 */
export async function findDisconnection({
	context,
	connection,
	options,
}: Session): Promise<ZApiError | undefined> {
	const request = { method: 'GET', path: '/status' } as const;
	const response = await sendRequest(context, connection, request, options.timeout);
	if (!hasSuccessStatus(response) || isTrue(toObject(response.body).connected)) return undefined;
	const error = toZApiError(response, connection.secrets);
	return DISCONNECTED.includes(error.failure.name) ? error : undefined;
}
