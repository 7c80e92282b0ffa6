import type { IWebhookFunctions } from 'n8n-workflow';
import { DISPLAY_NAME } from '../parameters';
import { TtlCache } from './ttlCache';

/** Far more than there are triggers and receivers. */
const logged = new TtlCache<true>(10_000);

/** Warns in n8n's log, at most once in ten minutes for each key. */
export function logOnce(context: IWebhookFunctions, key: string, text: string): void {
	if (logged.get(key)) return;
	logged.set(key, true);
	context.logger.warn(text);
}

/**
 * Warns that a call was ignored, once for each trigger and reason, as anyone may call.
 *
 * @param reason sentences: why, and what to do
 */
export function warn(context: IWebhookFunctions, reason: string): void {
	const { id, name } = context.getWorkflow();
	const key = JSON.stringify([id, context.getNode().id, reason]);
	logOnce(context, key, `${DISPLAY_NAME} ignored a call for the workflow “${name}”. ${reason}`);
}
