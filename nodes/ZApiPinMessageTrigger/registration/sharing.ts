import { UserError } from 'n8n-workflow';
import type { Receiver, ReceiverList } from '../../shared/webhooks/receivers';
import {
	isTrigger,
	order,
	parseUrl,
	readOwner,
	readReceivers,
	toHost,
	writeReceivers,
} from '../../shared/webhooks/receivers';
import type { Registration } from '../../shared/webhooks/registration';
import { type Webhook, WEBHOOK_NAMES, WEBHOOKS } from '../../shared/webhooks/webhooks';
import { DISPLAY_NAME, TAKEN_POLICY_NAME, type TakenPolicy } from '../parameters';

/** What a node wants: the webhooks that call it, and what to do if another system has one of them. */
export interface Wish {
	webhooks: readonly Webhook[];
	policy: TakenPolicy;
	/** The webhooks that called it, and from which it has been removed already. */
	left?: readonly Webhook[];
}

/**
 * Whether a trigger responds. `gone`: its n8n doesn't have it. `missing`: HTTP 404 without a reason, as from an
 * n8n that is just publishing it, or a proxy whose n8n is down.
 */
export type Presence = 'here' | 'gone' | 'missing' | 'unreachable';

/** In seconds. Longer than n8n is away for an update. */
const FORGOTTEN_AFTER = 60 * 60;

/**
 * Finds what to register, so that a node gets the calls that it wants and no others, and everyone else gets
 * what they got.
 *
 * @param now what is registered
 * @param presences of the other triggers, by URL
 * @param token the instance token
 * @param wasOff whether calls for activity of the connected number are known to have been off before
 * @param seconds Unix time
 * @throws {UserError} if another system has one of the webhooks, and nobody has decided what to do then
 */
export function plan(
	now: Registration,
	me: Receiver,
	{ webhooks, policy, left }: Wish,
	presences: ReadonlyMap<string, Presence>,
	token: string,
	wasOff = false,
	seconds = Math.floor(Date.now() / 1000),
): Registration {
	const toList = (webhook: Webhook): ReceiverList => {
		const registered = readReceivers(now[webhook] ?? '');
		const list = prune(registered, me, presences, seconds);
		if (!webhooks.includes(webhook)) return leave(list, me, left?.includes(webhook));
		const other = findOtherSystem(registered, me);
		if (other && policy === 'stop') throw refuseTaken(webhook, other);
		return join(list, me, policy);
	};
	const list = toList('received');
	list.hasSwitchedOn ||= wasOff;
	const { list: received, isOn } = switchSentByMe(list, now.sentByMe);
	const target: Registration = { ...now, sentByMe: isOn };
	for (const webhook of WEBHOOK_NAMES) {
		if (now[webhook] === undefined) continue;
		const own = webhook === 'received' ? received : toList(webhook);
		const all = webhook === 'receivedSentByMe' ? inviteGuests(own, received, isOn) : own;
		target[webhook] = writeReceivers(all, token);
	}
	return target;
}

/**
 * Adds a trigger, or replaces it, whatever its URL was before.
 *
 * @param policy applies to another system; `stop` leaves it as it is. Another node of this n8n always shares.
 */
export function join(list: ReceiverList, me: Receiver, policy: TakenPolicy): ReceiverList {
	// A test decides nothing that outlasts it.
	const isGuest = me.role === 'test' && list.receivers.some(({ role }) => role === 'trigger');
	const receivers = list.receivers.map((receiver): Receiver => {
		if (isSame(receiver, me)) return me;
		if (!isOther(receiver) || policy === 'stop' || isGuest) return receiver;
		const isSetAside = policy === 'replace' && !isOfThisN8n(receiver.url, me);
		return { ...receiver, role: isSetAside ? 'aside' : 'shared' };
	});
	return order({ ...list, receivers: receivers.includes(me) ? receivers : [...receivers, me] });
}

/**
 * Removes a trigger. If none is left that responds, another system gets its webhook back, as nobody would
 * pass calls on to it. After a test, nobody else is dropped.
 *
 * @param isSecond whether it has been removed already, and the others were called since
 */
export function leave(list: ReceiverList, me: Receiver, isSecond = false): ReceiverList {
	if (!isSecond && !has(list, me)) return list;
	const receivers = list.receivers.filter((receiver) => !isSame(receiver, me));
	const triggers = receivers.filter(isTrigger);
	const isKept = !isSecond || me.role === 'test';
	const isServed = triggers.some((one) => isKept || !one.unreachableSince);
	const isNeeded = isServed || !receivers.some(isOther);
	return order({ ...list, receivers: receivers.filter((one) => isNeeded || isOther(one)) });
}

