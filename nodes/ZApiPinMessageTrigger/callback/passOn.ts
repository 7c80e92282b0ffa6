import { type IDataObject, type IWebhookFunctions, sleep } from 'n8n-workflow';
import { withTimeout } from '../../shared/sleep';
import { readConnection } from '../../shared/transport/connection';
import { isTrue, toObject } from '../../shared/json';
import { toNetworkCode } from '../../shared/transport/response';
import type { ReceiverList } from '../../shared/webhooks/receivers';
import {
	decodeList,
	describeReceiver,
	isSigned,
	isTrigger,
	readOwner,
} from '../../shared/webhooks/receivers';
import { toHash } from '../../shared/hash';
import { DISPLAY_NAME } from '../parameters';
import { isCallable } from '../registration/webhookUrl';
import { logOnce } from './logOnce';
import { TtlCache } from './ttlCache';

/** How long Z-API and the workflow itself wait for the others, in milliseconds. */
const MAX_WAIT_MS = 2000;

/** How long one attempt may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Before each retry, in milliseconds. */
const RETRY_DELAYS_MS = [1000, 5000, 25_000];

/** What may wait for one receiver, so that a slow one costs neither memory nor the others. */
const MAX_WAITING = { calls: 100, bytes: 5_000_000 };

/** Headers of the hop from Z-API to n8n, or of a proxy before n8n. n8n has decompressed the body. */
const HOP_HEADERS =
	/^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|expect|content-(?:length|encoding)|forwarded|via|x-forwarded-.*|x-real-ip|x-amzn-.*|x-auth-request-.*|x-goog-iap-.*|x-ms-client-.*|true-client-ip|cf-.*|cdn-loop|authorization|cookie)$/;

const NOBODY: ReceiverList = { receivers: [], hasSwitchedOn: false };

/** The lists of the latest calls, once checked, so that a call costs no decryption of the credential. */
const lists = new TtlCache<ReceiverList>(1000);

/** Which receiver has which call, be it by another webhook, or repeated by Z-API. */
const passedOn = new TtlCache<true>(20_000);

/** Receivers that did not take a call, or not at once: nobody waits for them. */
const failing = new TtlCache<true>(1000);

/** What waits for each receiver, by URL. */
const waiting = new Map<string, { calls: number; bytes: number }>();

/** One call for one receiver. */
interface Delivery {
	context: IWebhookFunctions;
	url: string;
	headers: Record<string, string>;
	body: Buffer;
}

/** Why a receiver doesn't have a call. */
interface DeliveryFailure {
	reason: string;
	isTemporary: boolean;
}

/**
 * Passes a call on to those who share the webhook, according to the list in the URL that is called. Each gets
 * it once, and none waits for another.
 *
 * @param call its secret, already checked, and its body
 * @returns when all have it, or after two seconds; retries go on. Never throws
 */
export async function passOn(
	context: IWebhookFunctions,
	{ secret, body }: { secret: string; body: Buffer },
): Promise<void> {
	try {
		const { receivers, hasSwitchedOn } = await readList(context, secret);
		if (receivers.length === 0) return;
		const headers = selectHeaders(context);
		// Other systems didn't get such calls before, and one that answers messages would answer its own.
		const isNew = hasSwitchedOn && isTrue(toObject(context.getBodyData()).fromMe);
		const entitled = receivers.filter((receiver) => isTrigger(receiver) || !isNew);
		await Promise.all(
			entitled.map(async ({ url }) => await deliver({ context, url, headers, body })),
		);
	} catch (error) {
		context.logger.error(`${DISPLAY_NAME} can't pass a call on. ${(error as Error).message}`);
	}
}

/** Reads who else gets the call, but only from a list that this package has written. */
async function readList(context: IWebhookFunctions, secret: string): Promise<ReceiverList> {
	const { list } = context.getQueryData() as IDataObject;
	if (typeof list !== 'string') return NOBODY;
	const key = toHash(secret, list);
	const known = lists.get(key);
	if (known) return known;
	const { receivers, hasSwitchedOn } = decodeList(list);
	const others = receivers.filter(({ url, role }) => url !== '' && role !== 'aside');
	let checked = NOBODY;
	if (others.length > 0) {
		const connection = await readConnection(context);
		if (isSigned(list, secret, connection.token)) {
			const callable = others.filter(({ url }) => isCallable(url, connection));
			checked = { receivers: callable, hasSwitchedOn };
		} else {
			const { id, name } = context.getWorkflow();
			logOnce(
				context,
				`unsigned ${id}`,
				`${DISPLAY_NAME} passes nothing on from the workflow “${name}”, as the URL that was called is not the one that it registered. If the instance token has changed, unpublish and publish the workflow.`,
			);
		}
	}
	lists.set(key, checked);
	return checked;
}

