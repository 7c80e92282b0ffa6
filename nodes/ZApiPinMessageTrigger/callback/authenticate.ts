import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { readConnection } from '../../shared/transport/connection';
import { type Memory, readMemory } from '../memory';
import { isEqual, toHash } from '../../shared/hash';
import { isSecretForm } from '../../shared/webhooks/receivers';
import { toSecret } from '../registration/webhookUrl';

/** Callbacks are far shorter, as they contain media as URLs. */
const MAX_BODY_BYTES = 1_000_000;

const WRONG_SECRET = 'The secret is missing or wrong';

/** The HTTP responses to calls that are refused, and what n8n's log says. */
const REJECTIONS = {
	noSecret: {
		status: 401,
		message: WRONG_SECRET,
		warning:
			'It has no secret. If Z-API sent it, a proxy or tunnel before n8n cuts off the query of the URL: let it pass the query.',
	},
	wrongSecret: {
		status: 401,
		message: WRONG_SECRET,
		warning:
			'It has a wrong secret. If Z-API sent it, its URL is an old one: unpublish and publish the workflow.',
	},
	notJson: {
		status: 415,
		message: 'The body is not JSON',
		warning: 'It is not JSON. Check whether a proxy or tunnel before n8n changes its Content-Type.',
	},
	tooLarge: {
		status: 413,
		message: 'The body is too large',
		warning: 'It has more than 1 MB. Check whether a proxy or tunnel before n8n changes it.',
	},
};

/**
 * Checks that a call is one by Z-API to the URL that this node registered.
 *
 * @returns its secret, its body as it came and the instance whose calls are expected; else the rejection
 */
export async function authenticateCall(context: IWebhookFunctions) {
	const { secret } = context.getQueryData() as IDataObject;
	if (secret === undefined) return REJECTIONS.noSecret;
	if (!isSecretForm(secret)) return REJECTIONS.wrongSecret;
	const { secretHash = '', instanceId = '' } = await readKeys(context);
	if (!isEqual(toHash(secret), secretHash)) return REJECTIONS.wrongSecret;
	const { 'content-type': contentType = '' } = context.getHeaderData();
	if (!/^application\/json\s*(;|$)/i.test(String(contentType))) return REJECTIONS.notJson;
	const { rawBody } = context.getRequestObject() as { rawBody?: Buffer };
	if (rawBody && rawBody.length > MAX_BODY_BYTES) return REJECTIONS.tooLarge;
	const body = rawBody ?? Buffer.from(JSON.stringify(context.getBodyData()));
	return { secret, instanceId, body };
}

/** What a call is checked against. Z-API may call before n8n has saved the static data. */
async function readKeys(context: IWebhookFunctions): Promise<Memory> {
	const memory = readMemory(context);
	if (memory.secretHash) return memory;
	const connection = await readConnection(context);
	const secretHash = toHash(toSecret(context, connection));
	return { secretHash, instanceId: connection.instanceId };
}
