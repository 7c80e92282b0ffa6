import { createHmac } from 'node:crypto';
import { isEqual, toHash } from '../hash';

/** One that gets the calls of a webhook. */
export interface Receiver {
	/**
	 * `trigger` and `test` are this package's own, in any n8n, and the first of them has its URL registered
	 * with Z-API. It passes the calls on to the others, and to another system if it is `shared`, but not if it
	 * is set `aside`. A `guest` gets calls that Z-API sent to its other webhook before.
	 */
	role: (typeof ROLES)[number];
	/** That of another system is kept to the letter, as it is registered again later. */
	url: string;
	wantsSentByMe?: boolean;
	/** Unix time in seconds of when a trigger could not be reached; absent if it could be. */
	unreachableSince?: number;
}

/** Who gets the calls of one webhook. It is stored in the registered URL. */
export interface ReceiverList {
	receivers: Receiver[];
	/** Whether calls for activity of the connected number were off before. */
	hasSwitchedOn: boolean;
}

/** In characters. Web servers in front of n8n refuse a request line of more than 8 KB. */
export const MAX_URL_LENGTH = 7000;

/** In characters: a domain name has at most 253, and a port may follow. */
const MAX_HOST_LENGTH = 260;

/** For the workflow's name in a URL, in characters. */
export const MAX_NAME_LENGTH = 60;

const OWNER = /^[\w-]{8}\.[\w-]{16}$/;

const ROLES = ['trigger', 'test', 'shared', 'aside', 'guest'] as const;

/** Reads who gets the calls of a webhook from its registered URL. Does not check the signature. */
export function readReceivers(registered: string): ReceiverList {
	const url = parseTriggerUrl(registered);
	if (!url) {
		return {
			receivers: registered === '' ? [] : [{ role: 'shared', url: registered }],
			hasSwitchedOn: false,
		};
	}
	const { receivers, hasSwitchedOn } = decodeList(url.searchParams.get('list') ?? '');
	url.searchParams.delete('list');
	const [first = { role: 'trigger' }, ...others] = receivers;
	return order({ receivers: [{ ...first, url: toHref(url) }, ...others], hasSwitchedOn });
}

/**
 * Reads the list in the URL of a trigger, of which the first receiver is the trigger itself, with an empty URL.
 * Does not check the signature.
 *
 * @returns what comes before the damage if it is incomplete
 */
export function decodeList(list: string): ReceiverList {
	const [payload = '', signature] = list.split('.');
	const lines = Buffer.from(payload, 'base64url').toString().split('\n');
	if (signature === undefined) lines.pop();
	const [[hasSwitchedOn] = [], ...entries] = lines.map(parseLine);
	const receivers = entries.map(([role, url, wantsSentByMe, unreachableSince]): Receiver => ({
		role: ROLES[Number(role)] ?? 'aside',
		url: String(url),
		...(wantsSentByMe === 1 && { wantsSentByMe: true }),
		...(typeof unreachableSince === 'number' && unreachableSince > 0 && { unreachableSince }),
	}));
	return { receivers, hasSwitchedOn: hasSwitchedOn === 1 };
}

/**
 * Makes the URL to register. Base64url keeps the list readable if the query is encoded anew on its way. It has
 * one line for each receiver, other systems and those who were there before first, so that they can be read if
 * Z-API keeps only the beginning of the URL.
 *
 * @param token the instance token, which signs the list
 * @returns that of another system if no trigger is left; empty if there is none
 */
