import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { isDeeperThan, toObject } from '../../shared/json';
import { toSentences } from '../../shared/transport/zApiError';
import { parseCallback } from '../events/callback';
import { findEvent } from '../events/events';
import { DISPLAY_NAME } from '../parameters';
import { readSettings } from '../settings';
import { authenticateCall } from './authenticate';
import { isRepeated } from './duplicates';
import { findFilter } from './filters';
import { passOn } from './passOn';
import { toOutput } from './toOutput';
import { warn } from './logOnce';

/** How deep a callback may be nested with Simplify off, as n8n can't store any depth. */
const MAX_DEPTH = 50;

const OTHER_INSTANCE =
	"It is not from the credential's instance. If the credential has changed, unpublish and publish the workflow. Otherwise remove n8n's URL from the other instance in the Z-API panel.";

/**
 * Receives one call of the webhook: authenticates and parses it, finds its event and applies the filters.
 *
 * @returns the event as an item; or nothing, and n8n starts no execution. Never throws, as n8n would start
 * an execution then, whoever calls
 */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const call = await authenticateCall(context);
		if ('status' in call) {
			warn(context, call.warning);
			return respond(context, call.status, call.message);
		}
		await passOn(context, call);
		// What starts nothing gets HTTP 200, as Z-API might repeat the call otherwise.
		const callback = parseCallback(toObject(context.getBodyData()));
		if (callback.instanceId?.toLowerCase() !== call.instanceId.toLowerCase()) {
			warn(context, OTHER_INSTANCE);
			return drop(context, 'not from this instance');
		}
		const event = findEvent(callback);
		if (!event) return drop(context, 'no event');
		const settings = readSettings(context);
		const filter = findFilter(callback, event, settings);
		if (filter) return drop(context, `filtered out by '${filter}'`);
		if (!settings.simplify && isDeeperThan(MAX_DEPTH, callback.body)) {
			return drop(context, 'nested too deep');
		}
		// During a test, a repeated call is intended.
		const isTest = context.getMode() === 'manual';
		if (!isTest && (await isRepeated(context, call))) return drop(context, 'repeated');
		const item = toOutput(callback, event, settings.simplify);
		return { workflowData: [context.helpers.returnJsonArray(item)] };
	} catch (error) {
		context.logger.error(
			`${DISPLAY_NAME} can't receive a callback. ${toSentences(error as Error)}`,
		);
		return respond(context, 503, 'Not ready');
	}
}

/** Starts no execution. The log shows why, as nothing else does. */
function drop(context: IWebhookFunctions, why: string): IWebhookResponseData {
	context.logger.debug(`${DISPLAY_NAME} starts nothing with a call: ${why}`);
	return {};
}

function respond(
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData {
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}
