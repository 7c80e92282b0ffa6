import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError, sleep, UserError } from 'n8n-workflow';
import { toChatKey } from '../../shared/chat/chatId';
import { findChoice } from '../../shared/parameter';
import { readConnection } from '../../shared/transport/connection';
import { isTrue } from '../../shared/json';
import { toItemError } from '../../shared/transport/zApiError';
import type { Job, Output, ReadParameter, Session } from '../operations/operation';
import type { Operation } from '../operations/operations';
import { RESOURCES } from '../operations/operations';
import { toOptions } from '../options';
import type { Attempt } from '../scheduler';
import { schedule } from '../scheduler';
import { findDisconnection } from './connectionStatus';
import { toHints } from './hints';
import { explain, toOutput, toProgress, toQueued, toRefused } from './output';

const NOTHING_SENT = 'Nothing was sent.';

/** n8n would run all items again without a notice. */
const RETRY_ON_FAIL = new UserError("'Retry On Fail' would send messages again", {
	description:
		"Turn it off in the settings of the node. Use the option 'Retries' instead, which only repeats what was not sent.",
});

const ITEMS_READ_AT_ONCE = 100;

/** How long to wait for the status of the connection after all items are done, in milliseconds. */
const STATUS_GRACE_MS = 1000;

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
	const stopOnFailure = !context.continueOnFail();
	const jobs = await readJobs(context);
	const isQueued = jobs.some((job) => job.isQueued);
	const session = await openSession(context, isQueued).catch((error: Error) => error);
	const toError = (error: Error, itemIndex: number, progress: string) =>
		toItemError(context.getNode(), error, itemIndex, jobs.length > 1 ? progress : '');

	const refusals = jobs.map(({ refusal }) => (session instanceof Error ? session : refusal));
	const errors = refusals.filter((refusal) => refusal !== undefined);
	if (stopOnFailure && errors[0])
		throw toError(errors[0], refusals.indexOf(errors[0]), NOTHING_SENT);
	if (session instanceof Error || errors.length === jobs.length) {
		return toOutput(context, jobs, errors.map(toRefused), isIncluding(context));
	}

	const { ifNotConnected, includeInputFields, maxConcurrentRequests, retries } = session.options;
	const isAsked = isQueued && ifNotConnected !== 'stop';
	const status = isAsked ? findDisconnection(session) : undefined;
	const runnable = [...jobs.entries()].flatMap(([itemIndex, job]) =>
		job.refusal ? [] : [{ ...job, itemIndex }],
	);
	const { stoppedBy, pauses, pausedMs, ...scheduled } = await schedule(
		runnable,
		async ({ attempt }) => await attempt(session),
		{
			concurrency: maxConcurrentRequests,
			retries,
			stopOnFailure,
			// Items without a chat run one after another.
			keyOf: ({ identity: { chat } }) => (typeof chat === 'string' ? toChatKey(chat) : ''),
			signal: context.getExecutionCancelSignal(),
		},
	);
	const attempts: Array<Attempt<Output> | undefined> = jobs.map(
		({ refusal }) => refusal && toRefused(refusal),
	);
	for (const [index, { itemIndex }] of runnable.entries()) {
		attempts[itemIndex] = scheduled.attempts[index];
	}
	if (stoppedBy) {
		const itemIndex = runnable[stoppedBy.job]?.itemIndex ?? 0;
		const error = explain(stoppedBy.error, jobs[itemIndex]);
		throw toError(error, itemIndex, toProgress(jobs, attempts, itemIndex));
	}
	const finished = attempts.filter((attempt) => attempt !== undefined);
	if (finished.length < jobs.length) throw toStopped(context, toProgress(jobs, attempts));

	const disconnection = await Promise.race([status, sleep(STATUS_GRACE_MS)]);
	const known = disconnection ? finished.map(toQueued) : finished;
	// Older versions of n8n 1 don't have it.
	context.addExecutionHints?.(...toHints(known, { pauses, pausedMs }));
	return toOutput(context, jobs, known, includeInputFields);
}

/**
 * Reads what all items have in common. Checks the connection if the user wants to stop without it.
 *
 * @throws {UserError} if the credential or an option is invalid, or the instance must be connected and is not
 */
async function openSession(context: IExecuteFunctions, isQueued: boolean): Promise<Session> {
	const connection = await readConnection(context);
	const options = toOptions(context.getNodeParameter('options', 0, {}));
	const session = { context, connection, options };
	const isAsked = isQueued && options.ifNotConnected === 'stop';
	const disconnection = isAsked && (await findDisconnection(session));
	if (disconnection) throw disconnection;
	return session;
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
async function readJobs(context: IExecuteFunctions): Promise<Job[]> {
	const jobs: Job[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		jobs.push(
			readJob(context, (name, options) => context.getNodeParameter(name, itemIndex, '', options)),
		);
		// Evaluating expressions takes time: give n8n time for other work in between.
		if (itemIndex % ITEMS_READ_AT_ONCE === ITEMS_READ_AT_ONCE - 1) await sleep(0);
	}
	return jobs;
}

function readJob(context: IExecuteFunctions, read: ReadParameter): Job {
	try {
		const { operations } = findChoice(RESOURCES, read('resource'), 'Resource');
		const operation = findChoice<Operation>(operations, read('operation'), 'Operation');
		const job = operation.toJob(read);
		const isRepeated = operation.sendsMessages && context.getNode().retryOnFail === true;
		return isRepeated ? { identity: job.identity, refusal: RETRY_ON_FAIL } : job;
	} catch (error) {
		return { identity: {}, refusal: error as Error };
	}
}

function toStopped(context: IExecuteFunctions, description: string): NodeOperationError {
	const message = 'The execution was stopped';
	// n8n keeps neither the output nor the error of a node that it has stopped.
	context.logger.warn(`${context.getNode().name}: ${message}. ${description}`);
	return new NodeOperationError(context.getNode(), message, { description });
}
