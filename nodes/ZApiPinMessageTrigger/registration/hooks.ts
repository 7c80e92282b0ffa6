import { type IHookFunctions, NodeOperationError, sleep, UserError } from 'n8n-workflow';
import { type Connection, readConnection } from '../../shared/transport/connection';
import { toSentences } from '../../shared/transport/zApiError';
import type { Receiver } from '../../shared/webhooks/receivers';
import {
	describeReceiver,
	isTrigger,
	MAX_URL_LENGTH,
	readReceivers,
	toHost,
} from '../../shared/webhooks/receivers';
import { readRegistration, type Registration } from '../../shared/webhooks/registration';
import { type Webhook, WEBHOOK_NAMES } from '../../shared/webhooks/webhooks';
import { EVENTS, PIN_EVENTS } from '../events/events';
import { toHash } from '../../shared/hash';
import { readMemory } from '../memory';
import { TAKEN_POLICY_NAME } from '../parameters';
import { readSettings, type TriggerSettings } from '../settings';
import { withLock } from './lock';
import { checkPresence } from './presence';
import { changeRegistration } from './registration';
import { has, isOfThisN8n, isSame, plan, type Presence, type Wish } from './sharing';
import { checkHttps, explainRefusal, isCallable, toSecret, toWebhookUrl } from './webhookUrl';

/** What a hook needs. */
interface Hook {
	context: IHookFunctions;
	connection: Connection;
	/** This node. */
	me: Receiver;
}

const NOTHING: Wish = { webhooks: [], policy: 'stop' };

const NOBODY_KNOWN: ReadonlyMap<string, Presence> = new Map();

/** How often to begin again if others change the same webhooks at the same time. */
const MAX_ROUNDS = 4;

/**
 * Adds this node to those who get the calls of the selected events.
 *
 * @throws {NodeOperationError} if Z-API would not call n8n's URL or does not respond, or if another system
 * uses a webhook and the user hasn't said what to do then
 */
export async function create(context: IHookFunctions): Promise<boolean> {
	return await runHook(context, async (hook) => {
		const { connection, me } = hook;
		checkHttps(me.url, connection);
		const settings = readSettings(context);
		const webhooks = toNeeded(settings);
		if (webhooks.includes('receivedSentByMe')) me.wantsSentByMe = true;
		await join(hook, { webhooks, policy: settings.ifWebhookTaken });
		const memory = readMemory(context);
		memory.secretHash = toHash(toSecret(context, connection));
		memory.instanceId = connection.instanceId;
	});
}

const OTHER_INSTANCE =
	'The credential is for another instance than when the workflow was published. Remove the webhooks of the previous instance in the Z-API panel.';

/**
 * Removes this node from those who get the calls. After the last one, the webhooks are those from before.
 *
 * @throws {NodeOperationError} if it can't, in production only: n8n then retries and informs the user. A
 * test that throws here would crash n8n, so a message is logged instead
 */
export async function deleteWebhook(context: IHookFunctions): Promise<boolean> {
	const removal = runHook(context, async (hook) => {
		const memory = readMemory(context);
		if (memory.instanceId && memory.instanceId !== hook.connection.instanceId) {
			logNotRestored(context, OTHER_INSTANCE);
		}
		await leave(hook);
		delete memory.secretHash;
		delete memory.instanceId;
	});
	if (context.getWorkflow().active) return await removal;
	return await removal.catch((error: Error) => {
		logNotRestored(context, error.message);
		return false;
	});
}

/**
 * Runs a hook after others of the same instance, as n8n runs those of different workflows concurrently. It
 * puts errors into one message, as n8n shows no description here.
 */
async function runHook(
	context: IHookFunctions,
	run: (hook: Hook) => Promise<void>,
): Promise<boolean> {
	try {
		const connection = await readConnection(context);
		const role = context.getWorkflow().active ? 'trigger' : 'test';
		const me: Receiver = { role, url: toWebhookUrl(context, connection) };
		await withLock(connection.instanceUrl, async () => await run({ context, connection, me }));
		return true;
	} catch (error) {
		throw new NodeOperationError(context.getNode(), toSentences(error as Error));
	}
}

