import { type Assumption, NEEDS, type Need } from './assumptions/assumption.mts';
import { DISCONNECTED } from './assumptions/disconnected.mts';
import { MESSAGES } from './assumptions/messages.mts';
import { PINS } from './assumptions/pins.mts';
import { READING } from './assumptions/reading.mts';
import { REFUSALS } from './assumptions/refusals.mts';
import { SETTINGS } from './assumptions/settings.mts';
import { UNTRIED } from './assumptions/untried.mts';
import { withoutForms } from './masker.mts';
import { NotTried, Probe, type ProbeOptions } from './probe.mts';
import { tell } from './tell.mts';

/** All that is assumed, in the order in which it is tried. */
export const ASSUMPTIONS: readonly Assumption[] = [
	...REFUSALS,
	...READING,
	...SETTINGS,
	...MESSAGES,
	...PINS,
	...DISCONNECTED,
	...UNTRIED,
];

export type Verdict = 'as the sandbox' | 'otherwise' | 'not tried';

export interface Finding {
	name: string;
	sandbox: string;
	/** Or why it wasn't tried. */
	seen: string;
	verdict: Verdict;
}

/** What came of a run. Everything in it is masked. */
export interface Result {
	findings: Finding[];
	/** Requests with their responses, in order; then callbacks, in order of arrival. */
	requests: string[];
	callbacks: string[];
	/** What was changed and could not be put back. */
	left: string[];
	/** Whether the instance was disconnected on request and not connected again. */
	isDisconnected: boolean;
}

/**
 * Tries all assumptions that may be tried, and puts back what it changes, however it ends.
 *
 * @param show is told of each finding as it comes
 * @throws when the instance can't be used at all
 */
export async function run(
	options: ProbeOptions,
	show: (finding: Finding) => void = () => undefined,
): Promise<Result> {
	const probe = new Probe(options);
	const findings: Finding[] = [];
	let left: string[] = [];
	let wasConnected = false;
	try {
		await probe.begin();
		wasConnected = probe.isConnected;
		const needs: Need[] = wasConnected ? ['connected'] : [];
		for (const assumption of ASSUMPTIONS) {
			const given = new Set([...needs, ...toGiven(options)]);
			const found = await look(probe, assumption, given);
			const finding = { ...found, seen: probe.masker.scrub(found.seen) };
			findings.push(finding);
			show(finding);
		}
	} finally {
		left = await probe.putBack();
	}
	const { masker, exchanges } = probe;
	const toJson = (value: unknown) =>
		value === undefined ? '' : JSON.stringify(masker.mask(value));
	const requests = exchanges.map(({ method, path, sent, response }) => {
		return [method, path, toJson(sent), '→', tell(probe, response)].filter(Boolean).join(' ');
	});
	const callbacks = probe
		.ownCalls()
		.map(({ callback, status }) => `${toJson(callback)} → ${status}`);
	const scrub = (text: string) => masker.scrub(text);
	return {
		findings,
		requests: requests.map(scrub),
		callbacks: callbacks.map(scrub),
		left: left.map(scrub),
		isDisconnected: wasConnected && !probe.isConnected,
	};
}

/** What is there of all that assumptions may need, but a connected instance. */
function toGiven({ allowed, credential, listener, look: person }: ProbeOptions): Need[] {
	const given: Need[] = [...allowed];
	if (credential.clientToken) given.push('clientToken');
	if (listener) given.push('webhook');
	if (person) given.push('person');
	return given;
}

async function look(
	probe: Probe,
	{ name, sandbox, needs = [], look: tryIt }: Assumption,
	given: ReadonlySet<Need>,
): Promise<Finding> {
	const notTried = (seen: string): Finding => ({ name, sandbox, seen, verdict: 'not tried' });
	const missing = needs.find((need) => !given.has(need));
	if (missing) return notTried(NEEDS[missing]);
	if (probe.signal.aborted) return notTried('the probe was ended');
	try {
		const seen = await tryIt(probe);
		const verdict = withoutForms(seen) === sandbox ? 'as the sandbox' : 'otherwise';
		return { name, sandbox, seen, verdict };
	} catch (reason) {
		if (probe.signal.aborted) return notTried('the probe was ended');
		if (reason instanceof NotTried) return notTried(reason.message);
		// Whatever comes back, the others are tried.
		const what = probe.masker.maskText((reason as Error).message);
		return { name, sandbox, seen: `could not be told: ${what}`, verdict: 'otherwise' };
	}
}
