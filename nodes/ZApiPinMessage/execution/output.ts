import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import { toSentences, ZApiError } from '../../shared/transport/zApiError';
import type { AttemptResult, Job, Output, Progress, Step } from '../operations/operation';
import type { ConnectionStatus } from './connectionStatus';

/** A job, or what is known of an item that can't be carried out. */
export type Item = Job | RefusedItem;

export interface RefusedItem extends Pick<Job, 'itemIndex' | 'identity' | 'progress'> {
	/** Absent if Resource or Operation is invalid. */
	operation?: Job['operation'];
	/** Why. */
	refusal: Error;
}

/** The last result of each item; one that was not finished is absent. */
export type Results = ReadonlyMap<Item, AttemptResult<Output>>;

export const NOTHING_SENT = 'Nothing was sent.';

const pinIt = ({ sent }: Progress) =>
	`Pin it with 'Message ID' ${sent?.messageId}; don't send it again.`;

/**
 * What a user must know before they try again, by how far the item came: what happened, if it matters more than
 * why the rest failed, and what to do.
 */
export const WHAT_IS_DONE: Record<
	Step,
	{ message?: string; advice: (progress: Progress) => string } | undefined
> = {
	nothing: undefined,
	pinPerhapsAccepted: {
		advice: () =>
			'If the message is pinned all the same, pinning it again renews the pin, and members may see the notice once more.',
	},
	unpinPerhapsAccepted: { advice: () => 'If the message is still pinned, unpin it again.' },
	messagePerhapsAccepted: {
		message: 'The message may have been sent',
		advice: () => 'Look in the chat before you send it again.',
	},
	messageAccepted: {
		message: 'Z-API accepted the message, but not its pin',
		advice: pinIt,
	},
	messageAcceptedPinPerhaps: {
		message: 'Z-API accepted the message, but its pin is not confirmed',
		advice: pinIt,
	},
};

/**
 * Makes the output items of each input item: one, or all that were found. With Include Input Fields, the
 * fields of the node are in `zApi`, next to those of the input, so that neither replaces the other's
 * `messageId`.
 *
 * @param results the result of each item
 * @param isIncluded whether it includes the input's fields
 * @param isCommon whether all items have the same error, which is about none of them
 */
export function makeOutput(
	context: IExecuteFunctions,
	results: Results,
	{ isIncluded, isCommon = false }: { isIncluded: boolean; isCommon?: boolean },
): INodeExecutionData[] {
	const node = context.getNode();
	const inputs = context.getInputData();
	return [...results].flatMap(([item, result]) => {
		const { itemIndex } = item;
		const { json, binary } = inputs[itemIndex] ?? {};
		const makeItem = (fields: IDataObject): INodeExecutionData => ({
			json: isIncluded ? { ...json, zApi: fields } : fields,
			...(isIncluded && binary && { binary }),
			pairedItem: { item: itemIndex },
		});
		if (result.ok) return [result.value].flat().map(makeItem);

		const isNamed = !isCommon && inputs.length > 1;
		const error = makeNodeError(node, result.error, item, { isNamed });
		const failedItem = makeItem(makeFailedFields(error, result.error, item));
		// n8n sends an item with `error` to the error output, together with the input's fields. Then it
		// reduces each item that still has an `error` to its message. A property that isn't enumerable is not in
		// the copy that n8n makes, so the item stays complete. Older n8n sets it to undefined.
		if (node.onError === 'continueErrorOutput')
			Object.defineProperty(failedItem, 'error', { value: error, writable: true });
		return failedItem;
	});
}

function makeFailedFields(
	{ message, description }: Error & { description?: string | null },
	error: Error,
	item: Item,
): IDataObject {
	const failure = error instanceof ZApiError ? error.failure : undefined;
	const isRefused = 'refusal' in item || error instanceof UserError;
	const { step, sent } = item.progress;
	return {
		error: message,
		description: description || null,
		code: failure?.name ?? (isRefused ? 'invalidParameter' : 'unexpected'),
		// A retry would repeat the part that is done.
		temporary: failure?.retry !== undefined && WHAT_IS_DONE[step]?.message === undefined,
		// The error output would show those of the input in their place.
		action: null,
		chat: null,
		messageId: null,
		...item.identity,
		...(sent && { messageId: sent.messageId }),
	};
}