/**
 * Changes who gets the calls, and reads back whether Z-API has stored it. If others changed the same webhooks
 * in between, it begins again: the URLs are the only place that all can read, and nothing locks them.
 *
 * @returns what was registered before
 */
async function changeReceivers(
	hook: Hook,
	wish: Wish,
	presences: ReadonlyMap<string, Presence>,
): Promise<Registration> {
	const { context, connection } = hook;
	const read = async () => {
		const at = Date.now();
		const { registration: now } = await readRegistration(context, connection);
		return { at, now };
	};
	const before = await read();
	let { at, now } = before;
	let wasOff = false;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const target = plan(now, hook.me, wish, presences, connection.token, wasOff);
		const changed = WEBHOOK_NAMES.filter((webhook) => target[webhook] !== now[webhook]);
		if (changed.length === 0 && target.sentByMe === now.sentByMe) return before.now;
		const tooLong = changed.find((webhook) => (target[webhook]?.length ?? 0) > MAX_URL_LENGTH);
		if (tooLong) throw refuseLength(now[tooLong]);
		const since = at;
		const write = async () => {
			await changeRegistration(context, connection, now, target);
			// Whoever read before this change has written after this time, unless it is slower.
			await sleep(Date.now() - since);
			return await read();
		};
		const after = await write().catch(async (error: unknown) => {
			if (wish.webhooks.length > 0) await undo(hook);
			throw explainRefusal(error, hook.me.url);
		});
		wasOff ||= [now, target].some(({ received = '' }) => readReceivers(received).hasSwitchedOn);
		const cut = changed.find((webhook) => isCut(now[webhook], target[webhook], after.now[webhook]));
		if (cut) {
			await changeRegistration(context, connection, after.now, now);
			throw refuseLength(now[cut]);
		}
		logDropped(hook, now, target);
		const isKept = changed.every((webhook) => after.now[webhook] === target[webhook]);
		// Perhaps another one has switched it at the same time, or it isn't shown.
		if (isKept && (after.now.sentByMe === target.sentByMe || round > 0)) return before.now;
		({ at, now } = after);
	}
	throw new UserError('Another system changes the webhooks of this Z-API instance all the time', {
		description: 'Switch it off there, then publish the workflow again.',
	});
}

/** Adds this node to those who get the calls. */
async function join(hook: Hook, wish: Wish): Promise<void> {
	const { registration } = await readRegistration(hook.context, hook.connection);
	const presences = await checkPresences(hook, registration);
	await checkOwnUrl(hook, registration, presences);
	checkOthers(hook, registration, wish);
	await changeReceivers(hook, wish, presences);
}

/**
 * Removes this node. n8n no longer takes its calls by now, so the others wait for nothing: only then those are
 * dropped that do not respond.
 */
async function leave(hook: Hook): Promise<void> {
	const before = await changeReceivers(hook, NOTHING, NOBODY_KNOWN);
	const left = WEBHOOK_NAMES.filter((name) => has(readReceivers(before[name] ?? ''), hook.me));
	const presences = await checkPresences(hook, before);
	if (presences.size > 0) await changeReceivers(hook, { ...NOTHING, left }, presences);
}

/**
 * Calls the other triggers, to find those that no longer respond. If n8n can't reach itself, it judges none of its own.
 */
async function checkPresences(
	{ context, connection, me }: Hook,
	now: Registration,
): Promise<Map<string, Presence>> {
	const others = toTriggers(now).filter((receiver) => !isSame(receiver, me));
	const urls = [...new Set(others.map(({ url }) => url))];
	const check = async (url: string) => {
		const presence = await checkPresence(context, connection, url);
		// A hiccup must not cost it its calls.
		const isSure = presence !== 'unreachable';
		return [url, isSure ? presence : await checkPresence(context, connection, url)] as const;
	};
	const found = new Map<string, Presence>(await Promise.all(urls.map(check)));
	const own = urls.filter((url) => isOfThisN8n(url, me));
	const isCutOff = own.length > 0 && own.every((url) => found.get(url) === 'unreachable');
	if (isCutOff && (await checkPresence(context, connection, me.url)) === 'unreachable') {
		for (const url of own) found.delete(url);
	}
	return found;
}

