import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError, sleep, UserError } from 'n8n-workflow';
import { toChatKey } from '../../shared/chat/chatId';
import { isTrue } from '../../shared/json';
import { findChoice } from '../../shared/parameter';
import { readConnection } from '../../shared/transport/connection';
import type {
	AttemptResult,
	ItemReader,
	Job,
	Output,
	ReadParameter,
	Run,
} from '../operations/operation';
import { failed } from '../operations/operation';
import { RESOURCES } from '../operations/operations';
import { readRunOptions } from '../options';
import { type ConnectionStatus, observeStatus, requestStatus } from './connectionStatus';
import { makeHints } from './hints';
import type { Item, RefusedItem } from './output';
import { applyStatus, describeProgress, makeNodeError, makeOutput, NOTHING_SENT } from './output';
import { schedule } from './scheduler';

const ITEMS_READ_AT_ONCE = 100;

/**
 * Runs the node for all items: reads and checks their parameters, sends their requests, verifies the
 * responses and makes the output.
 *
 * @returns in the order of the items: what Z-API accepted or, if the node continues after a failure, what
 * happened and what to do
 * @throws {NodeOperationError} if an input is refused; nothing was sent
 * @throws {NodeApiError} if Z-API did not accept an item; no other item was started after it
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	const stopOnFailure = !context.continueOnFail();
	const items = await readItems(context);
	const isNamed = items.length > 1;
	const jobs = items.filter((item): item is Job => !isRefused(item));
	const refused = items.filter(isRefused);
	const isQueued = jobs.some(({ operation }) => operation.isQueued);
	let run: Run;
	let status: ConnectionStatus | undefined;
	try {
		run = await openRun(context, items);
		if (stopOnFailure && refused[0]) {
			const progress = isNamed ? NOTHING_SENT : '';
			throw makeNodeError(node, refused[0].refusal, refused[0], { isNamed, progress });
		}
		if (isQueued && run.options.ifNotConnected === 'stop') {
			status = await requestStatus(run);
			if (status.is === 'notConnected') throw status.reason;
		}
	} catch (error) {
		const reason = error as Error;
		// What is an error of n8n already stays as it is.
		if (stopOnFailure) throw makeNodeError(node, reason, undefined, { progress: NOTHING_SENT });
		const results = new Map(items.map((item) => [item, { ok: false, error: reason } as const]));
		return makeOutput(context, results, { isIncluded: isIncluding(context), isCommon: true });
	}

	const { includeInputFields, maxConcurrentRequests, retries } = run.options;
	const readStatus = isQueued ? observeStatus(run, status) : undefined;
	const scheduled = await schedule(
		jobs,
		async (job) => await job.operation.attempt(run, job).catch(failed),
		{
			// A file takes several times its size in memory.
			concurrency: jobs.some(({ hasUpload }) => hasUpload) ? 1 : maxConcurrentRequests,
			retries,
			stopOnFailure,
			// Items without a chat run one after another.
			keyOf: ({ identity: { chat } }) => (typeof chat === 'string' ? toChatKey(chat) : ''),
			signal: context.getExecutionCancelSignal(),
		},
	);
	const { stoppedBy, pauses, pausedMs } = scheduled;
	const results = new Map<Item, AttemptResult<Output>>();
	for (const item of items) {
		const result = isRefused(item)
			? { ok: false as const, error: item.refusal }
			: scheduled.results.get(item);
		if (result) results.set(item, result);
	}
	if (stoppedBy) {
		const progress = isNamed ? describeProgress(items, results, stoppedBy.job) : '';
		throw makeNodeError(node, stoppedBy.error, stoppedBy.job, { isNamed, progress });
	}
	if (results.size < items.length) throw stopped(context, describeProgress(items, results));

	const connection = await readStatus?.();
	if (connection) {
		for (const [item, result] of results) results.set(item, applyStatus(result, connection));
	}
	// Older versions of n8n 1 don't have it.
	context.addExecutionHints?.(...makeHints(results, { pauses, pausedMs }));
	return makeOutput(context, results, { isIncluded: includeInputFields });
}

function isRefused(item: Item): item is RefusedItem {
	return 'refusal' in item;
}

/**
 * Reads what all items have in common.
 *
 * @throws {UserError} if the credential or an option is invalid
 */
async function openRun(context: IExecuteFunctions, items: Item[]): Promise<Run> {
	const connection = await readConnection(context);
	const isSending = items.some(({ operation }) => operation?.sendsMessages);
	const values = context.getNodeParameter('options', 0, {});
	return {
		context,
		connection,
		options: readRunOptions(values, isSending ? 'stop' : 'queue'),
	};
}

/** Include Input Fields, also if another option or the credential is invalid: no item loses its input. */
function isIncluding(context: IExecuteFunctions): boolean {
	try {
		return isTrue(context.getNodeParameter('options.includeInputFields', 0, false));
	} catch {
		return false;
	}
}

/** Reads and checks every item. */
async function readItems(context: IExecuteFunctions): Promise<Item[]> {
	const items: Item[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		items.push(readItem(context, itemIndex));
		// Evaluating expressions takes time: give n8n time for other work in between.
		if (itemIndex % ITEMS_READ_AT_ONCE === ITEMS_READ_AT_ONCE - 1) await sleep(0);
	}
	return items;
}

function readItem(context: IExecuteFunctions, itemIndex: number): Item {
	const read: ReadParameter = (name, options) =>
		context.getNodeParameter(name, itemIndex, '', options);
	const findFile: ItemReader['findFile'] = (property) =>
		context.helpers.assertBinaryData(itemIndex, property);
	const progress = { step: 'nothing' as const };
	try {
		const { operations } = findChoice(RESOURCES, read('resource'), 'Resource');
		const operation = findChoice(operations, read('operation'), 'Operation');
		const reading = operation.read({ read, findFile });
		const item = { itemIndex, operation, progress, ...reading };
		const refusal = operation.sendsMessages ? findRepetition(context, read) : undefined;
		return 'refusal' in item || !refusal ? item : { ...item, refusal };
	} catch (error) {
		return { itemIndex, identity: {}, progress, refusal: error as Error };
	}
}

/** n8n would run all items again without a notice, also those that are done. */
function findRepetition(context: IExecuteFunctions, read: ReadParameter): UserError | undefined {
	if (context.getNode().retryOnFail) {
		return new UserError("'Retry On Fail' would send messages again", {
			description:
				"Turn it off in the settings of the node. Use the option 'Retries' instead, which only repeats what was not sent.",
		});
	}
	if (context.getMode() !== 'retry' || isTrue(read('options.sendOnRetry'))) return undefined;
	return new UserError('Retry may send again what was sent', {
		description:
			"Look in the chats first. If nothing was sent, turn on the option 'Send on Retry', then retry with the currently saved workflow.",
	});
}

function stopped(context: IExecuteFunctions, description: string): NodeOperationError {
	const message = 'The execution was stopped';
	// n8n keeps neither the output nor the error of a node that it has stopped.
	context.logger.warn(`${context.getNode().name}: ${message}. ${description}`);
	return new NodeOperationError(context.getNode(), message, { description });
}
