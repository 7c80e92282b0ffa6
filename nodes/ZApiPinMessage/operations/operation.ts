import type {
	IBinaryData,
	IDataObject,
	IExecuteFunctions,
	IGetNodeParameterOptions,
	INodeProperties,
} from 'n8n-workflow';
import type { ChatSearch } from '../../shared/chat/chatList';
import type { Connection } from '../../shared/transport/connection';
import type { Retry } from '../../shared/transport/failures';
import { ZApiError } from '../../shared/transport/zApiError';
import type { RunOptions } from '../options';

/** Reads a parameter of one item and evaluates its expressions. The result can be of any type. */
export type ReadParameter = (name: string, options?: IGetNodeParameterOptions) => unknown;

/** What the parameters of one item are read from. */
export interface ItemReader {
	read: ReadParameter;
	/** @throws if the item has no file under this name */
	findFile: (property: string | IBinaryData) => IBinaryData;
}

/** What all requests of one execution have in common. */
export interface Run {
	context: IExecuteFunctions;
	connection: Connection;
	options: RunOptions;
}

/** How far a job came. What a user must know of each step is in `WHAT_IS_DONE`. */
export type Step =
	| 'nothing'
	| 'pinPerhapsAccepted'
	| 'unpinPerhapsAccepted'
	| 'messagePerhapsAccepted'
	| 'messageAccepted'
	| 'messageAcceptedPinPerhaps';

export interface Progress {
	step: Step;
	/** The message that Z-API has accepted, and its response. */
	sent?: { messageId: string; response: IDataObject };
	/** The chats that were found so far. */
	search?: ChatSearch & { filter: string; limit: number };
}

/** The parameters of an item: valid ones, or why it can't be carried out. */
export type Reading<V> = {
	/** The output fields that say what it is about; null where a parameter was refused. */
	identity: IDataObject;
} & ({ values: V; hasUpload?: boolean; refusal?: undefined } | { refusal: Error });

/** What one item asks for. Attempts only change how far it came. */
export interface Job<V = unknown> {
	itemIndex: number;
	operation: Operation;
	identity: IDataObject;
	values: V;
	/** Whether it sends a file of the input. */
	hasUpload?: boolean;
	progress: Progress;
}

/** What came of one attempt at a job. */
export type AttemptResult<T> =
	| { ok: true; value: T }
	| {
			ok: false;
			error: Error;
			/**
			 * How to retry: after the job's own back-off, or as soon as the service accepts requests again, if it
			 * refused this one because there were too many. Absent: the job has failed for good.
			 */
			retry?: Retry;
			/** How long the service asks to wait, in milliseconds; absent if it doesn't say. */
			retryAfterMs?: number;
			/** Whether this attempt completed a part of the job. The rest then gets all retries again. */
			isProgress?: boolean;
	  };

/** The fields of an output item, or of all that were found. */
export type Output = IDataObject | IDataObject[];

/** One operation of the node; `V` are the values of an item. */
export interface Operation<V = unknown> {
	name: string;
	value: string;
	/** n8n names a new node after it. */
	action: string;
	description: string;
	/** What the canvas shows below the node, if it isn't `name`. */
	subtitle?: string;
	/** Its parameters, in their order. One that several operations have is the same object. */
	fields: readonly INodeProperties[];
	/** Whether Z-API adds its requests to its queue, which waits while the instance is not connected. */
	isQueued?: boolean;
	/** Whether running the items again sends messages again. */
	sendsMessages?: boolean;
	/** Reads and checks the parameters of one item. */
	read(reader: ItemReader): Reading<V>;
	/** Makes one attempt. */
	attempt(run: Run, job: Job<V>): Promise<AttemptResult<Output>>;
}

/** The result of an attempt that Z-API did not accept. */
export function failed(error: Error): Extract<AttemptResult<never>, { ok: false }> {
	if (!(error instanceof ZApiError)) return { ok: false, error };
	return { ok: false, error, retry: error.failure.retry, retryAfterMs: error.retryAfterMs };
}

/** Whether Z-API may have carried out an attempt that failed. */
export function isPerhapsDone(result: AttemptResult<unknown>): boolean {
	return !result.ok && result.error instanceof ZApiError && result.error.failure.maybeDone === true;
}

/**
 * Reads and checks each parameter separately, so that a refused item still has its valid parameters.
 *
 * @param checks reads and checks each value
 * @param identify makes the output fields that say what the item is about
 */
export function check<T extends object>(
	checks: { [K in keyof T]: () => T[K] },
	identify: (valid: Partial<T>) => IDataObject,
): Reading<T> {
	const values: Partial<T> = {};
	let refusal: Error | undefined;
	for (const name of Object.keys(checks) as Array<keyof T>) {
		try {
			values[name] = checks[name]();
		} catch (error) {
			refusal ??= error as Error;
		}
	}
	const identity = identify(values);
	return refusal ? { identity, refusal } : { identity, values: values as T };
}
