import { isFalse, toObject } from '../../shared/response';
import { sendRequest } from '../../shared/transport';
import type { ZApiError } from '../../shared/zApiError';
import { toZApiError } from '../../shared/zApiError';
import type { Session } from '../operations/operation';

/**
 * Asks whether the instance is connected to WhatsApp, once.
 *
 * @returns why it is not and what to do; nothing when it is, or when Z-API doesn't tell
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
