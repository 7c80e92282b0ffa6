import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { readConnection } from '../shared/connection';
import { DEFAULT_TIMEOUT_MS } from '../shared/transport';
import { toSentences } from '../shared/zApiError';
import { EVENTS, PIN_EVENTS } from './events';
import { inTurn } from './inTurn';
import type { Memory } from './memory';
import { readMemory, toHash } from './memory';
import { DISPLAY_NAME, SENT_BY_ME } from './parameters';
import type { Registration } from './registration';
import { changeRegistration, readRegistration } from './registration';
import type { TriggerSettings } from './settings';
import { readSettings } from './settings';
import type { Webhook } from './webhooks';
import { WEBHOOK_NAMES, WEBHOOKS } from './webhooks';
import type { WebhookUrl } from './webhookUrl';
import { checkHttps, toHost, toOwner, toWebhookUrl, toWorkflowName } from './webhookUrl';

/** What a hook works on. */
interface Hook {
	context: IHookFunctions;
	connection: Connection;
	webhookUrl: WebhookUrl;
	memory: Memory;
	/** What the instance has registered. */
	now: Registration;
	/** What was there before this node came, and what others have registered. */
	before: Registration;
	/** By which `borrowed` knows the node. */
	key: string;
	isTest: boolean;
}

/**
 * What tests have borrowed the webhooks from, and what failed activations have not given back. It is
 * kept here, as n8n forgets what a failed activation remembers, and shows production nothing of a test.
 */
const borrowed = new Map<string, Partial<Registration>>();

/**
 * Makes the instance call this URL for the chosen events, and remembers what was there before. Leaves
 * alone what is registered as it should be.
 *
 * @throws {NodeOperationError} when Z-API would not call n8n's URL, or does not respond, or when somebody
 * else has a webhook and the user didn't allow to take it
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

/**
 * Gives back what was there before, unless somebody else has taken it meanwhile.
 *
 * @throws {NodeOperationError} when it can't, in production only: n8n tries again and tells the user
 * then, whereas a test run that can't be ended would bring n8n down, so it is just logged
 */
export async function deleteWebhook(context: IHookFunctions): Promise<boolean> {
	if (context.getWorkflow().active) return await giveBack(context);
	try {
		return await giveBack(context);
	} catch (error) {
		logNotGivenBack(context, error as Error);
		return false;
	}
}

const giveBack = toHook(async (hook) => {
	const { context, connection, memory, now, key } = hook;
	const target = { ...hook.before };
	const isListening = !hook.isTest && leaveToTest(hook, target);
	await changeRegistration(context, connection, now, target);
	if (!isListening) borrowed.delete(key);
	delete memory.secretHash;
	delete memory.instanceId;
	delete memory.previous;
});

/** Lets a test that is going on have the webhooks until it ends, and then give back what production had. */
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

/** Leaves everything as it was before a failed activation, which n8n forgets with all it remembered. */
async function undo(
	{ context, connection, now, key }: Hook,
	target: Registration,
	previous: Partial<Registration>,
): Promise<void> {
	try {
		await changeRegistration(context, connection, target, now);
	} catch (error) {
		// What is thrown here would hide why the activation failed. n8n gives the webhooks back next.
		if (!borrowed.has(key)) borrowed.set(key, previous);
		logNotGivenBack(context, error as Error);
	}
}

/**
 * Makes a hook of n8n's: waits for the instance's other hooks, as n8n runs those of all triggers of a
 * workflow at once; reads what the hook needs; and puts whatever goes wrong into words, of which n8n shows
 * the message only.
 *
 * @param check throws for what is wrong before Z-API is asked
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
 * Finds what was there before this node came: the first that is not its own of what is registered and
 * what is remembered, so that none of its URLs, of whichever host, is ever given back.
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

/** The webhooks that the chosen events come from. */
function toNeeded({ events }: TriggerSettings): Webhook[] {
	const chosen = EVENTS.filter(({ value }) => events.includes(value));
	return WEBHOOK_NAMES.filter((name) => chosen.some(({ webhook }) => webhook === name));
}

/** Pins by this package are made by the connected number itself. */
function needsSentByMe(settings: TriggerSettings): boolean {
	const isReceiving = toNeeded(settings).includes('received');
	const hasPins = settings.events.some((event) => PIN_EVENTS.includes(event));
	const choice = SENT_BY_ME.find(({ value }) => value === settings.sentByMe);
	return isReceiving && Boolean(choice?.phone || choice?.api || (choice?.pins && hasPins));
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
					`Switch it off there first, or turn on Replace Existing Webhook in the options of ${DISPLAY_NAME}: its webhook is restored when this workflow is unpublished.`,
				];
	throw new UserError(
		`The webhook for ${WEBHOOKS[webhook].name} of this Z-API instance belongs to ${who} (${toHost(url)}), and an instance has only one`,
		{ description },
	);
}

function logNotGivenBack(context: IHookFunctions, error: Error): void {
	context.logger.error(`The webhooks of Z-API were not restored. ${error.message}`);
}
