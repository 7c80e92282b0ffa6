import type { IDataObject, IExecuteFunctions, IGetNodeParameterOptions } from 'n8n-workflow';
import type { Connection } from '../../shared/connection';
import { ZApiError } from '../../shared/zApiError';
import type { PinOptions } from '../options';
import type { Attempt } from '../scheduler';

/** Reads a parameter of one item, with its expressions evaluated: they can yield anything. */
export type ReadParameter = (name: string, options?: IGetNodeParameterOptions) => unknown;

/** What all requests of one execution have in common. */
export interface Session {
	context: IExecuteFunctions;
	connection: Connection;
	options: PinOptions;
}

/** What one item asks for. */
export type Job = {
	/** What it is about, as far as that is known: a failed item tells it too. */
	identity: IDataObject;
	/** Whether Z-API puts it into its queue, which waits until the instance is connected. */
	isQueued?: boolean;
	/** What its attempts have done so far, although the whole is not done. */
	partlyDone?: PartlyDone;
} & (
	| {
			/** Why it can't be carried out. */
			refusal: Error;
	  }
	| {
			refusal?: undefined;
			/** Carries it out, once, and gives the fields of the output item, or of several. */
			attempt: (session: Session) => Promise<Attempt<Output>>;
	  }
);

export type Output = IDataObject | IDataObject[];

/** What a user must know before they try again, however it failed. */
export interface PartlyDone {
	message: string;
	description: string;
}

/** What comes of an attempt that Z-API did not accept. */
export function toFailed(error: Error): Attempt<never> {
	if (!(error instanceof ZApiError)) return { ok: false, error };
	return { ok: false, error, retry: error.failure.retry, retryAfterMs: error.retryAfterMs };
}

/**
 * Reads and checks parameters, each by itself, so that of a refused item is known what can be.
 *
 * @param checks what reads and checks each value
 * @returns the values, and what the first one was refused for
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
