import type { IHookFunctions } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { isTrue, toObject } from '../shared/response';
import { requestBody } from '../shared/transport';

/** What an instance does with incoming messages. */
export interface Registration {
	/** The one URL that it calls; empty: none. */
	url: string;
	/** Whether it also calls for what the connected number does itself. */
	sentByMe: boolean;
}

/** Whatever echoes a webhook's URL echoes a secret, ours or another system's. */
const QUOTE_NOTHING = { quotesResponse: false };

/**
 * Reads what an instance has registered.
 *
 * @throws {ZApiError} when Z-API does not tell
 * @see https://developer.z-api.io (`GET /me`)
 */
export async function readRegistration(
	context: IHookFunctions,
	connection: Connection,
): Promise<Registration> {
	const isMe = (body: unknown) => 'connected' in toObject(body);
	const request = { method: 'GET', path: '/me' } as const;
	const body = await requestBody(context, connection, request, isMe, QUOTE_NOTHING);
	const { receivedCallbackUrl, receiveCallbackSentByMe } = toObject(body);
	return {
		url: typeof receivedCallbackUrl === 'string' ? receivedCallbackUrl : '',
		sentByMe: isTrue(receiveCallbackSentByMe),
	};
}

/**
 * Sets the URL that an instance calls for incoming messages.
 *
 * @param url empty to have none; Z-API does not say how else it is removed
 * @throws {ZApiError} when Z-API does not confirm it
 * @see https://developer.z-api.io (`PUT /update-webhook-received`)
 */
export async function setUrl(
	context: IHookFunctions,
	connection: Connection,
	url: string,
): Promise<void> {
	await put(context, connection, '/update-webhook-received', { value: url });
}

/**
 * Sets whether an instance also calls for what the connected number does itself.
 *
 * @throws {ZApiError} when Z-API does not confirm it
 * @see https://developer.z-api.io (`PUT /update-notify-sent-by-me`)
 */
export async function setSentByMe(
	context: IHookFunctions,
	connection: Connection,
	notifySentByMe: boolean,
): Promise<void> {
	await put(context, connection, '/update-notify-sent-by-me', { notifySentByMe });
}

async function put(
	context: IHookFunctions,
	connection: Connection,
	path: string,
	body: { value: string } | { notifySentByMe: boolean },
): Promise<void> {
	const isDone = (response: unknown) => isTrue(toObject(response).value);
	await requestBody(context, connection, { method: 'PUT', path, body }, isDone, QUOTE_NOTHING);
}
