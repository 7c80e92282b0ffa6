import type { IWebhookFunctions } from 'n8n-workflow';
import { DISPLAY_NAME } from '../parameters';
import { TtlCache } from './ttlCache';

/** Far more than there are triggers. */
const warned = new TtlCache<true>(10_000);

/**
 * Warns in n8n's log that a call was ignored, at most once in ten minutes for each trigger and reason, as
 * anyone may call.
 *
 * @param reason sentences: why, and what to do
 */
export function warn(context: IWebhookFunctions, reason: string): void {
	const { id, name } = context.getWorkflow();
	const key = JSON.stringify([id, context.getNode().id, reason]);
	if (warned.get(key)) return;
	warned.set(key, true);
	context.logger.warn(`${DISPLAY_NAME} ignored a call for the workflow “${name}”. ${reason}`);
}
