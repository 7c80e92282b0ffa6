import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeHelpers, UserError } from 'n8n-workflow';
import type { Connection } from '../../shared/transport/connection';
import { DEFAULT_BASE_URL } from '../../shared/transport/connection';
import { toHash } from '../memory';

/** The last part of the webhook's path, the same in test and production URLs. */
export const WEBHOOK_PATH = 'callback';

/** The URL of this node's webhook. */
export interface WebhookUrl {
	/**
	 * The URL to register. Z-API signs nothing, but keeps the query, which has the secret, the owner and the
	 * name of the workflow for messages.
	 */
	href: string;
	origin: string;
	/** Path of the test or production URL. */
	path: string;
	/** Identifies n8n and the node, independent of the URL and the credential. */
	owner: string;
	secret: string;
}

/** Who uses a webhook, according to its URL. */
export type Owner = 'nobody' | 'thisUrl' | 'thisNode' | 'thisN8n' | 'otherSystem';

const WHERE_TO_SET =
	'Set the environment variable N8N_WEBHOOK_URL of n8n (WEBHOOK_URL in older versions), and N8N_EDITOR_BASE_URL if it is set, to the https:// URL under which n8n can be reached from the internet. Restart n8n, then publish the workflow again.';

/** For the workflow's name in a URL, in characters. */
const MAX_NAME_LENGTH = 60;

/** In characters. */
const MAX_URL_LENGTH = 2000;

/** In characters: a domain name has at most 253, and a port may follow. */
const MAX_HOST_LENGTH = 260;

/**
 * Builds the URL to register with Z-API.
 *
 * @throws {UserError} if n8n's webhook URL is not a valid URL
 */
export function toWebhookUrl(context: IHookFunctions, connection: Connection): WebhookUrl {
	const url = toUrl(context.getNodeWebhookUrl('default') ?? '');
	if (!url) {
		throw new UserError("n8n's webhook URL is not a valid URL", { description: WHERE_TO_SET });
	}
	const { origin, pathname: path } = url;
	const secret = toSecret(context, connection);
	const owner = `${toN8n(context)}.${toHash(toIdentity(context)).slice(0, 16)}`;
	const workflow = (context.getWorkflow().name ?? '').slice(0, MAX_NAME_LENGTH);
	url.search = new URLSearchParams({ secret, owner, workflow }).toString();
	return { href: url.href, origin, path, owner, secret };
}

/**
 * Derives the secret of this node's webhook from the instance token, so that a new token makes a new secret.
 * It is the same for test and production URLs.
 */
export function toSecret(
	context: IHookFunctions | IWebhookFunctions,
	{ token }: Connection,
): string {
	return createHmac('sha256', token).update(toIdentity(context)).digest('base64url');
}

/** Whether a value has the format of a secret, checked before any hash is computed. */
export function isSecretForm(secret: unknown): secret is string {
	return typeof secret === 'string' && /^[\w-]{43}$/.test(secret);
}

/** Compares hashes in constant time. */
export function isSecret(secret: string, secretHash: string): boolean {
	const expected = Buffer.from(secretHash);
	const actual = Buffer.from(toHash(secret));
	return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/**
 * Finds the owner of a registered URL: `thisUrl` is this URL, with any host and secret; `thisNode` is the
 * other one of this node's test and production URLs; `thisN8n` is another trigger of this n8n. A copy of
 * the workflow has another owner.
 */
export function toOwner({ origin, path, owner }: WebhookUrl, registered: string): Owner {
	if (registered === '') return 'nobody';
	const url = toUrl(registered);
	const its = url?.searchParams.get('owner') ?? '';
	if (its === owner) return url?.pathname === path ? 'thisUrl' : 'thisNode';
	const isOfThisN8n = url?.origin === origin || its.split('.')[0] === owner.split('.')[0];
	return isOfThisN8n ? 'thisN8n' : 'otherSystem';
}

/** The host of a registered URL for a message, as the rest may contain secrets. */
export function toHost(registered: string): string {
	const { protocol = '', host = '' } = toUrl(registered) ?? {};
	const isShown = /^https?:$/.test(protocol) && host.length <= MAX_HOST_LENGTH;
	return isShown ? host : 'an unknown host';
}

/** The workflow's name in a URL of this n8n, for a message; may be empty. */
export function toWorkflowName(registered: string): string {
	const name = toUrl(registered)?.searchParams.get('workflow') ?? '';
	return name.slice(0, MAX_NAME_LENGTH);
}

/**
 * Refuses a URL that Z-API would not call.
 *
 * @throws {UserError} if it isn't HTTPS; the sandbox may call HTTP URLs
 * @see https://developer.z-api.io (webhooks)
 */
export function checkHttps({ href }: WebhookUrl, { baseUrl }: Connection): void {
	const isZApiItself = new URL(baseUrl).hostname === new URL(DEFAULT_BASE_URL).hostname;
	if (!isZApiItself || href.startsWith('https:')) return;
	throw new UserError("Z-API only calls HTTPS URLs, and n8n's webhook URL is not one", {
		description: WHERE_TO_SET,
	});
}

function toN8n(context: IHookFunctions): string {
	return toHash(context.getInstanceId()).slice(0, 8);
}

/** Identifies n8n, the workflow and the node. Takes the whole path, as webhook IDs may contain slashes. */
function toIdentity(context: IHookFunctions | IWebhookFunctions): string {
	const { id = '' } = context.getWorkflow();
	const path = NodeHelpers.getNodeWebhookPath(id, context.getNode(), WEBHOOK_PATH);
	return JSON.stringify([context.getInstanceId(), id, path]);
}

/** Parses no longer text, as parsing normalises the host, which takes quadratic time. */
function toUrl(text: string): URL | undefined {
	return text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
}