function selectHeaders(context: IWebhookFunctions): Record<string, string> {
	const { connection = '', ...headers } = context.getHeaderData();
	const ofThisHop = String(connection)
		.toLowerCase()
		.split(/[\s,]+/);
	const selected: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		const isOfHop = HOP_HEADERS.test(name) || ofThisHop.includes(name);
		if (typeof value === 'string' && !isOfHop) selected[name] = value;
	}
	return selected;
}

/** @returns after the first attempt, after a while, or at once if the receiver did not respond lately */
async function deliver(delivery: Delivery): Promise<void> {
	const { url, body } = delivery;
	const key = toHash(url, body);
	if (passedOn.get(key)) return;
	const queue = waiting.get(url) ?? { calls: 0, bytes: 0 };
	if (queue.calls >= MAX_WAITING.calls || queue.bytes + body.length > MAX_WAITING.bytes) {
		logFailure(delivery, 'Too many calls wait for it');
		return;
	}
	passedOn.set(key, true);
	queue.calls++;
	queue.bytes += body.length;
	waiting.set(url, queue);
	const isFailing = failing.get(url);
	const first = attempt(delivery);
	retry(delivery, first)
		.then((failure) => {
			queue.bytes -= body.length;
			if (--queue.calls === 0) waiting.delete(url);
			if (!failure) return;
			passedOn.delete(key);
			logFailure(delivery, failure.reason);
		})
		.catch(() => undefined);
	if (isFailing) return;
	const isInTime = first.then(() => true);
	if (!(await withTimeout(isInTime, MAX_WAIT_MS, false))) failing.set(url, true);
}

/** @returns why the receiver doesn't have it after all retries */
async function retry(
	delivery: Delivery,
	first: Promise<DeliveryFailure | undefined>,
): Promise<DeliveryFailure | undefined> {
	let failure = await first;
	for (const delay of RETRY_DELAYS_MS) {
		if (!failure?.isTemporary) break;
		await sleep(delay);
		failure = await attempt(delivery);
	}
	return failure;
}

/** @returns why the receiver doesn't have it; never throws */
async function attempt(delivery: Delivery): Promise<DeliveryFailure | undefined> {
	const failure = await post(delivery);
	if (failure) failing.set(delivery.url, true);
	else failing.delete(delivery.url);
	return failure;
}

async function post({
	context,
	url,
	headers,
	body,
}: Delivery): Promise<DeliveryFailure | undefined> {
	const deadline = AbortSignal.timeout(TIMEOUT_MS);
	try {
		const { statusCode, body: response } = (await context.helpers.httpRequest({
			method: 'POST',
			url,
			headers,
			body,
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
			returnFullResponse: true,
			encoding: 'stream',
			abortSignal: deadline,
		})) as { statusCode: number; body: { destroy: () => void } };
		// Nobody reads it.
		response.destroy();
		if (statusCode >= 200 && statusCode < 300) return undefined;
		const isTemporary = statusCode >= 500 || [404, 408, 425, 429].includes(statusCode);
		return { reason: `It responds with HTTP status ${statusCode}`, isTemporary };
	} catch (error) {
		// It may have the call, so that is not sent again. A trigger knows what it has.
		const isTemporary = !deadline.aborted || readOwner(url) !== '';
		if (deadline.aborted) return { reason: 'It takes more than 10 seconds', isTemporary };
		return { reason: `It can't be reached (${toNetworkCode(error)})`, isTemporary };
	}
}

function logFailure({ context, url }: Delivery, reason: string): void {
	logOnce(
		context,
		url + reason,
		`${DISPLAY_NAME} can't pass a call on to ${describeReceiver(url)}. ${reason}. If it is gone for good, ${readOwner(url) ? 'publish or unpublish any workflow with this trigger' : 'remove its URL from the Z-API panel once all workflows with this trigger are unpublished'}.`,
	);
}
