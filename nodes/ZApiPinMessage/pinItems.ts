import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError, sleep } from 'n8n-workflow';
import { toChatKey } from '../shared/chatId';
import { readConnection } from '../shared/connection';
import { toItemError, toSentences } from '../shared/zApiError';
import { toOptions } from './options';
import { readParameters } from './readParameters';
import type { Attempt } from './scheduler';
import { schedule } from './scheduler';
import { sendPinRequest } from './sendPinRequest';
import type { PinRequest } from './toPinRequest';
import { toPinRequest } from './toPinRequest';

const NOTHING_SENT = 'Nothing was sent.';

const ITEMS_READ_AT_ONCE = 100;

/**
 * Takes every item through its journey: read its parameters and check them, send one request, verify
 * the response, give one output item.
 *
 * @returns for each item, in order, Z-API's response; or, when the node continues on failures, what
 * happened and what to do
 * @throws {NodeOperationError} when an input is refused; nothing was sent then
 * @throws {NodeApiError} when Z-API did not accept an item; nothing new was sent after it
 */
export async function pinItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemIndexes = [...context.getInputData().keys()];
	const stopOnFailure = !context.continueOnFail();
	const toError = (error: Error, itemIndex: number, progress = '') =>
		toItemError(context.getNode(), error, itemIndex, itemIndexes.length > 1 ? progress : '');
	const toOutputItem = (attempt: Attempt<IDataObject>, itemIndex: number): INodeExecutionData => ({
		json: attempt.ok ? attempt.value : { error: toSentences(toError(attempt.error, itemIndex)) },
		pairedItem: { item: itemIndex },
	});

	let setup: Awaited<ReturnType<typeof readSetup>>;
	try {
		setup = await readSetup(context);
	} catch (error) {
		if (stopOnFailure) throw toError(error as Error, 0, NOTHING_SENT);
		const attempt = { ok: false, error: error as Error } as const;
		return itemIndexes.map((itemIndex) => toOutputItem(attempt, itemIndex));
	}
	const { connection, options } = setup;

	const requests: Array<PinRequest | Error> = [];
	for (const itemIndex of itemIndexes) {
		const request = readRequest(context, itemIndex);
		if (stopOnFailure && request instanceof Error) throw toError(request, itemIndex, NOTHING_SENT);
		requests.push(request);
		// Expressions take n8n long: it has to serve others in between.
		if (itemIndex % ITEMS_READ_AT_ONCE === ITEMS_READ_AT_ONCE - 1) await sleep(0);
	}

	const { attempts, succeeded, stoppedBy } = await schedule(
		requests,
		async (request) =>
			request instanceof Error
				? { ok: false, error: request }
				: await sendPinRequest(context, connection, request, options.timeout),
		{
			concurrency: options.maxConcurrentRequests,
			retries: options.retries,
			stopOnFailure,
			// What is refused is not sent.
			keyOf: (request) => (request instanceof Error ? '' : toChatKey(request.phone)),
			signal: context.getExecutionCancelSignal(),
		},
	);
	const progress = `${succeeded} of ${requests.length} items are done.`;
	const finished = attempts.filter((attempt) => attempt !== undefined);
	if (stoppedBy) throw toError(stoppedBy.error, stoppedBy.job, progress);
	if (finished.length < requests.length) throw toStopped(context, progress);
	return finished.map(toOutputItem);
}

/** Reads and checks what all items have in common. */
async function readSetup(context: IExecuteFunctions) {
	const connection = await readConnection(context);
	return { connection, options: toOptions(context.getNodeParameter('options', 0, {})) };
}

/** Reads and checks one item; gives the error back, as others may go on. */
function readRequest(context: IExecuteFunctions, itemIndex: number): PinRequest | Error {
	try {
		return toPinRequest(readParameters(context, itemIndex));
	} catch (error) {
		return error as Error;
	}
}

function toStopped(context: IExecuteFunctions, description: string): NodeOperationError {
	return new NodeOperationError(context.getNode(), 'The execution was stopped', { description });
}
