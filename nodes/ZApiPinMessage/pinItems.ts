import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { NodeOperationError, sleep } from 'n8n-workflow';
import type { Connection } from '../shared/connection';
import { CREDENTIAL_TYPE, toConnection } from '../shared/connection';
import { toFailure } from '../shared/failures';
import type { Explanation } from '../shared/nodeErrors';
import { explain, toItemError, toSentences } from '../shared/nodeErrors';
import { redact } from '../shared/redact';
import type { Attempt } from '../shared/scheduler';
import { schedule } from '../shared/scheduler';
import { post } from '../shared/transport';
import type { PinOptions } from './options';
import { toOptions } from './options';
import { readParameters } from './readParameters';
import type { PinRequest } from './toPinRequest';
import { toPinRequest } from './toPinRequest';
import { verifyPinAnswer } from './verifyPinAnswer';

/** What all requests of an execution have in common. */
interface Access {
	credential: ICredentialDataDecryptedObject;
	connection: Connection;
	options: PinOptions;
}

/** What came of one item: Z-API's answer, or why there is none. */
type Outcome = { json: IDataObject } | Error | Explanation;

const ITEMS_READ_AT_ONCE = 100;

const CLOCK = { now: Date.now, sleep, random: Math.random };

/**
 * Takes every item through its journey: read its parameters and check them, send one request, verify
 * the answer, give one output item.
 *
 * @returns for each item, in order, Z-API's answer; or, when the node continues on failures, what
 * happened and what to do
 * @throws {NodeOperationError} when an input is refused; nothing was sent then
 * @throws {NodeApiError} when Z-API did not confirm an item; nothing new was sent after it
 */
export async function pinItems(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemIndexes = [...this.getInputData().keys()];
	const stopOnFailure = !this.continueOnFail();

	let access: Access;
	try {
		access = await readAccess.call(this);
	} catch (error) {
		return itemIndexes.map((itemIndex) => toOutputItem.call(this, error as Error, itemIndex));
	}

	const requests: Array<PinRequest | Error> = [];
	for (const itemIndex of itemIndexes) {
		const request = readRequest.call(this, itemIndex);
		if (stopOnFailure && request instanceof Error) {
			toOutputItem.call(this, request, itemIndex, 'Nothing was sent.');
		}
		requests.push(request);
		// Expressions take n8n long: it has to answer others in between.
		if (itemIndex % ITEMS_READ_AT_ONCE === ITEMS_READ_AT_ONCE - 1) await sleep(0);
	}

	const { outcomes, done, stoppedBy } = await schedule(
		requests.length,
		async (itemIndex) => await send.call(this, requests[itemIndex], access),
		{
			concurrency: access.options.maxConcurrentRequests,
			retries: access.options.retries,
			stopOnFailure,
			signal: this.getExecutionCancelSignal(),
			clock: CLOCK,
		},
	);
	const progress = `${done} of ${requests.length} items are done.`;
	const stopper = stoppedBy === undefined ? undefined : outcomes[stoppedBy];
	if (stopper && stoppedBy !== undefined) toOutputItem.call(this, stopper, stoppedBy, progress);
	return outcomes.map((outcome, itemIndex) => {
		if (outcome) return toOutputItem.call(this, outcome, itemIndex);
		throw new NodeOperationError(this.getNode(), 'The execution was stopped', {
			description: progress,
		});
	});
}

async function readAccess(this: IExecuteFunctions): Promise<Access> {
	const credential = await this.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE);
	const options = toOptions(this.getNodeParameter('options', 0, {}));
	return { credential, connection: toConnection(credential), options };
}

/** Reads and checks one item; gives the error back, as others may go on. */
function readRequest(this: IExecuteFunctions, itemIndex: number): PinRequest | Error {
	try {
		return toPinRequest(readParameters.call(this, itemIndex));
	} catch (error) {
		return error as Error;
	}
}

async function send(
	this: IExecuteFunctions,
	request: PinRequest | Error,
	{ credential, connection: { secrets }, options }: Access,
): Promise<Attempt<Outcome>> {
	if (request instanceof Error) return { outcome: request, failed: true };
	const answer = await post.call(this, credential, '/pin-message', request, options.timeout);
	const json = verifyPinAnswer(answer);
	if (json) return { outcome: { json: redact(json, secrets) } };
	const failure = toFailure(answer);
	const { temporary, overloaded } = failure;
	const { retryAfterMs } = answer;
	const outcome = explain(failure, answer, secrets);
	return { outcome, failed: true, temporary, overloaded, retryAfterMs };
}

/** @throws what came of the item, when it failed and the node is set to stop then */
function toOutputItem(
	this: IExecuteFunctions,
	outcome: Outcome,
	itemIndex: number,
	progress?: string,
): INodeExecutionData {
	const pairedItem = { item: itemIndex };
	if ('json' in outcome) return { json: outcome.json, pairedItem };
	const isOnlyItem = this.getInputData().length === 1;
	const error = toItemError(this.getNode(), outcome, itemIndex, isOnlyItem ? '' : progress);
	if (!this.continueOnFail()) throw error;
	return { json: { error: toSentences(error) }, pairedItem };
}
