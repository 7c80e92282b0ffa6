import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { readConnection } from '../../shared/transport/connection';
import { toObject } from '../../shared/json';
import { isDeeperThan } from '../../shared/json';
import { toSentences } from '../../shared/transport/zApiError';
import { forget, isDuplicate } from './duplicates';
import { findEvent } from '../events';
import { isWanted } from './isWanted';
import type { Memory } from '../memory';
import { readMemory, toHash } from '../memory';
import { DISPLAY_NAME } from '../parameters';
import { readSettings } from '../settings';
import { toOutput } from './toOutput';
import { isSecret, isSecretForm, toSecret } from '../registration/webhookUrl';

/** Callbacks are far shorter, as they contain media as URLs. */
const MAX_BODY_BYTES = 1_000_000;

/** How deep a callback may be nested with Simplify off, as n8n can't store any depth. */
const MAX_DEPTH = 50;

const NO_EXECUTION: IWebhookResponseData = {};

/** The HTTP response to a refused call. */
interface Refusal {
	status: number;
	message: string;
}

const WRONG_SECRET: Refusal = { status: 401, message: 'The secret is missing or wrong' };

/**
 * Receives one call of the webhook: authenticates it, finds its event and applies the filters.
 *
 * @returns the event as an item; or nothing, and n8n starts no execution. Never throws, as n8n would start
 * an execution then, whoever calls
 */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const { secret } = context.getQueryData() as IDataObject;
		if (!isSecretForm(secret)) return refuse(context, WRONG_SECRET);
		const refusal = findRefusal(context);
		if (refusal) return refuse(context, refusal);
		const { secretHash = '', instanceId } = await readKeys(context);
		if (!isSecret(secret, secretHash)) return refuse(context, WRONG_SECRET);
		// A caller with the secret is Z-API. It gets HTTP 200 in any case, as it might repeat the call otherwise.
		const callback = toObject(context.getBodyData());
		const event = callback.instanceId === instanceId ? findEvent(callback) : undefined;
		if (!event) return NO_EXECUTION;
		const settings = readSettings(context);
		if (!isWanted(callback, event, settings)) return NO_EXECUTION;
		if (!settings.simplify && isDeeperThan(MAX_DEPTH, callback)) return NO_EXECUTION;
		if (isRepeated(context, secret)) return NO_EXECUTION;
		const item = toOutput(callback, event, settings.simplify);
		return { workflowData: [context.helpers.returnJsonArray(item)] };
	} catch (error) {
		context.logger.error(
			`${DISPLAY_NAME} can't receive a callback. ${toSentences(error as Error)}`,
		);
		return refuse(context, { status: 503, message: 'Not ready' });
	}
}

/** Checks of a call that take no time. */
function findRefusal(context: IWebhookFunctions): Refusal | undefined {
	if (!/^application\/json\s*(;|$)/i.test(context.getHeaderData()['content-type'] ?? '')) {
		return { status: 415, message: 'The body is not JSON' };
	}
	if ((toRawBody(context)?.length ?? 0) > MAX_BODY_BYTES) {
		return { status: 413, message: 'The body is too large' };
	}
	return undefined;
}

/** What a call is checked against. Z-API may call before n8n has saved the static data. */
async function readKeys(context: IWebhookFunctions): Promise<Memory> {
	const memory = readMemory(context);
	if (memory.secretHash) return memory;
	const connection = await readConnection(context);
	const secretHash = toHash(toSecret(context, connection));
	return { secretHash, instanceId: connection.instanceId };
}

/** Whether Z-API repeats a call. During a test, a repeated call is intended. */
function isRepeated(context: IWebhookFunctions, secret: string): boolean {
	if (context.getMode() === 'manual') return false;
	const body = toRawBody(context) ?? JSON.stringify(context.getBodyData());
	const key = toHash(secret, body);
	if (isDuplicate(key)) return true;
	const response = context.getResponseObject();
	// If n8n could not start the execution, a repeated call must start it.
	response.once('finish', () => {
		if (response.statusCode >= 400) forget(key);
	});
	return false;
}

function refuse(context: IWebhookFunctions, { status, message }: Refusal): IWebhookResponseData {
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

function toRawBody(context: IWebhookFunctions): Buffer | undefined {
	return (context.getRequestObject() as { rawBody?: Buffer }).rawBody;
}
