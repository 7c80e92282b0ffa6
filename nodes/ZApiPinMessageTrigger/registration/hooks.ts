import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';
import type { Connection } from '../../shared/transport/connection';
import { readConnection } from '../../shared/transport/connection';
import { DEFAULT_TIMEOUT_MS } from '../../shared/transport/transport';
import { toSentences } from '../../shared/transport/zApiError';
import { EVENTS, PIN_EVENTS } from '../events/events';
import { inTurn } from './inTurn';
import type { Memory } from '../memory';
import { readMemory, toHash } from '../memory';
import { DISPLAY_NAME } from '../parameters';
import type { Registration } from './registration';
import { changeRegistration, readRegistration } from './registration';
import type { TriggerSettings } from '../settings';
import { readSettings } from '../settings';
import type { Webhook } from '../events/webhooks';
import { WEBHOOK_NAMES, WEBHOOKS } from '../events/webhooks';
import type { WebhookUrl } from './webhookUrl';
import { checkHttps, toHost, toOwner, toWebhookUrl, toWorkflowName } from './webhookUrl';

/** What a hook needs. */
interface Hook {
	context: IHookFunctions;
	connection: Connection;
	webhookUrl: WebhookUrl;
	memory: Memory;
	/** What is registered now. */
	now: Registration;
	/** What was registered before this node registered its URL, and what other systems have registered. */
	before: Registration;
	/** Key of the node in `borrowed`. */
	key: string;
	isTest: boolean;
}

/**
 * What was registered before a test, or before a failed activation that could not be undone. It is stored
 * in this process, as n8n discards the static data of a failed activation, and production can't read that
 * of a test.
 */
const borrowed = new Map<string, Partial<Registration>>();

/**
 * Registers n8n's URL for the selected events, and stores the previous URLs. Doesn't change what is
 * registered already.
 *
 * @throws {NodeOperationError} if Z-API would not call n8n's URL or does not respond, or if another system
 * uses a webhook and the user didn't allow to replace it
 */
export const create = toHook(async (hook) => {
	const { context, connection, webhookUrl, memory, now, before, key, isTest } = hook;
	const settings = readSettings(context);
	const target = { ...before, sentByMe: before.sentByMe || needsSentByMe(settings) };
	const previous: Partial<Registration> = { sentByMe: before.sentByMe };
	for (const webhook of toNeeded(settings)) {
		checkFree(hook, webhook, settings);
		previous[webhook] = before[webhook];
		target[webhook] = webhookUrl.href;
	}
	if (isTest) borrowed.set(key, previous);
	let isDone = false;
	try {
		await changeRegistration(context, connection, now, target);
		isDone = true;
	} finally {
		if (!isDone) await undo(hook, target, previous);
	}
	memory.secretHash = toHash(webhookUrl.secret);
	memory.instanceId = connection.instanceId;
	if (!isTest) {
		memory.previous = previous;
		borrowed.delete(key);
	}
}, checkHttps);

const OTHER_INSTANCE =
	'The credential is for another instance than when the workflow was published. Remove the webhooks of the previous instance in the Z-API panel.';

/**
 * Restores the previous URLs, unless another system has replaced this node's URL.
 *
 * @throws {NodeOperationError} if it can't, in production only: n8n then retries and informs the user. A
 * test that throws here would crash n8n, so a message is logged instead
 */
export async function deleteWebhook(context: IHookFunctions): Promise<boolean> {
	if (context.getWorkflow().active) return await giveBack(context);
	try {
		return await giveBack(context);
	} catch (error) {
		logNotGivenBack(context, (error as Error).message);
		return false;
	}
}

const giveBack = toHook(async (hook) => {
	const { context, connection, memory, now, key } = hook;
	if (memory.instanceId && memory.instanceId !== connection.instanceId) {
		logNotGivenBack(context, OTHER_INSTANCE);
	}
	const target = { ...hook.before };
	const isListening = !hook.isTest && leaveToTest(hook, target);
	await changeRegistration(context, connection, now, target);
	if (!isListening) borrowed.delete(key);
	delete memory.secretHash;
	delete memory.instanceId;
	delete memory.previous;
});

/** Leaves the webhooks to a running test, which restores the URLs from before production when it ends. */
function leaveToTest({ webhookUrl, now, key }: Hook, target: Registration): boolean {
	const test = borrowed.get(key);
	const kept = WEBHOOK_NAMES.filter((name) => toOwner(webhookUrl, now[name]) === 'thisNode');
	if (!test || kept.length === 0) return false;
	for (const webhook of kept) {
		test[webhook] = target[webhook];
		target[webhook] = now[webhook];
	}
	if (kept.includes('received')) {
		test.sentByMe = target.sentByMe;
		target.sentByMe = now.sentByMe;
	}
	return true;
}

