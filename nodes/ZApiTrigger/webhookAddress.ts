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

/**
 * Builds the address that Z-API is to call.
 *
 * @param connection whose instance token the secret is derived from, so that a new token means a new
 * secret
 */
export function toWebhookAddress(
	this: IHookFunctions | IWebhookFunctions,
	{ token }: Connection,
): WebhookAddress {
	const url = new URL(this.getNodeWebhookUrl('default') ?? '');
	const { origin, pathname: path } = url;
	// n8n puts the webhook's ID before its path, or else the IDs of workflow and node.
	const segments = this.getNode().webhookId === undefined ? 3 : 2;
	const ending = `/${path.split('/').slice(-segments).join('/')}`;
	const secret = createHmac('sha256', token).update(ending).digest('base64url');
	url.searchParams.set('secret', secret);
	return { url: url.href, origin, path, ending, secret };
}

/** Whether a call carries the secret; takes as long for a wrong one as for the right one. */
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

/** Whether a registered URL is the test URL or the production URL of this node in this n8n. */
export function isOfThisNode({ origin, ending }: WebhookAddress, registered: string): boolean {
	const url = toUrl(registered);
	return url?.origin === origin && url.pathname.endsWith(ending);
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
		description:
			'Set the environment variable WEBHOOK_URL of n8n to the https:// address under which it can be reached from the internet, restart n8n, then publish the workflow again.',
	});
}

function toUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