/** The first trigger passes calls on, perhaps this node's to itself: so n8n has to reach its own URL. */
async function checkOwnUrl(
	{ context, connection, me }: Hook,
	now: Registration,
	presences: ReadonlyMap<string, Presence>,
): Promise<void> {
	const isShared = toReceivers(now).some((receiver) =>
		isTrigger(receiver) ? !isSame(receiver, me) : isOfThisN8n(receiver.url, me),
	);
	const isReached = [...presences].some(
		([url, presence]) => presence === 'here' && isOfThisN8n(url, me),
	);
	if (!isShared || isReached) return;
	if ((await checkPresence(context, connection, me.url)) !== 'unreachable') return;
	throw new UserError(
		`n8n can't reach its own URL (${toHost(me.url)}), so workflows can't share the webhooks of this Z-API instance`,
		{
			description:
				'Let the server of n8n open its own public URL, or use one trigger with all the events and a Switch node after it.',
		},
	);
}

/** With Share, another system that n8n may not call would get no calls, without a word. */
function checkOthers({ connection }: Hook, now: Registration, { webhooks, policy }: Wish): void {
	const other = toReceivers(now, webhooks).find(
		(receiver) => !isTrigger(receiver) && !isCallable(receiver.url, connection),
	);
	if (policy !== 'share' || !other) return;
	throw new UserError(
		`n8n can't share a webhook with ${toHost(other.url)}, as it passes calls on to HTTPS URLs only`,
		{ description: `Use an HTTPS URL there, or choose Replace in '${TAKEN_POLICY_NAME}'.` },
	);
}

/** Undoes a failed activation. If that fails too, n8n calls `delete` next, which does the same. */
async function undo(hook: Hook): Promise<void> {
	try {
		await leave(hook);
	} catch (error) {
		// An error here would hide why the activation failed.
		logNotRestored(hook.context, (error as Error).message);
	}
}

/** Whether Z-API has stored only the beginning of a URL, or not stored it. */
function isCut(before = '', written = '', stored = ''): boolean {
	if (stored === written) return false;
	return stored === before || written.startsWith(stored);
}

/** The webhooks of the selected events. */
function toNeeded({ events, sentByMe }: TriggerSettings): Webhook[] {
	const chosen = EVENTS.filter(({ value }) => events.includes(value));
	const needed = WEBHOOK_NAMES.filter((name) => chosen.some(({ webhook }) => webhook === name));
	// Pins by this package are sent by the connected number itself.
	const hasPins = events.some((event) => PIN_EVENTS.includes(event));
	const isOwnWanted = sentByMe.phone || sentByMe.api || hasPins;
	return isOwnWanted && needed.includes('received') ? [...needed, 'receivedSentByMe'] : needed;
}

function toReceivers(registration: Registration, webhooks = WEBHOOK_NAMES as readonly Webhook[]) {
	return webhooks.flatMap((name) => readReceivers(registration[name] ?? '').receivers);
}

function toTriggers(registration: Registration): Receiver[] {
	return toReceivers(registration).filter(isTrigger);
}

/** @param registered what was kept so far */
function refuseLength(registered = ''): UserError {
	const fitting = readReceivers(registered).receivers.filter(isTrigger).length;
	return new UserError(
		`Z-API does not keep the webhook URL, as it grows with each workflow. Workflows that fit on this instance: ${fitting}`,
		{ description: 'Use one trigger with all the events, and a Switch node after it.' },
	);
}

function logDropped({ context, me }: Hook, now: Registration, target: Registration): void {
	const left = toTriggers(target);
	const gone = toTriggers(now).filter((one) => ![me, ...left].some((other) => isSame(one, other)));
	for (const url of new Set(gone.map((receiver) => receiver.url))) {
		context.logger.warn(
			`Z-API's calls are no longer passed on to ${describeReceiver(url)}, as it did not respond. If it should get them, publish that workflow again.`,
		);
	}
}

function logNotRestored(context: IHookFunctions, why: string): void {
	context.logger.error(`The webhooks of Z-API may not have been restored. ${why}`);
}