/**
 * Notes which triggers respond, and drops those that are gone from this n8n, or unreachable for long. The
 * others of another n8n are kept: it may be restarting.
 *
 * @param me a trigger of this n8n
 * @param presences by URL; of a trigger that isn't in it nothing is known
 * @param seconds Unix time
 */
function prune(
	list: ReceiverList,
	me: Receiver,
	presences: ReadonlyMap<string, Presence>,
	seconds: number,
): ReceiverList {
	const n8nId = (url: string) => readOwner(url).split('.')[0];
	const receivers = list.receivers.flatMap((receiver): Receiver[] => {
		const presence = presences.get(receiver.url);
		if (!presence) return [receiver];
		const { unreachableSince = seconds, ...rest } = receiver;
		const isOwn = n8nId(receiver.url) === n8nId(me.url);
		if (presence === 'here' || (isOwn && presence === 'missing')) return [rest];
		const isCertain = isOwn || receiver.role === 'test';
		const isOver = seconds - unreachableSince >= FORGOTTEN_AFTER;
		return isOver || (isCertain && presence === 'gone') ? [] : [{ ...rest, unreachableSince }];
	});
	return order({ ...list, receivers });
}

/**
 * Without a URL in the second of the received webhooks, its calls came to the first one. So as long as a
 * trigger has the second, those who share the first get the calls of both.
 *
 * @param isOn whether there are such calls
 */
function inviteGuests(second: ReceiverList, first: ReceiverList, isOn: boolean): ReceiverList {
	const own = second.receivers.filter(({ role }) => role !== 'guest');
	const isOurs = own.some(isTrigger) && !own.some(isOther);
	if (!isOurs || !isOn || first.hasSwitchedOn) return { ...second, receivers: own };
	const isServed = first.receivers.some(isTrigger);
	const sharing = first.receivers.filter((one) =>
		isServed ? one.role === 'shared' : isOther(one),
	);
	const guests = sharing.map(({ url }): Receiver => ({ role: 'guest', url }));
	return { ...second, receivers: [...own, ...guests] };
}

/**
 * Calls for activity of the connected number are on while a trigger wants them. They are switched off later
 * only if they were off before.
 *
 * @param isOn whether they are on now
 */
function switchSentByMe(list: ReceiverList, isOn: boolean): { list: ReceiverList; isOn: boolean } {
	const isWanted = list.receivers.some(({ wantsSentByMe }) => wantsSentByMe);
	const hasSwitchedOn = isWanted && (list.hasSwitchedOn || !isOn);
	return {
		list: { ...list, hasSwitchedOn },
		isOn: isWanted || (isOn && !list.hasSwitchedOn),
	};
}

/** The URL of another system that has the webhook, and nobody has decided yet what to do. */
function findOtherSystem({ receivers }: ReceiverList, me: Receiver): string | undefined {
	if (receivers.some(isTrigger)) return undefined;
	const other = receivers.find(isOther)?.url;
	return other && isOfThisN8n(other, me) ? undefined : other;
}

/** Whether another node of this n8n has a URL. It lives and ends with this n8n. */
export function isOfThisN8n(url: string, me: Receiver): boolean {
	return parseUrl(url)?.origin === parseUrl(me.url)?.origin;
}

export function has({ receivers }: ReceiverList, me: Receiver): boolean {
	return receivers.some((receiver) => isSame(receiver, me));
}

/** Of one node, the test and the published trigger are two. */
export function isSame(one: Receiver, other: Receiver): boolean {
	return one.role === other.role && readOwner(one.url) === readOwner(other.url);
}

function isOther({ role }: Receiver): boolean {
	return role === 'shared' || role === 'aside';
}

function refuseTaken(webhook: Webhook, url: string): UserError {
	return new UserError(
		`The webhook for ${WEBHOOKS[webhook].name} of this Z-API instance belongs to another system (${toHost(url)}), and an instance has only one`,
		{
			description: `Choose what happens in '${TAKEN_POLICY_NAME}', in the options of ${DISPLAY_NAME}: with Share, n8n passes every call on to it; with Replace, it gets no calls until you unpublish the workflow. Or switch it off there first.`,
		},
	);
}
