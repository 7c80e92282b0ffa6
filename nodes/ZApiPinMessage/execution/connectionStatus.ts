import { isFalse, toObject } from '../../shared/response';
import { sendRequest } from '../../shared/transport';
import type { ZApiError } from '../../shared/zApiError';
import { toZApiError } from '../../shared/zApiError';
import type { Session } from '../operations/operation';

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
	const isDisconnected = response.statusCode === 200 && isFalse(toObject(response.body).connected);
	return isDisconnected ? toZApiError(response, connection.secrets) : undefined;
}
