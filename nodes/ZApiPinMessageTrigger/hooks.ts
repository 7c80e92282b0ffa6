import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { readConnection } from '../shared/connection';
import { toObject } from '../shared/response';
import { toSentences } from '../shared/zApiError';
import type { Registration } from './registration';
import { readRegistration, setSentByMe, setUrl } from './registration';
import type { TriggerSettings } from './settings';
import { readSettings } from './settings';
import type { Owner, WebhookUrl } from './webhookUrl';
import { checkHttps, toHost, toOwner, toWebhookUrl } from './webhookUrl';

/** What a hook works on. */
interface Hook {
	context: IHookFunctions;
	connection: Connection;
	webhookUrl: WebhookUrl;
	/** What the instance has registered. */
	now: Registration;
	/** Who has `now.url`. */
	owner: Owner;
	isTest: boolean;
}

const NOTHING: Registration = { url: '', sentByMe: false };

/**
 * What tests have borrowed the webhook from, by webhook, and failed activations have not given back.
 * n8n keeps nothing for either, so it is kept here. Production's is in the workflow's static data.
 */
const borrowed = new Map<string, Registration>();

/** The last hook of each instance: n8n runs those of all triggers of a workflow at once. */
const lastHooks = new Map<string, Promise<unknown>>();

/**
 * Whether the instance calls this very URL, with all that is needed. n8n asks before it registers.
 *
 * @throws {NodeOperationError} when Z-API would not call n8n's URL, or does not respond
 */
export const checkExists = toHook(
	async ({ context, webhookUrl, now }) =>
		now.url === webhookUrl.href && (now.sentByMe || !needsSentByMe(readSettings(context))),
	checkHttps,
);

/**
 * Makes the instance call this URL, and remembers what was there before.
 *
 * @throws {NodeOperationError} when another system has the webhook, and the user didn't allow to take it
 */
export const create = toHook(async (hook) => {
	const { context, connection, webhookUrl, now, owner, isTest } = hook;
	const settings = readSettings(context);
	const isOurs = owner === 'thisUrl' || owner === 'thisNode';
	const mayReplace = settings.replaceExistingWebhook && owner === 'otherSystem';
	if (owner !== 'nobody' && !isOurs && !mayReplace) throw toTaken(owner, now.url);

	const key = toKey(hook);
	const memory = context.getWorkflowStaticData('node');
	if (isTest) {
		// The test URL is registered already: an earlier test remembers what was there before.
		if (owner !== 'thisUrl') borrowed.set(key, now);
	} else if (!isOurs) {
		memory.previous = { ...now };
	} else if (borrowed.has(key)) {
		memory.previous ??= { ...borrowed.get(key) };
	}
	let isDone = false;
	try {
		await setUrl(context, connection, webhookUrl.href);
		if (!now.sentByMe && needsSentByMe(settings)) await setSentByMe(context, connection, true);
		isDone = true;
	} finally {
		if (!isDone) await rollBack(hook);
	}
	return isDone;
});

/**
 * Gives back what was there before, unless somebody else has taken the webhook meanwhile.
 *
 * @throws {NodeOperationError} when it can't, in production only: n8n tries again and tells the user
 * then, whereas a test run that can't be ended would bring n8n down, so it is just logged
 */
export async function deleteWebhook(context: IHookFunctions): Promise<boolean> {
	if (context.getWorkflow().active) return await giveBack(context);
	try {
		return await giveBackAfterTest(context);
	} catch (error) {
		context.logger.error(`The webhook of Z-API was not given back. ${(error as Error).message}`);
		return false;
	}
}

const giveBack = toHook(async (hook) => {
	const { context, connection, now, owner } = hook;
	const memory = context.getWorkflowStaticData('node');
	const key = toKey(hook);
	const remembered = toObject(memory.previous ?? borrowed.get(key)) as Partial<Registration>;
	const previous = { ...NOTHING, ...remembered };
	if (borrowed.has(key) && owner !== 'thisUrl') {
		// A test has the webhook at the moment, and gives it back when it ends.
		if (memory.previous) borrowed.set(key, previous);
	} else if (owner === 'thisUrl' || owner === 'thisNode') {
		await restore(context, connection, now, previous);
		borrowed.delete(key);
	}
	delete memory.previous;
	return true;
});

