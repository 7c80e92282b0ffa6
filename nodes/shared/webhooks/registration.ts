import type { IExecuteFunctions, IHookFunctions } from 'n8n-workflow';
import type { Connection } from '../transport/connection';
import { isTrue, toObject } from '../json';
import { DEFAULT_TIMEOUT_MS, requestBody } from '../transport/transport';
import { type Webhook, WEBHOOK_NAMES, WEBHOOKS } from './webhooks';

/**
 * What an instance has registered: a URL for each webhook; empty: none. The second of the received webhooks is
 * absent where an instance doesn't have it.
 */
export type Registration = Partial<Record<Webhook, string>> & {
	/** Whether it also calls the webhook for activity of the connected number. */
	sentByMe: boolean;
};

/** `GET /me` contains URLs with secrets, in any form. */
export const ECHOES_SECRETS = { echoesSecrets: true };

/**
 * Reads what an instance has registered.
 *
 * @param timeoutMs how long the request may take
 * @returns it, with the whole response, which contains secrets
 * @throws {ZApiError} if the request fails
 * @see https://developer.z-api.io (`GET /me`)
 */
export async function readRegistration(
	context: IExecuteFunctions | IHookFunctions,
	connection: Connection,
	timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<{ registration: Registration; me: ReturnType<typeof toObject> }> {
	const request = { method: 'GET', path: '/me' } as const;
	const options = { ...ECHOES_SECRETS, timeoutMs };
	const me = toObject(await requestBody(context, connection, request, isMe, options));
	const registration: Registration = { sentByMe: isTrue(me.receiveCallbackSentByMe) };
	for (const webhook of WEBHOOK_NAMES) {
		const { field } = WEBHOOKS[webhook];
		const isThere = field in me || webhook !== 'receivedSentByMe';
		if (isThere) registration[webhook] = String(me[field] ?? '');
	}
	return { registration, me };
}

function isMe(body: unknown): boolean {
	const me = toObject(body);
	const isUrl = (url: unknown) => url === undefined || url === null || typeof url === 'string';
	return 'connected' in me && WEBHOOK_NAMES.every((name) => isUrl(me[WEBHOOKS[name].field]));
}
