import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { readConnection } from '../shared/connection';
import { toObject } from '../shared/response';
import { toSentences } from '../shared/zApiError';
import { isWanted, toOutput } from './callback';
import { readSettings } from './settings';
import { isSecret, toWebhookUrl } from './webhookUrl';

/** Z-API's callbacks name their media by URL, so none comes near it. */
const MAX_BODY_BYTES = 1_000_000;

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
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const refusal = findRefusal(context, await readConnection(context));
		if (refusal) return refuse(context, refusal);
		const callback = context.getBodyData();
		if (!isWanted(callback, readSettings(context))) return {};
		return { workflowData: [context.helpers.returnJsonArray(toOutput(callback))] };
	} catch (error) {
		context.logger.error(
			`Z-API Pin Message Trigger can't receive a callback. ${toSentences(error as Error)}`,
		);
		return refuse(context, { status: 503, message: 'Not ready' });
	}
}

function refuse(context: IWebhookFunctions, { status, message }: Refusal): IWebhookResponseData {
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

function findRefusal(context: IWebhookFunctions, connection: Connection): Refusal | undefined {
	const { secret } = context.getQueryData() as IDataObject;
	if (!isSecret(toWebhookUrl(context, connection), secret)) {
		return { status: 401, message: 'The secret is missing or wrong' };
	}
	const { rawBody } = context.getRequestObject() as { rawBody?: Buffer };
	if ((rawBody?.length ?? 0) > MAX_BODY_BYTES) {
		return { status: 413, message: 'The body is too large' };
	}
	if (!/^application\/json\s*(;|$)/i.test(context.getHeaderData()['content-type'] ?? '')) {
		return { status: 415, message: 'The body is not JSON' };
	}
	const { type, instanceId } = toObject(context.getBodyData());
	if (type !== 'ReceivedCallback') return { status: 400, message: 'Not a ReceivedCallback' };
	if (instanceId !== connection.instanceId) return { status: 403, message: 'Another instance' };
	return undefined;
}
