import type { Permission, Probe } from '../probe.mts';

export type Need = Permission | 'connected' | 'clientToken' | 'webhook' | 'person';

/** What trying an assumption takes: why it isn't tried where that isn't there. */
export const NEEDS: Record<Need, string> = {
	settings: 'changing settings was not allowed',
	messages: 'sending messages was not allowed',
	fourth: 'sending two more messages was not allowed',
	disconnect: 'disconnecting the instance was not allowed',
	connected: 'the instance is not connected to WhatsApp',
	clientToken: 'no Client-Token was given',
	webhook: 'it takes --webhook, to receive callbacks',
	person: 'nobody was there to look',
};

/** Something that Z-API does not document, or that only its users report. */
export interface Assumption {
	name: string;
	/** What the sandbox does, in the words of `look`: a test runs the probe on it and compares. */
	sandbox: string;
	needs?: Need[];
	/**
	 * Tries it.
	 *
	 * @returns what was seen, masked
	 * @throws {NotTried} when it can't be tried after all
	 */
	look: (probe: Probe) => Promise<string>;
}

/** Rows that have needs in common. */
export const needing = (needs: Need[], assumptions: Assumption[]): Assumption[] =>
	assumptions.map((row) => ({ ...row, needs: [...needs, ...(row.needs ?? [])] }));

/** Does something once for all the rows that look at it. */
export function once<T>(act: (probe: Probe) => Promise<T>): (probe: Probe) => Promise<T> {
	const results = new WeakMap<Probe, Promise<T>>();
	return async (probe) => {
		const result = results.get(probe) ?? act(probe);
		results.set(probe, result);
		return await result;
	};
}
