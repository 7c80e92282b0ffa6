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
import { isTrue, toObject } from './response';
import { DEFAULT_TIMEOUT_MS, receive } from './transport';
import { toSentences } from './zApiError';

/**
 * Tells whether a `zApi` credential reaches an instance that is connected to WhatsApp. A function
 * rather than a declared request, as n8n would show the status of most failures instead of their
 * meaning, and Z-API's text can hold the Client-Token.
 *
 * @returns n8n's verdict, with one sentence on what happened and one on what to do
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
	// n8n gives credential tests no HTTP helper but its older one.
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
	return { status: 'Error', message: toSentences(toFailure(response)) };
}
