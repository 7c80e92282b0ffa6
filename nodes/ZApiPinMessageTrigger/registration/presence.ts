import type { IHookFunctions } from 'n8n-workflow';
import type { Connection } from '../../shared/transport/connection';
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
	try {
		const { statusCode } = (await context.helpers.httpRequest({
			method: 'POST',
			url,
			headers: { 'Content-Type': 'application/json' },
			body: { instanceId: connection.instanceId },
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
			returnFullResponse: true,
			encoding: 'text',
			abortSignal: AbortSignal.timeout(TIMEOUT_MS),
		})) as { statusCode: number };
		if (statusCode === 404 || statusCode === 410) return 'gone';
		const isAnswer = statusCode < 500 && (statusCode < 300 || statusCode >= 400);
		return isAnswer ? 'here' : 'unreachable';
	} catch {
		return 'unreachable';
	}
}