export function writeReceivers({ receivers, hasSwitchedOn }: ReceiverList, token: string): string {
	const [first] = receivers;
	if (!first || !isTrigger(first)) {
		return receivers.find(({ role }) => role !== 'guest')?.url ?? '';
	}
	const others = receivers
		.slice(1)
		.sort((one, other) => Number(isTrigger(one)) - Number(isTrigger(other)));
	const entries = [first, ...others].map((receiver) => {
		const { role, wantsSentByMe = false, unreachableSince = 0 } = receiver;
		const url = receiver === first ? '' : receiver.url;
		return [ROLES.indexOf(role), url, Number(wantsSentByMe), unreachableSince];
	});
	const lines = [[Number(hasSwitchedOn)], ...entries].map((line) => JSON.stringify(line));
	const payload = Buffer.from(lines.join('\n')).toString('base64url');
	const url = new URL(first.url);
	const isPlain = others.length === 0 && !hasSwitchedOn && first.role === 'trigger';
	if (isPlain && !first.wantsSentByMe && !first.unreachableSince) return toHref(url);
	const signature = sign(payload, url.searchParams.get('secret') ?? '', token);
	url.searchParams.set('list', `${payload}.${signature}`);
	return toHref(url);
}

/** The text of a URL with %20 for each blank of its query, as a server that stores it may write it so. */
export function toHref(url: URL): string {
	url.search = url.search.replaceAll('+', '%20');
	return url.href;
}

/**
 * Checks the signature of the list in a call, so that nobody who knows a URL can make n8n call another one.
 *
 * @param list as it is in the query
 * @param secret of the trigger that is called: the list of another one is not valid
 */
export function isSigned(list: string, secret: string, token: string): boolean {
	const [payload = '', signature = ''] = list.split('.');
	return isEqual(signature, sign(payload, secret, token));
}

export function isTrigger({ role }: Receiver): boolean {
	return role === 'trigger' || role === 'test';
}

/** The first passes calls on, so it is one that responds, and no test if possible. */
export function order(list: ReceiverList): ReceiverList {
	const rank = (receiver: Receiver) => {
		if (!isTrigger(receiver)) return 3;
		return receiver.unreachableSince ? 2 : Number(receiver.role === 'test');
	};
	const receivers = [...list.receivers].sort((one, other) => rank(one) - rank(other));
	return { ...list, receivers };
}

/** Names a receiver for a message, without secrets. */
export function describeReceiver(url: string): string {
	const workflow = readWorkflowName(url);
	const what = readOwner(url) ? `the workflow${workflow && ` “${workflow}”`}` : 'another system';
	return `${what} (${toHost(url)})`;
}

/** Identifies n8n and the node in the URL of a trigger; empty for other URLs. */
export function readOwner(url: string): string {
	return parseTriggerUrl(url)?.searchParams.get('owner') ?? '';
}

/** The beginning of the owner in the URLs of all triggers of an n8n. */
export function toN8nId(instanceId: string): string {
	return toHash(instanceId).slice(0, 8);
}

/** The host of a registered URL for a message, as the rest may contain secrets. */
export function toHost(registered: string): string {
	const { protocol = '', host = '' } = parseUrl(registered) ?? {};
	const isShown = /^https?:$/.test(protocol) && host.length <= MAX_HOST_LENGTH;
	return isShown ? host : 'an unknown host';
}

/** The workflow's name in the URL of a trigger, for a message; may be empty. */
export function readWorkflowName(url: string): string {
	const name = parseTriggerUrl(url)?.searchParams.get('workflow') ?? '';
	return name.slice(0, MAX_NAME_LENGTH);
}

/** Parses no longer text, as parsing normalises the host, which takes quadratic time. */
export function parseUrl(text: string): URL | undefined {
	return text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether a value has the format of a webhook's secret. */
export function isSecretForm(secret: unknown): secret is string {
	return typeof secret === 'string' && /^[\w-]{43}$/.test(secret);
}

function parseTriggerUrl(text: string): URL | undefined {
	const url = parseUrl(text);
	const owner = url?.searchParams.get('owner') ?? '';
	return OWNER.test(owner) && isSecretForm(url?.searchParams.get('secret')) ? url : undefined;
}

/** @returns nothing if it isn't what `writeReceivers` writes */
function parseLine(line: string): unknown[] {
	try {
		const values: unknown = JSON.parse(line);
		return Array.isArray(values) ? values : [];
	} catch {
		return [];
	}
}

function sign(payload: string, secret: string, token: string): string {
	const key = createHmac('sha256', token).update('receivers').digest();
	return createHmac('sha256', key).update(`${secret}.${payload}`).digest('base64url');
}
