import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import type { Failure } from '../../shared/transport/failures';
import { toItemError, toSentences, ZApiError } from '../../shared/transport/zApiError';
import type { Job, Output } from '../operations/operation';
import type { Attempt } from '../scheduler';

/** The `code` of an item that was refused before anything was sent. */
const INVALID_PARAMETER = 'invalidParameter';

/** The `code` of an item for which an unexpected error was thrown. */
const UNEXPECTED = 'unexpected';

const UNFORESEEN: Failure = {
	name: UNEXPECTED,
	matches: () => false,
	message: '',
	description: '',
};

/**
 * Makes the output items of each input item: one, or all that were found. With Include Input Fields, the
 * fields of the node are in `zApi`, next to those of the input, so that neither replaces the other's
 * `messageId`.
 *
 * @param attempts the last attempt at each job
 * @param isIncluded whether it includes the input's fields
 */
export function toOutput(
	context: IExecuteFunctions,
	jobs: Job[],
	attempts: Array<Attempt<Output>>,
	isIncluded: boolean,
): INodeExecutionData[] {
	const node = context.getNode();
	const inputs = context.getInputData();
	return attempts.flatMap((attempt, itemIndex) => {
		const toItem = (fields: IDataObject): INodeExecutionData => ({
			json: isIncluded ? { ...inputs[itemIndex]?.json, zApi: fields } : fields,
			pairedItem: { item: itemIndex },
		});
		if (attempt.ok) return [attempt.value].flat().map(toItem);

		const reason = explain(attempt.error, jobs[itemIndex]);
		const error = toItemError(node, reason, itemIndex);
		const item = toItem(toFailedFields(error, reason, jobs[itemIndex]));
		// n8n sends an item with `error` to the error output, together with the input's fields. Then it
		// reduces each item that still has an `error` to its message. A property that isn't enumerable is not in
		// the copy that n8n makes, so the item stays complete. Older n8n sets it to undefined.
		if (node.onError === 'continueErrorOutput')
			Object.defineProperty(item, 'error', { value: error, writable: true });
		return item;
	});
}

function toFailedFields(
	{ message, description }: Error & { description?: string | null },
	error: Error,
	job?: Job,
): IDataObject {
	const failure = error instanceof ZApiError ? error.failure : undefined;
	const code = job?.refusal || error instanceof UserError ? INVALID_PARAMETER : UNEXPECTED;
	return {
		error: message,
		...(description && { description }),
		code: failure?.name ?? code,
		// A retry would repeat the part that is done.
		temporary: failure?.retry !== undefined && !job?.partlyDone,
		...job?.identity,
	};
}

/**
 * Says first which part was done, and last what may have been done. The error itself can't say it, as it may
 * be that of another job.
 */
export function explain(error: Error, job?: Job): Error {
	const { partlyDone, caution } = job ?? {};
	if (!partlyDone) {
		if (!caution || !(error instanceof ZApiError)) return error;
		return new ZApiError(error.failure, `${error.description} ${caution}`, error.httpCode);
	}
	const { message, description } = partlyDone;
	const reason = toSentences(error).replace(/\.?$/, '.');
	const failure = { ...(error instanceof ZApiError ? error.failure : UNFORESEEN), message };
	const httpCode = error instanceof ZApiError ? error.httpCode : undefined;
	return new ZApiError(failure, `${description} ${reason}`, httpCode);
}

/** The result of an item for which nothing was sent. */
export function toRefused(error: Error): Attempt<never> {
	return { ok: false, error };
}

/** The result of a request that Z-API accepted while the instance is not connected. It has no `expiresAt`. */
export function toQueued(attempt: Attempt<Output>): Attempt<Output> {
	if (!attempt.ok || Array.isArray(attempt.value)) return attempt;
	const value: IDataObject = { ...attempt.value, state: 'queued' };
	delete value.expiresAt;
	return { ok: true, value };
}

/**
 * The progress of an execution: "3 of 5 items are done (0–1, 3), the last of them is item 3." Then it lists
 * the items that are partly done.
 *
 * @param told the item whose error is shown already
 */
export function toProgress(
	jobs: readonly Job[],
	attempts: ReadonlyArray<Attempt<unknown> | undefined>,
	told?: number,
): string {
	const done = [...attempts.keys()].filter((itemIndex) => attempts[itemIndex]?.ok);
	const items = attempts.length === 1 ? 'item' : 'items';
	const are = attempts.length === 1 || done.length === 1 ? 'is' : 'are';
	const isRow = done.length < 2 || done.at(-1) === done.length - 1;
	const which = isRow ? '' : ` (${toRanges(done)})`;
	const last = done.length > 0 ? `${which}, the last of them is item ${done.at(-1)}` : '';
	const partly = [...jobs.entries()].flatMap(([itemIndex, { partlyDone }]) =>
		partlyDone && !attempts[itemIndex]?.ok && itemIndex !== told
			? [`Item ${itemIndex}: ${toSentences(partlyDone)}`]
			: [],
	);
	return [`${done.length} of ${attempts.length} ${items} ${are} done${last}.`, ...partly].join(' ');
}

/** @param numbers ascending, such as 0, 1, 2, 5: "0–2, 5" */
function toRanges(numbers: number[]): string {
	const starts = numbers.filter((number, index) => number - 1 !== numbers[index - 1]);
	const ends = numbers.filter((number, index) => number + 1 !== numbers[index + 1]);
	return starts
		.map((start, index) => (start === ends[index] ? `${start}` : `${start}–${ends[index]}`))
		.join(', ');
}
