import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { toConnection } from '../shared/connection';
import { toItemError, toNodeApiError, toSentences } from '../shared/nodeErrors';
import { redact } from '../shared/redact';
import { post } from '../shared/transport';
import { readParameters } from './readParameters';
import { toPinRequest } from './toPinRequest';
import { verifyPinAnswer } from './verifyPinAnswer';

/**
 * Takes one item through its journey: read its parameters, check them, send one request, verify the
 * answer, give one output item.
 *
 * @param credential the decrypted fields of the credential
 * @returns Z-API's answer; or, when the node continues on failures, what happened and what to do
 * @throws {NodeOperationError} when an input is refused; nothing was sent then
 * @throws {NodeApiError} when Z-API did not confirm the pin
 */
export async function pinItem(
	this: IExecuteFunctions,
	credential: ICredentialDataDecryptedObject,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const pairedItem = { item: itemIndex };
	try {
		const { secrets } = toConnection(credential);
		const request = toPinRequest(readParameters.call(this, itemIndex));
		const answer = await post.call(this, credential, '/pin-message', request);
		const json = verifyPinAnswer(answer);
		if (json === undefined) throw toNodeApiError(this.getNode(), answer, secrets, itemIndex);
		return { json: redact(json, secrets), pairedItem };
	} catch (cause) {
		const error = toItemError(this.getNode(), cause, itemIndex);
		if (!this.continueOnFail()) throw error;
		return { json: { error: toSentences(error) }, pairedItem };
	}
}