/**
 * Makes the error that n8n shows: what is done of the item, what happened and what to do.
 *
 * @param error a refused input, a failed request, or n8n's own error for an invalid expression, which is
 * not changed if nothing is done
 * @param item what it is about; absent: the whole execution
 * @param isNamed whether the message says which item it is about
 * @param progress a sentence about the other items
 */
export function makeNodeError(
	node: INode,
	error: Error & { description?: string | null },
	item: Item | undefined,
	{ isNamed = false, progress = '' } = {},
): Error {
	const done = item && WHAT_IS_DONE[item.progress.step];
	if (!(error instanceof UserError) && !done?.message) return error;
	const what = done?.message ?? error.message;
	const message = isNamed ? `${what} [item ${item?.itemIndex}]` : what;
	const reason = done?.message ? toSentences(error).replace(/\.?$/, '.') : error.description;
	const advice = item && done?.advice(item.progress);
	const sentences = done?.message ? [advice, reason, progress] : [reason, advice, progress];
	const description = sentences.filter(Boolean).join(' ');
	// n8n gives an AI agent the message only.
	const texts = node.type.endsWith('Tool')
		? { message: toSentences({ message, description }), description: '' }
		: { message, description };
	const itemIndex = item?.itemIndex;
	if (!(error instanceof ZApiError)) {
		return new NodeOperationError(node, texts.message, { ...texts, itemIndex });
	}
	return new NodeApiError(node, {}, { ...texts, itemIndex, httpCode: error.httpCode });
}

/**
 * Completes what is known of accepted requests: those of an instance that is not connected are queued, and only
 * a pin of a connected one has an expiry.
 */
export function applyStatus(
	result: AttemptResult<Output>,
	status: ConnectionStatus['is'],
): AttemptResult<Output> {
	if (!result.ok || Array.isArray(result.value) || status === 'connected') return result;
	const value = { ...result.value };
	delete value.expiresAt;
	if (value.state !== undefined && status === 'notConnected') value.state = 'queued';
	return { ok: true, value };
}

/**
 * The progress of an execution: "3 of 5 items are done (0–1, 3), the last of them is item 3." Then it lists
 * the items that are partly done.
 *
 * @param told the item whose error is shown already
 */
export function describeProgress(items: readonly Item[], results: Results, told?: Item): string {
	const done = items.filter((item) => results.get(item)?.ok).map(({ itemIndex }) => itemIndex);
	const partly = items.flatMap((item) => {
		const what = WHAT_IS_DONE[item.progress.step];
		if (!what?.message || item === told || results.get(item)?.ok) return [];
		const { message } = what;
		const sentences = toSentences({ message, description: what.advice(item.progress) });
		return [`Item ${item.itemIndex}: ${sentences}`];
	});
	const isNothing = done.length === 0 && items.every(({ progress }) => progress.step === 'nothing');
	return [isNothing ? NOTHING_SENT : count(done, items.length), ...partly].join(' ');
}

function count(done: number[], all: number): string {
	const items = all === 1 ? 'item' : 'items';
	const are = all === 1 || done.length === 1 ? 'is' : 'are';
	const isRow = done.length < 2 || done.at(-1) === done.length - 1;
	const which = isRow ? '' : ` (${formatRanges(done)})`;
	const last = done.length > 0 ? `${which}, the last of them is item ${done.at(-1)}` : '';
	return `${done.length} of ${all} ${items} ${are} done${last}.`;
}

/** @param numbers ascending, such as 0, 1, 2, 5: "0–2, 5" */
function formatRanges(numbers: number[]): string {
	const starts = numbers.filter((number, index) => number - 1 !== numbers[index - 1]);
	const ends = numbers.filter((number, index) => number + 1 !== numbers[index + 1]);
	return starts
		.map((start, index) => (start === ends[index] ? `${start}` : `${start}–${ends[index]}`))
		.join(', ');
}
