import type {
	FunctionsBase,
	ICredentialDataDecryptedObject,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

/** The name under which n8n stores the credential. */
export const CREDENTIAL_TYPE = 'zApi';

export const DEFAULT_BASE_URL = 'https://api.z-api.io';

/** Where and as whom to call Z-API. Every part of it but `baseUrl` is a secret. */
export interface Connection {
	/** The decrypted fields that all else comes from. */
	credential: ICredentialDataDecryptedObject;
	baseUrl: string;
	instanceId: string;
	/** The instance token. */
	token: string;
	/** What the URLs of all methods begin with. Holds the instance token. */
	instanceUrl: string;
	/** Absent when the account has not activated its security token. */
	clientToken?: string;
	/** What must never reach a user's eyes, in each spelling in which it can be echoed. */
	secrets: string[];
}

const WHERE_TO_FIND = 'Copy it from your instance in the Z-API panel into the credential.';

/**
 * Reads the node's credential, once for a whole execution: n8n decrypts it anew each time.
 *
 * @throws {UserError} naming the field that is empty or can't be used
 */
export async function readConnection(
	context: Pick<FunctionsBase, 'getCredentials'>,
): Promise<Connection> {
	return toConnection(
		await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE),
	);
}

/**
 * Checks the fields of a `zApi` credential and builds the instance's URL from them.
 *
 * @param credential the decrypted fields of the credential
 * @returns where and as whom to call Z-API
 * @throws {UserError} naming the field that is empty or can't be used
 * @see https://developer.z-api.io (base URL and Client-Token)
 */
export function toConnection(credential: ICredentialDataDecryptedObject): Connection {
	const instanceId = toText(credential.instanceId);
	const token = toText(credential.token);
	const instancePath = `/instances/${toPathSegment(instanceId, 'Instance ID')}`;
	const tokenSegment = toPathSegment(token, 'Instance Token');
	const clientToken = toHeaderValue(credential.clientToken, 'Client-Token');
	const baseUrl = toBaseUrl(credential.baseUrl);
	return {
		credential,
		baseUrl,
		instanceId,
		token,
		instanceUrl: `${baseUrl}${instancePath}/token/${tokenSegment}`,
		...(clientToken && { clientToken }),
		secrets: [tokenSegment, token, clientToken].filter((secret) => secret !== ''),
	};
}

/**
 * Turns a request for a method of Z-API, such as `/pin-message`, into one for the credential's own
 * instance. Serves our nodes, the connection test, and n8n's HTTP Request node, which may name the
 * method by its full URL with or without `/instances/…/token/…`.
 *
 * @param credential the decrypted fields of the credential
 * @param request the request, with the method's path or URL as its `url` (or `uri`)
 * @returns the request with the instance's URL and, where there is one, the Client-Token
 * @throws {UserError} when a field can't be used, or the URL is not below the Base URL
 */
export async function authenticate(
	credential: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions & { uri?: string },
): Promise<IHttpRequestOptions> {
	const connection = toConnection(credential);
	// The HTTP Request node still names the URL `uri`.
	const key = request.uri === undefined ? 'url' : 'uri';
	return {
		...request,
		[key]: connection.instanceUrl + toMethodPath(request[key] ?? '', connection.baseUrl),
		headers: {
			...request.headers,
			...(connection.clientToken && { 'Client-Token': connection.clientToken }),
		},
	};
}

function toMethodPath(url: string, baseUrl: string): string {
	const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url;
	if (!path.startsWith('/')) {
		throw new UserError('This credential is only ever sent to its own Base URL', {
			description: "Begin the URL with the credential's Base URL.",
		});
	}
	return path.replace(/^\/instances\/[^/]+\/token\/[^/]+/, '');
}

function toPathSegment(text: string, field: string): string {
	// These two survive URL encoding and would climb out of the instance's path.
	if (text === '' || text === '.' || text === '..') {
		throw new UserError(`${field} is empty or not usable`, { description: WHERE_TO_FIND });
	}
	return encodeURIComponent(text);
}

function toHeaderValue(value: unknown, field: string): string {
	const text = toText(value);
	if (!/^[\x20-\x7e]*$/.test(text)) {
		throw new UserError(`${field} holds characters that can't be sent`, {
			description: 'Copy it again from the Security tab of the Z-API panel into the credential.',
		});
	}
	return text;
}

function toBaseUrl(value: unknown): string {
	const text = toText(value).replace(/\/+$/, '') || DEFAULT_BASE_URL;
	if (!/^https?:\/\/[^\s/?#]+[^\s?#]*$/i.test(text)) {
		throw new UserError('Base URL is not a URL', {
			description:
				'Leave it empty for Z-API itself, or set it to the URL of your proxy, such as https://proxy.example.com.',
		});
	}
	return text;
}

function toText(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}
