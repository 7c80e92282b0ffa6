import type { IDataObject } from 'n8n-workflow';
import type { ZApiResponse } from '../shared/response';
import { hasError, hasSuccessStatus, toObject } from '../shared/response';

/**
 * Tells whether Z-API accepted a pin or unpin. HTTP 200 proves nothing by itself.
 *
 * @returns the body when it says so, else undefined
 * @see https://developer.z-api.io (Pin / Unpin messages); older versions of the page have no `id`
 */
export function verifyPinResponse(response: ZApiResponse): IDataObject | undefined {
	const body = toObject(response.body);
	const isAccepted =
		hasSuccessStatus(response) && !hasError(body) && Boolean(body.messageId || body.id);
	return isAccepted ? body : undefined;
}
