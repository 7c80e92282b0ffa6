import { createHmac } from 'node:crypto';
import { type IHookFunctions, type IWebhookFunctions, NodeHelpers, UserError } from 'n8n-workflow';
import { type Connection, DEFAULT_BASE_URL } from '../../shared/transport/connection';
import { ZApiError } from '../../shared/transport/zApiError';
import { MAX_NAME_LENGTH, parseUrl, toHref, toN8nId } from '../../shared/webhooks/receivers';
import { toHash } from '../../shared/hash';

/** The last part of the webhook's path, the same in test and production URLs. */
export const WEBHOOK_PATH = 'callback';

const WHERE_TO_SET =
	'Set the environment variable N8N_WEBHOOK_URL of n8n (WEBHOOK_URL in older versions), and N8N_EDITOR_BASE_URL if it is set, to the https:// URL under which n8n can be reached from the internet. Restart n8n, then publish the workflow again.';

/**
 * Builds the URL to register with Z-API, without those who share the webhook. Z-API signs nothing, but keeps
 * the query. It has the secret; the owner, which identifies n8n and the node whatever the URL and the
 * credential are; and the name of the workflow for messages.
 *
 * @throws {UserError} if n8n's webhook URL is not a valid URL
 */
export function toWebhookUrl(context: IHookFunctions, connection: Connection): string {
	const url = parseUrl(context.getNodeWebhookUrl('default') ?? '');
	if (!url) {
		throw new UserError("n8n's webhook URL is not a valid URL", { description: WHERE_TO_SET });
	}
	const secret = toSecret(context, connection);
	const owner = `${toN8nId(context.getInstanceId())}.${toHash(toIdentity(context)).slice(0, 16)}`;
	const workflow = (context.getWorkflow().name ?? '').slice(0, MAX_NAME_LENGTH);
	url.search = new URLSearchParams({ secret, owner, workflow }).toString();
	return toHref(url);
}

/**
 * Refuses a URL that Z-API would not call.
 *
 * @throws {UserError} if it isn't HTTPS
 * @see https://developer.z-api.io (webhooks)
 */
export function checkHttps(url: string, connection: Connection): void {
	if (isCallable(url, connection)) return;
	throw new UserError("Z-API only calls HTTPS URLs, and n8n's webhook URL is not one", {
		description: WHERE_TO_SET,
	});
}

/** Says what to do if Z-API refuses a URL that isn't HTTPS, behind a 'Base URL' with which `checkHttps` lets it pass. */
export function explainRefusal(error: unknown, url: string): unknown {
	const isRefused = error instanceof ZApiError && error.failure.isAboutInput;
	if (!isRefused || url.startsWith('https:')) return error;
	return new UserError("Z-API refused n8n's webhook URL, which is not an HTTPS URL", {
		description: WHERE_TO_SET,
	});
}

/** Whether a call may be sent there: by HTTPS, or by HTTP if it comes from the sandbox or a proxy. */
export function isCallable(url: string, { baseUrl }: Connection): boolean {
	const protocol = parseUrl(url)?.protocol;
	const isZApiItself = new URL(baseUrl).hostname === new URL(DEFAULT_BASE_URL).hostname;
	return protocol === 'https:' || (protocol === 'http:' && !isZApiItself);
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

/** Identifies n8n, the workflow and the node. Takes the whole path, as webhook IDs may contain slashes. */
function toIdentity(context: IHookFunctions | IWebhookFunctions): string {
	const { id = '' } = context.getWorkflow();
	const path = NodeHelpers.getNodeWebhookPath(id, context.getNode(), WEBHOOK_PATH);
	return JSON.stringify([context.getInstanceId(), id, path]);
}
