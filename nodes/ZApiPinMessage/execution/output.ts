import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { isTrue } from '../../shared/response';
import { toItemError, ZApiError } from '../../shared/zApiError';
import type { Job } from '../operations/operation';
import type { Attempt } from '../scheduler';

/** The `code` of an item that was refused before anything was sent. */
const INVALID_PARAMETER = 'invalidParameter';

/** The `code` of an item for which something was thrown that nobody foresaw. */
const UNEXPECTED = 'unexpected';

/**
 * Makes one output item for each input item. With Include Input Fields, the input's fields come first and
 * ours are in `zApi` beside them: on top of them, ours would replace those of the same name, and nobody
 * could tell whose a `messageId` is.
 *
 * @param attempts the last attempt at each job
 */
export function toOutput(
	context: IExecuteFunctions,
	jobs: Job[],
	attempts: Array<Attempt<IDataObject>>,
): INodeExecutionData[] {
	const node = context.getNode();
	const inputs = context.getInputData();
	const isIncluded = isTrue(context.getNodeParameter('options.includeInputFields', 0, false));
	return attempts.map((attempt, itemIndex) => {
		const toItem = (fields: IDataObject): INodeExecutionData => ({
			json: isIncluded ? { ...inputs[itemIndex]?.json, zApi: fields } : fields,
			pairedItem: { item: itemIndex },
		});
		if (attempt.ok) return toItem(attempt.value);

		const error = toItemError(node, attempt.error, itemIndex);
		const item = toItem(toFailedFields(error, attempt.error, jobs[itemIndex]));
		// n8n sends an item with `error` to the error output, and puts the input's fields under its own. But
		// it reduces every item that still has an `error` then to its message: the copy that n8n makes of an
		// item lacks what isn't enumerable.
		if (node.onError === 'continueErrorOutput')
			Object.defineProperty(item, 'error', { value: error });
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
		temporary: failure?.retry !== undefined,
		...job?.identity,
	};
}

/** What comes of an item that nothing was sent for. */
export function toRefused(error: Error): Attempt<never> {
	return { ok: false, error };
}

/** What was accepted while the instance is not connected: when it will be pinned, nobody knows. */
export function toQueued(attempt: Attempt<IDataObject>): Attempt<IDataObject> {
	if (!attempt.ok) return attempt;
	const value: IDataObject = { ...attempt.value, state: 'queued' };
	delete value.expiresAt;
	return { ok: true, value };
}

/** How far an execution came: "2 of 5 items are done, the last of them is item 3." */
export function toProgress(attempts: ReadonlyArray<Attempt<unknown> | undefined>): string {
	const done = [...attempts.keys()].filter((itemIndex) => attempts[itemIndex]?.ok);
	const items = attempts.length === 1 ? 'item' : 'items';
	const are = attempts.length === 1 || done.length === 1 ? 'is' : 'are';
	const last = done.length > 0 ? `, the last of them is item ${done.at(-1)}` : '';
	return `${done.length} of ${attempts.length} ${items} ${are} done${last}.`;
}
