import { hasSuccessStatus } from '../../shared/transport/response';
import { isFalse, isTrue, toObject } from '../../shared/json';
import { sendRequest } from '../../shared/transport/transport';
import type { ZApiError } from '../../shared/transport/zApiError';
import { toZApiError } from '../../shared/transport/zApiError';
import type { Session } from '../operations/operation';

/** Names of the failures that say it without `connected`. */
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
	const { connected } = toObject(response.body);
	if (!hasSuccessStatus(response) || isTrue(connected)) return undefined;
	const error = toZApiError(response, connection.secrets);
	return isFalse(connected) || DISCONNECTED.includes(error.failure.name) ? error : undefined;
}
