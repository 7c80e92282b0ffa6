// What was seen, in words. All that comes from Z-API goes through the masker.
import { toFailure } from '../../nodes/shared/transport/failures.ts';
import { hasError, type ZApiResponse } from '../../nodes/shared/transport/response.ts';
import { toObject } from '../../nodes/shared/json.ts';
import { isNumeric } from './masker.mts';
import { type Probe, type Sent, toPinMessage } from './probe.mts';

/** A response in one line. After an arrow: what the node takes a refusal for. */
export function tell({ masker }: Probe, response: ZApiResponse): string {
	const { statusCode, body, networkCode } = response;
	if (networkCode) return `no response (${networkCode})`;
	if (body === '') return `${statusCode} (empty)${toArrow(response)}`;
	const isHtml = typeof body === 'string' && /<html|<!doctype/i.test(body);
	const text = isHtml ? 'an HTML page' : 'a text that is not JSON';
	const content = typeof body === 'string' ? text : JSON.stringify(masker.mask(body));
	return `${statusCode} ${content}${toArrow(response)}`;
}

function toArrow(response: ZApiResponse): string {
	const { statusCode, body } = response;
	const isStatus = 'connected' in toObject(body);
	const isFine = statusCode === 200 && typeof body !== 'string' && (isStatus || !hasError(body));
	return isFine ? '' : ` → ${toFailure(response).name}`;
}

/** The fields of objects, and what kinds of values they hold. */
export function tellFields({ masker }: Probe, objects: unknown[]): string {
	const kinds = new Map<string, Set<string>>();
	for (const [field, value] of objects.flatMap((object) => Object.entries(toObject(object)))) {
		const name = masker.maskField(field);
		kinds.set(name, (kinds.get(name) ?? new Set()).add(toKind(value, field)));
	}
	const fields = [...kinds].map(([name, values]) => `${name}: ${[...values].sort().join(' or ')}`);
	return fields.sort().join('; ') || 'no fields';
}

export function toKind(value: unknown, field = ''): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'list';
	if (typeof value !== 'string') return typeof value;
	if (value === '') return 'empty text';
	if (/^(true|false)$/i.test(value)) return 'boolean as text';
	return field && isNumeric(field) && /^-?[\d.]+$/.test(value) ? 'number as text' : 'text';
}

/** Whether what was sent is in Z-API's queue now. */
export const tellAccepted = (probe: Probe, { messageId, response }: Sent) =>
	messageId ? 'accepted' : tell(probe, response);

/** What became of it in the queue, as the callback on sending has it. */
export async function tellOutcome(probe: Probe, sent: Sent): Promise<string> {
	if (!sent.messageId) return 'not accepted';
	const delivery = await probe.deliveryOf(sent);
	if (!delivery) return `no callback within ${probe.patienceMs / 1000} s`;
	const { error, errorCode } = delivery.callback;
	return error ? `not sent: ${tellValue(probe, { error, errorCode })}` : 'sent';
}

/** The callback on sending itself. */
export async function tellDelivery(probe: Probe, sent: Sent): Promise<string> {
	const outcome = await tellOutcome(probe, sent);
	const { callback } = (await probe.deliveryOf(sent)) ?? {};
	return callback
		? `${outcome}; ${tellIds(callback, sent)}; ${tellFields(probe, [callback])}`
		: outcome;
}

/** The callback that tells of the message, the pin or the unpin itself. */
export async function tellOwnCallback(probe: Probe, sent: Sent): Promise<string> {
	const { callback } = (await probe.eventOf(sent)) ?? {};
	if (!callback) return `no callback within ${probe.patienceMs / 1000} s`;
	const { messageId, fromMe, fromApi } = callback;
	const { action, pinDurationInSecs, reference } = toPinMessage(callback);
	const what = reference === sent.body.messageId ? 'the message' : 'something else';
	return [
		tellValue(probe, { action, pinDurationInSecs, fromMe, fromApi }),
		tellIds({ messageId }, sent),
		...(action === undefined ? [] : [`refers to ${what}`]),
	].join('; ');
}

/** A value, masked. */
export const tellValue = ({ masker }: Probe, value: unknown) =>
	JSON.stringify(masker.mask(value) ?? null);

function tellIds(found: { messageId?: unknown; zaapId?: unknown }, sent: Sent): string {
	return (['messageId', 'zaapId'] as const)
		.filter((name) => name in found)
		.map((name) => `${name} ${found[name] === sent[name] ? 'is the response’s' : 'is another'}`)
		.join(', ');
}
