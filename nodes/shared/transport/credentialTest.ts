import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
	UserError,
} from 'n8n-workflow';

import { authenticate } from './connection';
import { toFailure } from './failures';
import { isTrue, toObject } from '../json';
import { DEFAULT_TIMEOUT_MS, receive } from './transport';
import { toSentences } from './zApiError';

/**
 * Tests whether a `zApi` credential reaches an instance that is connected to WhatsApp. It is a function and
 * not a declared request, as n8n would show only the HTTP status of most failures, and as Z-API's text can
 * contain the Client-Token.
 *
 * @returns the result for n8n: what happened, and what to do
 * @see https://developer.z-api.io (`GET /status`)
 */
export async function testConnection(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	let request: IHttpRequestOptions;
	try {
		request = await authenticate(credential.data ?? {}, { method: 'GET', url: '/status' });
	} catch (error) {
		return { status: 'Error', message: toSentences(error as UserError) };
	}
	const { url: uri, ...rest } = request;
	// n8n offers only its older HTTP helper to credential tests.
	const { request: send } = this.helpers;
	const response = await receive(
		send({
			...rest,
			uri,
			json: true,
			useStream: true,
			timeout: DEFAULT_TIMEOUT_MS,
			simple: false,
			resolveWithFullResponse: true,
		}),
		DEFAULT_TIMEOUT_MS,
	);
	// `error` is filled even when all is well: `You are already connected.`
	if (isTrue(toObject(response.body).connected)) {
		return { status: 'OK', message: 'Connected to WhatsApp' };
	}
	// Also of an instance that is not connected: n8n shows the text of a failed test only.
	return { status: 'Error', message: toSentences(toFailure(response)) };
}
