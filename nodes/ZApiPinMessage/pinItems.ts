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
import type { Attempt, Clock } from '../shared/scheduler';
import { schedule } from '../shared/scheduler';
import { callZApi } from '../shared/transport';
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

const NOTHING_SENT = 'Nothing was sent.';

const ITEMS_READ_AT_ONCE = 100;

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
	const toError = (cause: Error | Explanation, itemIndex: number, progress = '') =>
		toItemError(this.getNode(), cause, itemIndex, itemIndexes.length > 1 ? progress : '');
	const toOutputItem = (outcome: Outcome, itemIndex: number): INodeExecutionData => {
		const isConfirmed = 'json' in outcome;
		const json = isConfirmed ? outcome.json : { error: toSentences(toError(outcome, itemIndex)) };
		return { json, pairedItem: { item: itemIndex } };
	};

	let access: Access;
	try {
		access = await readAccess.call(this);
	} catch (error) {
		if (stopOnFailure) throw toError(error as Error, 0, NOTHING_SENT);
		return itemIndexes.map((itemIndex) => toOutputItem(error as Error, itemIndex));
	}

	const requests: Array<PinRequest | Error> = [];
	for (const itemIndex of itemIndexes) {
		const request = readRequest.call(this, itemIndex);
		if (stopOnFailure && request instanceof Error) throw toError(request, itemIndex, NOTHING_SENT);
		requests.push(request);
		// Expressions take n8n long: it has to answer others in between.
		if (itemIndex % ITEMS_READ_AT_ONCE === ITEMS_READ_AT_ONCE - 1) await sleep(0);
	}

	const signal = this.getExecutionCancelSignal();
	const clock: Clock = {
		now: Date.now,
		random: Math.random,
		// Rejects when the execution is stopped, which ends all waits anyway.
		sleep: async (ms) => await sleep(ms, signal).catch(() => {}),
	};
	const { outcomes, done, stoppedBy } = await schedule(
		requests.length,
		async (itemIndex) => await send.call(this, requests[itemIndex], access),
		{
			concurrency: access.options.maxConcurrentRequests,
			retries: access.options.retries,
			stopOnFailure,
			signal,
			clock,
		},
	);
	const progress = `${done} of ${requests.length} items are done.`;
	const stopper = outcomes[stoppedBy ?? -1];
	if (stoppedBy !== undefined && stopper && !('json' in stopper)) {
		throw toError(stopper, stoppedBy, progress);
	}
	return outcomes.map((outcome, itemIndex) => {
		if (outcome) return toOutputItem(outcome, itemIndex);
		const description = progress;
		throw new NodeOperationError(this.getNode(), 'The execution was stopped', { description });
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
	const answer = await callZApi.call(this, credential, {
		...{ method: 'POST', path: '/pin-message', body: request, timeout: options.timeout },
	});
	const json = verifyPinAnswer(answer);
	if (json) return { outcome: { json: redact(json, secrets) } };
	const failure = toFailure(answer);
	const { temporary, overloaded, description, pinDescription = description } = failure;
	const { retryAfterMs } = answer;
	const outcome = explain({ ...failure, description: pinDescription }, answer, secrets);
	return { outcome, failed: true, temporary, overloaded, retryAfterMs };
}
