import type { IHookFunctions } from 'n8n-workflow';
import { toObject } from '../../shared/json';
import type { Connection } from '../../shared/transport/connection';
import { receive } from '../../shared/transport/transport';
import type { Presence } from './sharing';
import { isCallable } from './webhookUrl';

/** In milliseconds. */
const TIMEOUT_MS = 5000;

/**
 * Calls a trigger with its own secret, but nothing that starts it. Other systems are never called so, as
 * it could start something there.
 *
 * @param url without those who share the webhook, so the call isn't passed on
 */
export async function checkPresence(
	context: IHookFunctions,
	connection: Connection,
	url: string,
): Promise<Presence> {
	if (!isCallable(url, connection)) return 'unreachable';
	const request = context.helpers.httpRequest({
		method: 'POST',
		url,
		headers: { 'Content-Type': 'application/json' },
		body: { instanceId: connection.instanceId },
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
		encoding: 'stream',
		timeout: TIMEOUT_MS,
	});
	const { statusCode = 0, body } = await receive(request, TIMEOUT_MS);
	const isMissing = statusCode === 404 || statusCode === 410;
	if (isMissing) return isNotRegistered(body) ? 'gone' : 'missing';
	return statusCode >= 200 && statusCode < 300 ? 'here' : 'unreachable';
}

/** n8n: `The requested webhook "POST …" is not registered.` */
function isNotRegistered(body: unknown): boolean {
	return String(toObject(body).message).includes('is not registered');
}
