import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { toObject } from '../shared/answer';
import type { Connection } from '../shared/connection';
import { CREDENTIAL_TYPE, toConnection } from '../shared/connection';
import { toSentences } from '../shared/nodeErrors';
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
 * @returns the callback as an item; or nothing, with which n8n starts no execution. Never throws, as
 * n8n would start one for whoever calls
 */
export async function receiveCallback(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const credential = await this.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE);
		const refusal = findRefusal.call(this, toConnection(credential));
		if (refusal) return refuse.call(this, refusal);
		const callback = this.getBodyData();
		if (!isWanted(callback, readSettings.call(this))) return {};
		return { workflowData: [this.helpers.returnJsonArray(toOutput(callback))] };
	} catch (error) {
		this.logger.error(`Z-API Trigger cannot take a call. ${toSentences(error as Error)}`);
		return refuse.call(this, { status: 503, message: 'Not ready' });
	}
}

function refuse(this: IWebhookFunctions, { status, message }: Refusal): IWebhookResponseData {
	this.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

function findRefusal(this: IWebhookFunctions, connection: Connection): Refusal | undefined {
	const { secret } = this.getQueryData() as IDataObject;
	if (!isSecret(toWebhookAddress.call(this, connection), secret)) {
		return { status: 401, message: 'The secret is missing or wrong' };
	}
	const { rawBody } = this.getRequestObject() as { rawBody?: Buffer };
	if ((rawBody?.length ?? 0) > LARGEST_BODY_BYTES) {
		return { status: 413, message: 'The body is too large' };
	}
	if (!/^application\/json\s*(;|$)/i.test(this.getHeaderData()['content-type'] ?? '')) {
		return { status: 415, message: 'The body is not JSON' };
	}
	const { type, instanceId } = toObject(this.getBodyData());
	if (type !== 'ReceivedCallback') return { status: 400, message: 'Not a ReceivedCallback' };
	if (instanceId !== connection.instanceId) return { status: 403, message: 'Another instance' };
	return undefined;
}