const giveBackAfterTest = toHook(async (hook) => {
	const { context, connection, now, owner } = hook;
	const key = toKey(hook);
	if (owner === 'thisUrl') await restore(context, connection, now, borrowed.get(key) ?? NOTHING);
	borrowed.delete(key);
	return true;
});

/** Leaves the webhook as it was before a failed activation, which n8n forgets with all it remembered. */
async function rollBack(hook: Hook): Promise<void> {
	const { context, connection, now } = hook;
	try {
		await restore(context, connection, { ...now, sentByMe: true }, now);
	} catch (error) {
		// What is thrown here would hide why the activation failed. n8n gives the webhook back next.
		if (!borrowed.has(toKey(hook))) borrowed.set(toKey(hook), now);
		context.logger.error(`The webhook of Z-API was not given back. ${(error as Error).message}`);
	}
}

/** The URL comes last: as long as it is ours, the hook can be run again. */
async function restore(
	context: IHookFunctions,
	connection: Connection,
	now: Registration,
	{ url, sentByMe }: Registration,
): Promise<void> {
	if (now.sentByMe && !sentByMe) await setSentByMe(context, connection, false);
	await setUrl(context, connection, url);
}

/**
 * Makes a hook of n8n's: waits for the instance's other hooks, reads what the hook needs, and puts
 * whatever goes wrong into words, of which n8n shows the message only.
 *
 * @param check throws for what is wrong before Z-API is asked
 */
function toHook(
	run: (hook: Hook) => Promise<boolean>,
	check: (webhookUrl: WebhookUrl, connection: Connection) => void = () => {},
) {
	return async (context: IHookFunctions): Promise<boolean> => {
		try {
			const connection = await readConnection(context);
			const webhookUrl = toWebhookUrl(context, connection);
			const isTest = !context.getWorkflow().active;
			check(webhookUrl, connection);
			return await inTurn(connection.instanceUrl, async () => {
				const now = await readRegistration(context, connection);
				const owner = toOwner(webhookUrl, now.url, isTest);
				return await run({ context, connection, webhookUrl, now, owner, isTest });
			});
		} catch (error) {
			throw new NodeOperationError(context.getNode(), toSentences(error as Error));
		}
	};
}

/** Runs one at a time for each key, and forgets the key when none is left. */
async function inTurn<T>(key: string, run: () => Promise<T>): Promise<T> {
	const result = (lastHooks.get(key) ?? Promise.resolve()).then(run);
	const ended = result.then(
		() => {},
		() => {},
	);
	lastHooks.set(key, ended);
	try {
		return await result;
	} finally {
		if (lastHooks.get(key) === ended) lastHooks.delete(key);
	}
}

/** Pins by this package are made by the connected number itself. */
function needsSentByMe({ events, sentByMe }: TriggerSettings): boolean {
	const hasPins = events.some((event) => event !== 'messageReceived');
	return sentByMe === 'all' || (sentByMe === 'pins' && hasPins);
}

function toKey({ connection, webhookUrl }: Hook): string {
	return connection.instanceUrl + webhookUrl.ending;
}

function toTaken(owner: Owner, url: string): UserError {
	const [name, description] =
		owner === 'thisN8n'
			? [
					'another trigger of this n8n',
					'Unpublish the workflow of that one first, or use one trigger for both. If there is no such workflow any more, remove the webhook in the Z-API panel.',
				]
			: [
					'another system',
					'Switch it off there first, or turn on Replace Existing Webhook in the options of Z-API Pin Message Trigger: the webhook is given back when this workflow is unpublished.',
				];
	return new UserError(
		`The webhook of this Z-API instance belongs to ${name} (${toHost(url)}), and an instance has only one`,
		{ description },
	);
}
