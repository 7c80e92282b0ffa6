import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import type { Failure } from '../shared/failures';
import { mask } from '../shared/mask';
import { sendRequest } from '../shared/transport';
import { toZApiError } from '../shared/zApiError';
import type { Operation } from './parameters';
import type { Attempt } from './scheduler';
import type { PinRequest } from './toPinRequest';
import { verifyPinResponse } from './verifyPinResponse';

/** What to do where Z-API may have done all the same what was asked. */
const MAYBE_DONE: Record<Operation, string> = {
	pin: 'Pinning a message twice does no harm.',
	unpin: 'If the message is still pinned, unpin it again.',
};

/**
 * Sends one pin or unpin, once.
 *
 * @param timeout how long the response may take, in milliseconds
 * @returns the response's body; or why there is none, and whether a retry may help
 */
export async function sendPinRequest(
	context: IExecuteFunctions,
	connection: Connection,
	request: PinRequest,
	timeout: number,
): Promise<Attempt<IDataObject>> {
	const response = await sendRequest(
		context,
		connection,
		{ method: 'POST', path: '/pin-message', body: request },
		timeout,
	);
	const body = verifyPinResponse(response);
	if (body) return { ok: true, value: mask(body, connection.secrets) };

	const error = toZApiError(response, connection.secrets, (failure) =>
		toAdvice(failure, request.messageAction),
	);
	return { ok: false, error, retry: error.failure.retry, retryAfterMs: response.retryAfterMs };
}

/** What to do when a pin or unpin has failed. */
export function toAdvice(
	{ isAboutInput, maybeDone, description }: Failure,
	operation: Operation,
): string {
	if (isAboutInput) return 'Check Chat and Message ID.';
	return maybeDone ? `${description} ${MAYBE_DONE[operation]}` : description;
}
