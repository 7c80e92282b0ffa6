import type {
	FunctionsBase,
	ICredentialDataDecryptedObject,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { type CheckedText, type InvalidText, refusal, refuseInvalid } from '../parameter';
import { decodeUrl } from '../text';
import { toSpellings } from './mask';

/** Name of the credential type. */
export const CREDENTIAL_TYPE = 'zApi';

export const DEFAULT_BASE_URL = 'https://api.z-api.io';

/** The URL and the secrets for requests to Z-API. All fields except `baseUrl` and `instanceId` are secret. */
export interface Connection {
	/** The decrypted fields of the credential. */
	credential: ICredentialDataDecryptedObject;
	baseUrl: string;
	instanceId: string;
	/** The instance token. */
	token: string;
	/** The beginning of the URLs of all methods. Contains the instance token. */
	instanceUrl: string;
	/** Absent if the account has not activated its security token. */
	clientToken?: string;
	/** What users must never see, in all spellings that a response can contain. */
	secrets: string[];
}

const WHERE_TO_FIND = 'Copy it from your instance in the Z-API panel into the credential.';

/** `.` and `..` would leave the instance's path: URL encoding doesn't change them. */
const UNUSABLE: InvalidText = [/^\.{0,2}$/, 'is empty or not usable'];

const UNSENDABLE: InvalidText = [/[^\x20-\x7e]/, "contains characters that can't be sent"];

/** Shorter than any valid token. Masking a shorter one would also mask parts of other words. */
const TOO_SHORT: InvalidText = [/^.{1,7}$/, 'is too short'];

/** The fields of the credential. */
const FIELDS = {
	instanceId: {
		name: 'Instance ID',
		advice: WHERE_TO_FIND,
		refusals: [UNUSABLE, UNSENDABLE],
	},
	token: {
		name: 'Instance Token',
		advice: WHERE_TO_FIND,
		refusals: [UNUSABLE, UNSENDABLE, TOO_SHORT],
	},
	clientToken: {
		name: 'Client-Token',
		advice: 'Copy it again from Security (Segurança) in the Z-API panel into the credential.',
		refusals: [UNSENDABLE, TOO_SHORT],
	},
	baseUrl: {
		name: 'Base URL',
		advice:
			'Leave it empty for Z-API itself, or set it to the URL of your proxy, such as https://proxy.example.com.',
		refusals: [[/^(?!https?:\/\/[^/\s\\?#@]+(?:\/[^\s\\?#]*)?$)/i, 'is not a URL']],
	},
} as const satisfies Record<string, CheckedText>;

/** Longer than any valid field. Patterns must not get texts of unlimited length. */
const MAX_FIELD_LENGTH = 2000;

/** The instance's part of a URL, as the Z-API panel shows it: its base, the ID and the token. */
const INSTANCE_URL = /^(https?:\/\/[^/?#]+(?:\/[^?#]*)?)?\/instances\/([^/?#]+)\/token\/([^/?#]+)/i;

/**
 * Reads the node's credential. Call it once for an execution, as n8n decrypts the credential each time.
 *
 * @throws {UserError} naming the field that is empty or invalid
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
 * @returns the URL and the secrets for requests
 * @throws {UserError} naming the field that is empty or invalid
 * @see https://developer.z-api.io (base URL and Client-Token)
 */
export function toConnection(credential: ICredentialDataDecryptedObject): Connection {
	const read = (key: keyof typeof FIELDS) => readField(credential[key], FIELDS[key]);
	const typed = { instanceId: read('instanceId'), token: read('token'), baseUrl: read('baseUrl') };
	const { instanceId, token, baseUrl } = takeApart(typed);
	const clientToken = read('clientToken');
	const base = baseUrl.replace(/\/+$/, '') || DEFAULT_BASE_URL;
	refuseInvalid(instanceId, FIELDS.instanceId);
	refuseInvalid(token, FIELDS.token);
	refuseInvalid(clientToken, FIELDS.clientToken);
	refuseInvalid(URL.canParse(base) ? base : '', FIELDS.baseUrl);
	const normalBaseUrl = new URL(base).href.replace(/\/+$/, '');
	const instancePath = `/instances/${encodeURIComponent(instanceId)}/token/${encodeURIComponent(token)}`;
	return {
		credential,
		baseUrl: normalBaseUrl,
		instanceId,
		token,
		instanceUrl: normalBaseUrl + instancePath,
		...(clientToken && { clientToken }),
		secrets: toSpellings([token, clientToken].filter((secret) => secret !== '')),
	};
}

/** If a field contains a whole URL from the panel, takes Instance ID, token and Base URL from it. */
function takeApart(fields: Record<'instanceId' | 'token' | 'baseUrl', string>) {
	for (const text of Object.values(fields)) {
		const [, base, instanceId, token] = INSTANCE_URL.exec(text) ?? [];
		if (!instanceId || !token) continue;
		const baseUrl = text === fields.baseUrl ? (base ?? '') : fields.baseUrl;
		return { instanceId: decodeUrl(instanceId), token: decodeUrl(token), baseUrl };
	}
	return fields;
}

/**
 * Turns a request for a method of Z-API, such as `/pin-message`, into one for the credential's own
 * instance. Used by the nodes, the connection test and n8n's HTTP Request node. The last may use the full
 * URL of the method, with the Base URL or Z-API's own, and with or without `/instances/…/token/…`.
 *
 * @param credential the decrypted fields of the credential
 * @param request the request, with the method's path or URL as its `url` (or `uri`)
 * @returns the request with the instance's URL and the Client-Token, if there is one. It follows no redirects,
 * as these would send the Client-Token to another server
 * @throws {UserError} if a field is invalid, or the URL is not below the Base URL
 */
export async function authenticate(
	credential: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions & { uri?: string },
): Promise<IHttpRequestOptions> {
	const connection = toConnection(credential);
	// The HTTP Request node uses `uri`.
	const key = request.uri === undefined ? 'url' : 'uri';
	return {
		...request,
		...FOLLOW_NO_REDIRECTS,
		[key]: connection.instanceUrl + toMethodPath(request[key] ?? '', connection.baseUrl),
		headers: {
			...request.headers,
			...(connection.clientToken && { 'Client-Token': connection.clientToken }),
		},
	};
}

/** Options of both of n8n's request helpers. */
const FOLLOW_NO_REDIRECTS = {
	disableFollowRedirect: true,
	maxRedirects: 0,
	followRedirect: false,
	followAllRedirects: false,
};

/**
 * In a decoded path, what a server may interpret as leaving the instance's path: `..`, even before a path parameter
 * (`..;`), control characters, and what is encoded twice or invalid, such as `%c0%ae`.
 */
const WAY_OUT = /(?:^|\/)\.+(?![^/;\s])|[\\%\p{Cc}]/u;

/** Parses the URL first, which resolves `..` in all spellings. */
function toMethodPath(url: string, baseUrl: string): string {
	const absolute = url.startsWith('/') ? baseUrl + url : url;
	if (url.length <= MAX_FIELD_LENGTH && URL.canParse(absolute)) {
		const { origin, pathname, search } = new URL(absolute);
		for (const allowed of [baseUrl, DEFAULT_BASE_URL]) {
			const base = new URL(`${allowed}/`);
			if (origin !== base.origin || !pathname.startsWith(base.pathname)) continue;
			const path = pathname
				.slice(base.pathname.length - 1)
				.replace(/^\/instances\/[^/]+\/token\/[^/]+(?=\/)/, '');
			// NFKC makes wide characters, such as those that look like a full stop, what they look like.
			const isWayOut = WAY_OUT.test(decodeUrl(path).normalize('NFKC'));
			if (path.length > 1 && !isWayOut) return path + search;
		}
	}
	throw new UserError("This credential can only be sent to its own 'Base URL'", {
		description: "Begin the URL with the credential's 'Base URL' or with https://api.z-api.io.",
	});
}

function readField(value: unknown, { name, advice }: CheckedText): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (text.length > MAX_FIELD_LENGTH) throw refusal(name, 'is too long', advice);
	return text;
}