/** Undoes a failed activation, whose static data n8n discards. */
async function undo(
	{ context, connection, now, key }: Hook,
	target: Registration,
	previous: Partial<Registration>,
): Promise<void> {
	try {
		await changeRegistration(context, connection, target, now);
	} catch (error) {
		// An error here would hide why the activation failed. n8n calls `delete` next.
		if (!borrowed.has(key)) borrowed.set(key, previous);
		logNotGivenBack(context, (error as Error).message);
	}
}

/**
 * Makes a hook for n8n. It waits for other hooks of the same instance, as n8n runs those of all triggers of
 * a workflow concurrently, and reads what the hook needs. It puts errors into one message, as n8n shows no
 * description here.
 *
 * @param check throws if something is wrong before a request is sent
 */
function toHook(run: (hook: Hook) => Promise<void>, check: typeof checkHttps = () => {}) {
	return async (context: IHookFunctions): Promise<boolean> => {
		try {
			const connection = await readConnection(context);
			const webhookUrl = toWebhookUrl(context, connection);
			check(webhookUrl, connection);
			const { instanceUrl } = connection;
			await inTurn(instanceUrl, DEFAULT_TIMEOUT_MS, async () => {
				const now = await readRegistration(context, connection);
				const memory = readMemory(context);
				const isTest = !context.getWorkflow().active;
				const key = instanceUrl + webhookUrl.owner;
				const remembered = [memory.previous, borrowed.get(key)];
				const isMine = (url: string) =>
					(isTest ? ['thisUrl'] : ['thisUrl', 'thisNode']).includes(toOwner(webhookUrl, url));
				const before = toBefore(now, remembered, isMine);
				await run({ context, connection, webhookUrl, memory, now, before, key, isTest });
			});
			return true;
		} catch (error) {
			throw new NodeOperationError(context.getNode(), toSentences(error as Error));
		}
	};
}

/**
 * Finds the previous URLs: for each webhook, the first URL that isn't this node's own, from what is
 * registered and what is stored. So the node never restores a URL of its own, even of another host.
 */
function toBefore(
	now: Registration,
	remembered: Array<Partial<Registration> | undefined>,
	isMine: (url: string) => boolean,
): Registration {
	const before = { ...now };
	for (const webhook of WEBHOOK_NAMES) {
		const urls = [now, ...remembered].map((registration) => registration?.[webhook]);
		before[webhook] = urls.find((url) => url !== undefined && !isMine(url)) ?? '';
	}
	const sentByMe = remembered.find((registration) => registration?.sentByMe !== undefined);
	if (isMine(now.received)) before.sentByMe = sentByMe?.sentByMe ?? now.sentByMe;
	return before;
}

/** The webhooks of the selected events. */
function toNeeded({ events }: TriggerSettings): Webhook[] {
	const chosen = EVENTS.filter(({ value }) => events.includes(value));
	return WEBHOOK_NAMES.filter((name) => chosen.some(({ webhook }) => webhook === name));
}

/** Pins by this package are sent by the connected number itself. */
function needsSentByMe(settings: TriggerSettings): boolean {
	const isReceiving = toNeeded(settings).includes('received');
	const hasPins = settings.events.some((event) => PIN_EVENTS.includes(event));
	return isReceiving && (settings.sentByMe.phone || settings.sentByMe.api || hasPins);
}

function checkFree(
	{ webhookUrl, now }: Hook,
	webhook: Webhook,
	{ replaceExistingWebhook }: TriggerSettings,
): void {
	const url = now[webhook];
	const owner = toOwner(webhookUrl, url);
	const isFree = owner !== 'thisN8n' && owner !== 'otherSystem';
	if (isFree || (owner === 'otherSystem' && replaceExistingWebhook)) return;
	const name = toWorkflowName(url);
	const [who, description] =
		owner === 'thisN8n'
			? [
					`another trigger of this n8n${name && `, in the workflow “${name}”`}`,
					'Unpublish that workflow first, or use one trigger for both. If there is no such workflow any more, remove the webhook in the Z-API panel.',
				]
			: [
					'another system',
					`Switch it off there first, or turn on 'Replace Existing Webhook' in the options of ${DISPLAY_NAME}: its webhook is restored when this workflow is unpublished.`,
				];
	throw new UserError(
		`The webhook for ${WEBHOOKS[webhook].name} of this Z-API instance belongs to ${who} (${toHost(url)}), and an instance has only one`,
		{ description },
	);
}

function logNotGivenBack(context: IHookFunctions, why: string): void {
	context.logger.error(`The webhooks of Z-API may not have been restored. ${why}`);
}
