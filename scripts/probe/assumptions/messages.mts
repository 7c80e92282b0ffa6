import { toObject } from '../../../nodes/shared/json.ts';
import type { Call } from '../listener.mts';
import { NotTried, type Probe, type Sent } from '../probe.mts';
import { tell, tellDelivery, tellFields, tellOwnCallback, tellValue, toKind } from '../tell.mts';
import { type Assumption, needing, once } from './assumption.mts';

/** The documented response to whatever goes into the queue. */
export const QUEUED = '200 {"zaapId":"<zaapId>","messageId":"<message ID>","id":"<ID>"}';

/** The documented callback on sending. */
export const DELIVERED =
	'sent; messageId is the response’s, zaapId is the response’s; instanceId: text; messageId: text; momment: number; phone: text; type: text; zaapId: text';

/** An entry of `/queue`. */
export const LISTED = 'it is listed; Created: number; MessageId: text; Phone: text; ZaapId: text';

const SECRET_HEADER = /token|sign|hmac|secret|auth|api-?key/i;

/** Two messages in a row, what waits right after, and a pin of the second, which may wait, too. */
export const messages = once(async (probe) => {
	probe.say('Sending two messages to the chat, and pinning the second at once.');
	const first = await probe.sendText('Probe: message 1');
	const second = await probe.sendText('Probe: message 2');
	const page = await probe.call('POST', '/queue', { pageSize: 1 });
	const { pagingState } = toObject(page.body);
	const nextPage = await probe.call('POST', '/queue', { pageSize: 1, pagingState });
	const pin = second.messageId ? await probe.pinAtOnce(second.messageId) : undefined;
	return { first, second, pages: [page, nextPage], pin };
});

/** @returns ID of the message, as soon as it is in the chat */
export async function toMessage(probe: Probe, sent: Sent): Promise<string> {
	if (!sent.messageId) throw new NotTried('the message was not accepted');
	await probe.settle(sent);
	return sent.messageId;
}

/** The message on which most is tried. */
export const firstMessage = async (probe: Probe) =>
	await toMessage(probe, (await messages(probe)).first);

/** What `/queue` lists of something that was sent. */
export function tellListed(probe: Probe, bodies: unknown[], sent: Sent): string {
	const entries = bodies.flatMap(toEntries);
	if (entries.length === 0) return 'nothing is listed';
	const isListed = entries.some(({ MessageId }) => MessageId === sent.messageId);
	return `it is ${isListed ? '' : 'not '}listed; ${tellFields(probe, entries)}`;
}

function toEntries(body: unknown) {
	const { messages: entries } = toObject(body);
	return Array.isArray(entries) ? entries.map(toObject) : [];
}

async function toFirstCall(probe: Probe): Promise<Call> {
	const call = await probe.deliveryOf((await messages(probe)).first);
	if (!call) throw new NotTried('no callback came');
	return call;
}

/** What is sent, waits and is told. */
export const MESSAGES: Assumption[] = needing(
	['messages', 'connected'],
	[
		{
			name: 'A message: the response',
			sandbox: QUEUED,
			look: async (probe) => tell(probe, (await messages(probe)).first.response),
		},
		{
			name: '/queue while a message waits',
			sandbox: LISTED,
			look: async (probe) => {
				const { pages, second } = await messages(probe);
				const bodies = pages.map(({ body }) => body);
				return tellListed(probe, bodies, second);
			},
		},
		{
			name: '/queue: the next page',
			sandbox: 'hasMore true; pagingState: text; then comes another entry',
			look: async (probe) => {
				const [page, nextPage] = (await messages(probe)).pages.map(({ body }) => body);
				const { hasMore, pagingState } = toObject(page);
				const [one, two] = [page, nextPage].map((body) => toEntries(body)[0]?.MessageId);
				const which = one === two ? 'the same' : 'another entry';
				return `hasMore ${tellValue(probe, hasMore)}; pagingState: ${toKind(pagingState)}; then comes ${two === undefined ? 'nothing' : which}`;
			},
		},
		{
			name: 'A message: the delivery callback',
			sandbox: DELIVERED,
			needs: ['webhook'],
			look: async (probe) => await tellDelivery(probe, (await messages(probe)).first),
		},
		{
			name: 'A message: its own callback',
			sandbox: '{"fromMe":true,"fromApi":true}; messageId is the response’s',
			needs: ['webhook'],
			look: async (probe) => await tellOwnCallback(probe, (await messages(probe)).first),
		},
		{
			name: 'The headers of a callback',
			sandbox: '{"type":"application/json"}; none about tokens or signatures',
			needs: ['webhook'],
			look: async (probe) => {
				const { headers } = await toFirstCall(probe);
				const names = Object.keys(headers).filter((name) => SECRET_HEADER.test(name));
				const about = names.join(', ') || 'none about tokens or signatures';
				return `${tellValue(probe, { type: headers['content-type'] })}; ${about}`;
			},
		},
		{
			name: 'The query of a webhook URL',
			sandbox: 'is kept',
			needs: ['webhook'],
			look: async (probe) => {
				const { query } = await toFirstCall(probe);
				return typeof query.query === 'string' ? 'is kept' : 'is lost';
			},
		},
	],
);
