import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { DEFAULT_BASE_URL } from '../shared/connection';

/** Where n8n wants to be called for this node. */
export interface WebhookUrl {
	/** What is registered: with the secret in its query, as Z-API signs nothing but keeps the query. */
	href: string;
	origin: string;
	/** Its path: that of the test URL or of the production URL. */
	path: string;
	/** What both URLs of this node, and no other's, end in. */
	ending: string;
	secret: string;
}

const WHERE_TO_SET =
	'Set the environment variable WEBHOOK_URL of n8n, and N8N_EDITOR_BASE_URL if it is set, to the https:// URL under which n8n can be reached from the internet. Restart n8n, then publish the workflow again.';

/**
 * Builds the URL that Z-API is to call.
 *
 * @param connection whose instance token the secret is derived from, so that a new token means a new
 * secret
 * @throws {UserError} when n8n's own URL is none
 */
export function toWebhookUrl(
	context: IHookFunctions | IWebhookFunctions,
	{ token }: Connection,
): WebhookUrl {
	const url = toUrl(context.getNodeWebhookUrl('default') ?? '');
	if (!url) {
		throw new UserError("n8n's own URL is not a URL", { description: WHERE_TO_SET });
	}
	const { origin, pathname: path } = url;
	// n8n puts the webhook's ID before its path, or else the IDs of workflow and node.
	const segments = context.getNode().webhookId === undefined ? 3 : 2;
	const ending = `/${path.split('/').slice(-segments).join('/')}`;
	const secret = createHmac('sha256', token).update(ending).digest('base64url');
	url.searchParams.set('secret', secret);
	return { href: url.href, origin, path, ending, secret };
}

/** Whether a call carries the secret, compared in constant time. */
export function isSecret({ secret }: WebhookUrl, given: unknown): boolean {
	const expected = Buffer.from(secret);
	const actual = Buffer.from(typeof given === 'string' ? given : '');
	return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Who has the instance's webhook, as far as its URL tells. */
export type Owner = 'nobody' | 'thisUrl' | 'thisNode' | 'thisN8n' | 'otherSystem';

/**
 * Tells whose a registered URL is: `thisUrl`, whatever its secret; `thisNode`, the other one of its test
 * and production URLs; or `thisN8n`, another trigger's.
 *
 * @param isTest whether this node is being tested: it may then find its production URL on another host,
 * as n8n builds the two from different settings
 */
export function toOwner(webhookUrl: WebhookUrl, registered: string, isTest: boolean): Owner {
	if (registered === '') return 'nobody';
	const url = toUrl(registered);
	const isHere = url?.origin === webhookUrl.origin;
	if (isHere && url?.pathname === webhookUrl.path) return 'thisUrl';
	if ((isHere || isTest) && url?.pathname.endsWith(webhookUrl.ending)) return 'thisNode';
	return isHere ? 'thisN8n' : 'otherSystem';
}

/** The host of a registered URL, for a message: the rest of it may hold secrets. */
export function toHost(registered: string): string {
	return toUrl(registered)?.host ?? 'an unknown host';
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
	throw new UserError("Z-API calls HTTPS URLs only, and n8n's own is not one", {
		description: WHERE_TO_SET,
	});
}

function toUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
