import type { IDataObject } from 'n8n-workflow';
import type { ZApiResponse } from '../../shared/transport/response';
import { hasError, hasSuccessStatus } from '../../shared/transport/response';
import { toObject } from '../../shared/json';

/** IDs have up to 32 characters. */
const MAX_ID_LENGTH = 200;

/**
 * Checks whether Z-API added a request to its queue. HTTP 200 alone doesn't say so, and an accepted request
 * is not sent or pinned yet.
 *
 * @returns the body if Z-API accepted the request, else undefined
 * @see https://developer.z-api.io (quickstart; Pin / Unpin messages, older versions have no `id`)
 */
export function verifyQueueResponse(response: ZApiResponse): IDataObject | undefined {
	const body = toObject(response.body);
	const isAccepted =
		hasSuccessStatus(response) && !hasError(body) && isId(body.messageId || body.id);
	return isAccepted ? body : undefined;
}

function isId(value: unknown): boolean {
	if (typeof value !== 'string' && typeof value !== 'number') return false;
	return value !== '' && String(value).length <= MAX_ID_LENGTH;
}
