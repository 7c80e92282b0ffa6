import type {
	ICredentialDataDecryptedObject,
	IHookFunctions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { carriesError, isSuccessStatus } from './answer';
import { toConnection } from './connection';
import { toFailure } from './failures';
import { explain } from './nodeErrors';
import type { Call } from './transport';
import { callZApi } from './transport';

/** Somebody is waiting in front of n8n's editor. */
const TIMEOUT_MS = 30_000;

/**
 * Sends one request to a method of the instance, outside an execution: while a workflow is edited or
 * activated.
 *
 * @param credential the decrypted fields
 * @param isExpected whether the body of an answer that reports no error is of the documented form
 * @param moreSecrets what of the request must not be shown either, when Z-API echoes it
 * @returns the body
 * @throws {UserError} with what happened and what to do, when the answer is not a success
 */
export async function askZApi(
	this: IHookFunctions | ILoadOptionsFunctions,
	credential: ICredentialDataDecryptedObject,
	call: Omit<Call, 'timeout'>,
	isExpected: (body: unknown) => boolean,
	moreSecrets: string[] = [],
): Promise<unknown> {
	const secrets = [...toConnection(credential).secrets, ...moreSecrets];
	const answer = await callZApi.call(this, credential, { ...call, timeout: TIMEOUT_MS });
	const { body } = answer;
	if (isSuccessStatus(answer) && !carriesError(body) && isExpected(body)) return body;
	const { message, description } = explain(toFailure(answer), answer, secrets);
	throw new UserError(message, { description });
}
