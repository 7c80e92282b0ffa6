import type { IHookFunctions } from 'n8n-workflow';
import type { Connection } from '../../shared/transport/connection';
import { isTrue, toObject } from '../../shared/json';
import { requestBody } from '../../shared/transport/transport';
import type { Webhook } from '../events/webhooks';
import { WEBHOOK_NAMES, WEBHOOKS } from '../events/webhooks';

/** What an instance has registered: one URL for each webhook; empty: none. */
export type Registration = Record<Webhook, string> & {
	/** Whether it also calls the webhook for activity of the connected number. */
	sentByMe: boolean;
};

/** Responses may contain URLs with secrets, in any form. */
const ECHOES_SECRETS = { echoesSecrets: true };

/**
 * Reads what an instance has registered.
 *
 * @throws {ZApiError} if the request fails
 * @see https://developer.z-api.io (`GET /me`)
 */
export async function readRegistration(
	context: IHookFunctions,
	connection: Connection,
): Promise<Registration> {
	const request = { method: 'GET', path: '/me' } as const;
	const body = toObject(await requestBody(context, connection, request, isMe, ECHOES_SECRETS));
	const toUrl = (webhook: Webhook) => body[WEBHOOKS[webhook].field] ?? '';
	const urls = Object.fromEntries(WEBHOOK_NAMES.map((webhook) => [webhook, toUrl(webhook)]));
	return {
		...(urls as Record<Webhook, string>),
		sentByMe: isTrue(body.receiveCallbackSentByMe),
	};
}

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
		if (from[webhook] !== to[webhook]) await put(WEBHOOKS[webhook].path, { value: to[webhook] });
	}
	if (!from.sentByMe && to.sentByMe) await setSentByMe();
}

function isMe(body: unknown): boolean {
	const me = toObject(body);
	const isUrl = (url: unknown) => url === undefined || url === null || typeof url === 'string';
	return 'connected' in me && WEBHOOK_NAMES.every((name) => isUrl(me[WEBHOOKS[name].field]));
}

function isDone(response: unknown): boolean {
	return isTrue(toObject(response).value);
}
