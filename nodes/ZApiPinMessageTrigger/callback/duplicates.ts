import type { IWebhookFunctions } from 'n8n-workflow';
import { toHash } from '../../shared/hash';
import { TtlCache } from './ttlCache';

/** For each call, whether n8n has accepted it, once that is known. A few megabytes. */
const calls = new TtlCache<Promise<boolean>>(20_000);

/**
 * Checks whether the same call came within the last ten minutes, be it by another webhook of the same URL, and
 * remembers it if not. While n8n works on the first, it waits: if n8n can't start the execution, the repeated
 * call must start it. Best effort: each process of n8n remembers the calls that it received.
 *
 * @param call its secret and its body
 */
export async function isRepeated(
	context: IWebhookFunctions,
	{ secret, body }: { secret: string; body: Buffer },
): Promise<boolean> {
	const key = toHash(secret, body);
	for (let first = calls.get(key); first; first = calls.get(key)) {
		if (await first) return true;
	}
	const isAccepted = waitForResponse(context).then((accepted) => {
		if (!accepted) calls.delete(key);
		return accepted;
	});
	calls.set(key, isAccepted);
	return false;
}

async function waitForResponse(context: IWebhookFunctions): Promise<boolean> {
	const response = context.getResponseObject();
	// The caller may have hung up while the call was passed on.
	if (response.destroyed) return false;
	return await new Promise((resolve) => {
		response.once('finish', () => resolve(response.statusCode < 400));
		// Comes alone if the caller has hung up.
		response.once('close', () => resolve(false));
	});
}
