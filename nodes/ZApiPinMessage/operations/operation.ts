import type { IDataObject, IExecuteFunctions, IGetNodeParameterOptions } from 'n8n-workflow';
import type { Connection } from '../../shared/transport/connection';
import { ZApiError } from '../../shared/transport/zApiError';
import type { PinOptions } from '../options';
import type { Attempt } from '../scheduler';

/** Reads a parameter of one item and evaluates its expressions. The result can be of any type. */
export type ReadParameter = (name: string, options?: IGetNodeParameterOptions) => unknown;

/** What all requests of one execution have in common. */
export interface Session {
	context: IExecuteFunctions;
	connection: Connection;
	options: PinOptions;
}

/** What one item asks for. */
export type Job = {
	/** The output fields that say what it is about, as far as known. A failed item has them too. */
	identity: IDataObject;
	/** Whether Z-API adds it to its queue, which waits while the instance is not connected. */
	isQueued?: boolean;
	/** The part that its attempts have done so far, if not all of it is done. */
	partlyDone?: PartlyDone;
	/** What to tell if it fails, as one of its attempts may have been carried out. */
	caution?: string;
} & (
	| {
			/** Why it can't be carried out. */
			refusal: Error;
	  }
	| {
			refusal?: undefined;
			/** Makes one attempt, and returns the fields of the output item or items. */
			attempt: (session: Session) => Promise<Attempt<Output>>;
	  }
);

export type Output = IDataObject | IDataObject[];

/** What a user must know before they try again. */
export interface PartlyDone {
	message: string;
	description: string;
}

/** The result of an attempt that Z-API did not accept. */
export function toFailed(error: Error): Attempt<never> {
	if (!(error instanceof ZApiError)) return { ok: false, error };
	return { ok: false, error, retry: error.failure.retry, retryAfterMs: error.retryAfterMs };
}

/**
 * Reads and checks each parameter separately, so that a refused item still has its valid parameters.
 *
 * @param checks reads and checks each value
 * @returns the valid values, and why the first invalid one was refused
 */
export function check<T extends object>(checks: {
	[K in keyof T]: () => T[K];
}): { values: T; refusal?: undefined } | { values: Partial<T>; refusal: Error } {
	const values: Partial<T> = {};
	let refusal: Error | undefined;
	for (const name of Object.keys(checks) as Array<keyof T>) {
		try {
			values[name] = checks[name]();
		} catch (error) {
			refusal ??= error as Error;
		}
	}
	return refusal ? { values, refusal } : { values: values as T };
}
