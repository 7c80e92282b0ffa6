import type { IDataObject } from 'n8n-workflow';
import type { ZApiResponse } from '../../shared/transport/response';
import { findIds, hasError, hasSuccessStatus } from '../../shared/transport/response';
import { toObject } from '../../shared/json';

/** IDs have up to 32 characters. */
const ID = /^\S{1,200}$/;

/**
 * Checks whether Z-API added a request to its queue. HTTP 200 alone doesn't say so, and an accepted request
 * is not sent or pinned yet.
 *
 * @returns the body if Z-API accepted the request, else undefined
 * @see https://developer.z-api.io (quickstart; Pin / Unpin messages, older versions have no `id`; Forward
 * message has `zaapId` only)
 */
export function verifyQueueResponse(response: ZApiResponse): IDataObject | undefined {
	const body = toObject(response.body);
	const isAccepted = hasSuccessStatus(response) && !hasError(body) && findIds(body).some(isId);
	return isAccepted ? body : undefined;
}

/** The ID of the message that was accepted; undefined if the response only has that of its entry in the queue. */
export function findMessageId({ messageId, id }: IDataObject): string | undefined {
	return findIds({ messageId, id }).filter(isId).map(String)[0];
}

/** JSON rounds larger numbers. */
function isId(value: unknown): boolean {
	return Number.isSafeInteger(value) || (typeof value === 'string' && ID.test(value));
}
