import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeHelpers, UserError } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { DEFAULT_BASE_URL } from '../shared/connection';
import { toHash } from './memory';

/** The path of the node's webhook, below what tells test and production URLs apart. */
export const WEBHOOK_PATH = 'callback';

/** Where n8n wants to be called for this node. */
export interface WebhookUrl {
	/**
	 * What is registered. Z-API signs nothing, but keeps the query: it holds the secret, whose the URL is,
	 * and the workflow's name for messages.
	 */
	href: string;
	origin: string;
	/** Its path: that of the test URL or of the production URL. */
	path: string;
	/** Which n8n it is, and which node there, whatever the URL and the credential. */
	owner: string;
	secret: string;
}

/** Who has a webhook, as far as its URL tells. */
export type Owner = 'nobody' | 'thisUrl' | 'thisNode' | 'thisN8n' | 'otherSystem';

const WHERE_TO_SET =
	'Set the environment variable N8N_WEBHOOK_URL of n8n (WEBHOOK_URL in older versions), and N8N_EDITOR_BASE_URL if it is set, to the https:// URL under which n8n can be reached from the internet. Restart n8n, then publish the workflow again.';

/** In characters, of what a URL holds for messages. */
const MAX_NAME_LENGTH = 60;

/** In characters: a name of the domain name system has at most 253, and a port may follow. */
const MAX_HOST_LENGTH = 260;

/**
 * Builds the URL that Z-API is to call.
 *
 * @throws {UserError} when n8n's own URL is none
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
 * Derives the secret of this node's webhook, the same for its test and production URLs.
 *
 * @param connection whose instance token it is derived from, so that a new token means a new secret
 */
export function toSecret(
	context: IHookFunctions | IWebhookFunctions,
	{ token }: Connection,
): string {
	return createHmac('sha256', token).update(toIdentity(context)).digest('base64url');
}

/** Whether this can be the secret of a call, before anything is computed. */
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
 * Tells whose a registered URL is: `thisUrl`, this node's, whatever its host and secret; `thisNode`, the
 * other one of its test and production URLs; or `thisN8n`, another trigger's. A copy of the workflow in
 * another n8n, or beside it, has another owner.
 */
export function toOwner({ origin, path, owner }: WebhookUrl, registered: string): Owner {
	if (registered === '') return 'nobody';
	const url = toUrl(registered);
	const its = url?.searchParams.get('owner') ?? '';
	if (its === owner) return url?.pathname === path ? 'thisUrl' : 'thisNode';
	const isOfThisN8n = url?.origin === origin || its.split('.')[0] === owner.split('.')[0];
	return isOfThisN8n ? 'thisN8n' : 'otherSystem';
}

/** The host of a registered URL, for a message: the rest of it may hold secrets. */
export function toHost(registered: string): string {
	const { protocol = '', host = '' } = toUrl(registered) ?? {};
	const isShown = /^https?:$/.test(protocol) && host.length <= MAX_HOST_LENGTH;
	return isShown ? host : 'an unknown host';
}

/** The name of the workflow that a URL of this n8n is of, for a message; may be empty. */
export function toWorkflowName(registered: string): string {
	const name = toUrl(registered)?.searchParams.get('workflow') ?? '';
	return name.slice(0, MAX_NAME_LENGTH);
}

/**
 * Refuses a URL that Z-API would not call.
 *
 * @throws {UserError} when it isn't HTTPS; only a stand-in for Z-API may call anything else
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

/** Which node in which workflow of which n8n. Takes the whole path, as IDs of webhooks may hold slashes. */
function toIdentity(context: IHookFunctions | IWebhookFunctions): string {
	const { id = '' } = context.getWorkflow();
	const path = NodeHelpers.getNodeWebhookPath(id, context.getNode(), WEBHOOK_PATH);
	return JSON.stringify([context.getInstanceId(), id, path]);
}

function toUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
