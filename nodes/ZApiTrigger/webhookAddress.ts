import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { DEFAULT_BASE_URL } from '../shared/connection';

/** Where n8n wants to be called for this node. */
export interface WebhookAddress {
	/** What is registered: with the secret in its query, as Z-API signs nothing but keeps the query. */
	url: string;
	origin: string;
	/** Path of this URL, the test URL or the production URL. */
	path: string;
	/** What both URLs of this node, and no other's, end in. */
	ending: string;
	secret: string;
}

const WHERE_TO_SET =
	'Set the environment variable WEBHOOK_URL of n8n, and N8N_EDITOR_BASE_URL if it is set, to the https:// address under which n8n can be reached from the internet. Restart n8n, then publish the workflow again.';

/**
 * Builds the address that Z-API is to call.
 *
 * @param connection whose instance token the secret is derived from, so that a new token means a new
 * secret
 * @throws {UserError} when n8n's own address is none
 */
export function toWebhookAddress(
	this: IHookFunctions | IWebhookFunctions,
	{ token }: Connection,
): WebhookAddress {
	const url = toUrl(this.getNodeWebhookUrl('default') ?? '');
	if (!url) {
		throw new UserError("n8n's own address is not a web address", { description: WHERE_TO_SET });
	}
	const { origin, pathname: path } = url;
	// n8n puts the webhook's ID before its path, or else the IDs of workflow and node.
	const segments = this.getNode().webhookId === undefined ? 3 : 2;
	const ending = `/${path.split('/').slice(-segments).join('/')}`;
	const secret = createHmac('sha256', token).update(ending).digest('base64url');
	url.searchParams.set('secret', secret);
	return { url: url.href, origin, path, ending, secret };
}

/** Whether a call carries the secret, compared in constant time. */
export function isSecret({ secret }: WebhookAddress, given: unknown): boolean {
	const expected = Buffer.from(secret);
	const actual = Buffer.from(typeof given === 'string' ? given : '');
	return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Whether a registered URL is this very one, whatever its secret. */
export function isThisAddress({ origin, path }: WebhookAddress, registered: string): boolean {
	const url = toUrl(registered);
	return url?.origin === origin && url.pathname === path;
}

/** Whether a registered URL is the test URL or the production URL of this node, on whatever host. */
export function isOfThisNode({ ending }: WebhookAddress, registered: string): boolean {
	return toUrl(registered)?.pathname.endsWith(ending) ?? false;
}

/** Whether a registered URL leads to this n8n. */
export function isOfThisN8n({ origin }: WebhookAddress, registered: string): boolean {
	return toUrl(registered)?.origin === origin;
}

/** The host of a registered URL, for a message: the rest of it may hold secrets. */
export function toHost(registered: string): string {
	return toUrl(registered)?.host ?? 'an unknown host';
}

/**
 * Refuses an address that Z-API would not call.
 *
 * @throws {UserError} when it isn't HTTPS; only a stand-in for Z-API may call anything else
 * @see https://developer.z-api.io (webhooks)
 */
export function checkAddress({ url }: WebhookAddress, { baseUrl }: Connection): void {
	const isZApiItself = new URL(baseUrl).hostname === new URL(DEFAULT_BASE_URL).hostname;
	if (!isZApiItself || url.startsWith('https:')) return;
	throw new UserError("Z-API calls HTTPS addresses only, and n8n's own is not one", {
		description: WHERE_TO_SET,
	});
}

function toUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
