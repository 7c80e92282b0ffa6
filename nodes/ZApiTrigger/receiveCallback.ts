import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { toObject } from '../shared/answer';
import type { Connection } from '../shared/connection';
import { CREDENTIAL_TYPE, toConnection } from '../shared/connection';
import { isWanted, toOutput } from './callback';
import { readSettings } from './settings';
import { isSecret, toWebhookAddress } from './webhookAddress';

/** Z-API's callbacks name their media by address, so none comes near it. */
const LARGEST_BODY_BYTES = 1_000_000;

/** Why a call starts no workflow, as HTTP says it. */
interface Refusal {
	status: number;
	message: string;
}

/**
 * Takes one call of the webhook. Nobody but Z-API starts the workflow: a call without the secret, or
 * with anything but a callback of this instance, is refused.
 *
 * @returns the callback as an item; or nothing, with which n8n starts no execution
 */
export async function receiveCallback(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const refusal = await refuse.call(this);
	if (refusal) {
		const { status, message } = refusal;
		this.getResponseObject().status(status).json({ message });
		return { noWebhookResponse: true };
	}
	const callback = this.getBodyData();
	if (!isWanted(callback, readSettings.call(this))) return {};
	return { workflowData: [this.helpers.returnJsonArray(toOutput(callback))] };
}

async function refuse(this: IWebhookFunctions): Promise<Refusal | undefined> {
	let connection: Connection;
	try {
		const credential = await this.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE);
		connection = toConnection(credential);
	} catch (error) {
		// n8n would start an execution for whoever calls.
		this.logger.error(`A call cannot be checked: ${(error as Error).message}`);
		return { status: 503, message: 'The credential cannot be read' };
	}
	const { secret } = this.getQueryData() as IDataObject;
	if (!isSecret(toWebhookAddress.call(this, connection), secret)) {
		return { status: 401, message: 'The secret is missing or wrong' };
	}
	const { rawBody } = this.getRequestObject() as { rawBody?: Buffer };
	if ((rawBody?.length ?? 0) > LARGEST_BODY_BYTES) {
		return { status: 413, message: 'The body is too large' };
	}
	if (!/^application\/json\b/i.test(this.getHeaderData()['content-type'] ?? '')) {
		return { status: 415, message: 'The body is not JSON' };
	}
	const { type, instanceId } = toObject(this.getBodyData());
	if (type !== 'ReceivedCallback') return { status: 400, message: 'Not a ReceivedCallback' };
	if (instanceId !== connection.instanceId) return { status: 403, message: 'Another instance' };
	return undefined;
}
