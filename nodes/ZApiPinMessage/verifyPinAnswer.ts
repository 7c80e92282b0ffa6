import type { IDataObject } from 'n8n-workflow';
import type { Answer } from '../shared/answer';
import { carriesError, isSuccessStatus, toObject } from '../shared/answer';

/**
 * Tells whether Z-API confirmed a pin or unpin. HTTP 200 proves nothing by itself.
 *
 * @returns the body when it confirms, else undefined
 * @see https://developer.z-api.io (Pin / Unpin messages); older versions of the page have no `id`
 */
export function verifyPinAnswer(answer: Answer): IDataObject | undefined {
	const body = toObject(answer.body);
	const confirmed =
		isSuccessStatus(answer) && !carriesError(body) && Boolean(body.messageId || body.id);
	return confirmed ? body : undefined;
}
