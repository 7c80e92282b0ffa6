import type { IHookFunctions } from 'n8n-workflow';
import type { Connection } from '../../shared/transport/connection';
import { isTrue, toObject } from '../../shared/json';
import { requestBody } from '../../shared/transport/transport';
import { ECHOES_SECRETS, type Registration } from '../../shared/webhooks/registration';
import { WEBHOOK_NAMES, WEBHOOKS } from '../../shared/webhooks/webhooks';

/**
 * Changes what an instance has registered. It is safe to repeat all requests in this order: `sentByMe` is only
 * on while the URL is registered.
 *
 * @param from what is registered, or may be
 * @param to an empty URL removes a webhook; Z-API documents no other way
 * @throws {ZApiError} if Z-API does not confirm a change
 * @see https://developer.z-api.io (webhooks, `PUT /update-notify-sent-by-me`)
 */
export async function changeRegistration(
	context: IHookFunctions,
	connection: Connection,
	from: Registration,
	to: Registration,
): Promise<void> {
	const put = async (path: string, body: Record<string, string | boolean>) =>
		await requestBody(context, connection, { method: 'PUT', path, body }, isDone, ECHOES_SECRETS);
	const setSentByMe = async () =>
		await put('/update-notify-sent-by-me', { notifySentByMe: to.sentByMe });
	if (from.sentByMe && !to.sentByMe) await setSentByMe();
	for (const webhook of WEBHOOK_NAMES) {
		const { [webhook]: value = '' } = to;
		if (value !== (from[webhook] ?? '')) await put(WEBHOOKS[webhook].path, { value });
	}
	if (!from.sentByMe && to.sentByMe) await setSentByMe();
}

function isDone(response: unknown): boolean {
	return isTrue(toObject(response).value);
}
