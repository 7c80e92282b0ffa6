import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { markdownTable } from 'markdown-table';
import pLimit from 'p-limit';
import { accountOf } from '../../sandbox/account.mts';
import {
	clientTokenNotAllowed,
	type Fault,
	FAULTS_AFTER_ACCEPTANCE,
	KNOWN_FAULTS,
} from '../../sandbox/faults.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from './canaries.mts';
import { startHostileHost } from './hostileHost.mts';
import {
	findUntruths,
	METHODS,
	type Notice,
	SEND_AND_PIN,
	SEND_ANY,
	toAnyNotices,
	toNotices,
	WAYS,
} from './notices.mts';
import { startTlsHop, TLS_BREAKS } from './tlsHop.mts';

/** An item that can be pinned as well as sent. */
type Item = Notice & { messageId: string };

/** Runs "Z-API Pin Message", set to continue, on these items. */
export type RunItems = (
	sandbox: Sandbox,
	items: Item[],
	parameters: INodeParameters,
	baseUrl?: string,
) => Promise<{ items: INodeExecutionData[]; trace: string }>;

/** Fewer than by default, which would only take longer. */
export const RETRIES = 1;

const html = `<html><body>${Object.values(CANARIES).join(' ')}</body></html>`;

const response = (status: number, body?: unknown, headers?: Record<string, string>) => ({
	response: { status, body, headers },
});

/** Only a process that knows the hop's key can run it. */
export const TLS_BREAKS_LATE = 'TLS: breaks after the request, request accepted';

interface Case {
	fault?: Omit<Fault, 'every' | 'once'>;
	/** Base URL of the credential, where the fault is in the connection; it concerns every item. */
	baseUrl?: (url: string) => string;
	/** Whether a retry may succeed. */
	isTemporary: boolean;
	/** Whether a hop speaks TLS for the sandbox. */
	isBehindHop?: boolean;
	/** In seconds; where it is set, the case runs apart from others, which would delay responses. */
	timeout?: number;
}

const toCases = (otherHost: string): Record<string, Case> => ({
	'HTTP 429 with Retry-After': {
		fault: response(429, { error: 'Too many' }, { 'retry-after': '1' }),
		isTemporary: true,
	},
	'HTTP 429 without Retry-After': { fault: response(429), isTemporary: true },
	'HTTP 500': { fault: response(500, { error: html }), isTemporary: true },
	'HTTP 502': { fault: response(502, html), isTemporary: true },
	'HTTP 503, refused': { fault: response(503, { error: 'Overloaded' }), isTemporary: true },
	'HTTP 503, empty': { fault: response(503), isTemporary: true },
	'HTTP 503, request accepted': {
		fault: { ...response(503, 'connection termination'), isDone: true },
		isTemporary: true,
	},
	'HTTP 503, request accepted, with its IDs': {
		fault: FAULTS_AFTER_ACCEPTANCE.accepted503,
		isTemporary: true,
	},
	'HTTP 504': { fault: response(504, html), isTemporary: true },
	'connection closed before the response': { fault: { response: 'reset' }, isTemporary: true },
	'connection closed within the response, request accepted': {
		fault: { response: 'resetMidResponse', isDone: true },
		isTemporary: true,
	},
	'no response (timeout)': { fault: { response: 'silence' }, isTemporary: true, timeout: 5 },
	'HTTP 200, empty': { fault: response(200), isTemporary: true },
	'HTTP 200, HTML': { fault: response(200, html), isTemporary: true },
	'HTTP 200, truncated JSON': { fault: response(200, '{"messageId":"D2'), isTemporary: true },
	'HTTP 200, without messageId': { fault: response(200, { zaapId: html }), isTemporary: true },
	'HTTP 200, IDs that are none': {
		fault: response(200, { messageId: 'false', id: ' ', zaapId: 2 ** 60 }),
		isTemporary: true,
	},
	'HTTP 200, zaapId only, request accepted': {
		fault: {
			...response(200, (own: { zaapId?: string }) => ({ zaapId: own.zaapId })),
			isDone: true,
		},
		isTemporary: true,
	},
	'HTTP 200, 10 MB': { fault: response(200, 'x'.repeat(10_000_000)), isTemporary: true },
	'HTTP 200, with an error': { fault: response(200, { error: html }), isTemporary: false },
	'HTTP 400, subscription lapsed': {
		fault: { response: KNOWN_FAULTS.subscriptionLapsed },
		isTemporary: false,
	},
	'HTTP 403 that repeats the Client-Token': {
		fault: { response: clientTokenNotAllowed(CANARIES.clientToken) },
		isTemporary: false,
	},
	'HTTP 404': { fault: { response: KNOWN_FAULTS.methodNotFound }, isTemporary: false },
	'HTTP 405, empty': { fault: response(405), isTemporary: false },
	'HTTP 415, empty': { fault: response(415), isTemporary: false },
	'redirect to another host': {
		fault: response(307, undefined, { location: otherHost }),
		isTemporary: false,
	},
	'DNS: host not found': {
		// A label of 64 characters is refused without a DNS request.
		baseUrl: () => `http://${'x'.repeat(64)}.invalid`,
		isTemporary: true,
	},
	'no HTTP, request accepted': { fault: FAULTS_AFTER_ACCEPTANCE.garbage, isTemporary: true },
	[TLS_BREAKS_LATE]: {
		fault: FAULTS_AFTER_ACCEPTANCE.garbage,
		isTemporary: true,
		isBehindHop: true,
	},
	'TLS: no secure connection': {
		baseUrl: (url) => url.replace('http:', 'https:'),
		isTemporary: false,
	},
});

const PIN = { ...SEND_AND_PIN, operation: 'pin', messageId: '={{ $json.messageId }}' };

/**
 * What the node does, and which of its requests the fault strikes. All types: every type of message from every
 * source.
 */
const STEPS = {
	Pin: { parameters: PIN, notices: toNotices(30), paths: ['/pin-message'] },
	'Send and Pin: sending': {
		parameters: SEND_AND_PIN,
		notices: toNotices(30),
		paths: [METHODS.text],
	},
	'Send and Pin: pinning': {
		parameters: SEND_AND_PIN,
		notices: toNotices(30),
		paths: ['/pin-message'],
	},
	// Few, as files go one after another.
	'Send and Pin, all types: sending': {
		parameters: SEND_ANY,
		notices: toAnyNotices(WAYS.length),
		paths: Object.values(METHODS),
	},
	'Send and Pin, all types: pinning': {
		parameters: SEND_ANY,
		notices: toAnyNotices(WAYS.length),
		paths: ['/pin-message'],
	},
};

type Step = keyof typeof STEPS;

const PATTERNS: Record<string, Pick<Fault, 'every' | 'once'>> = {
	'every item': {},
	'every 10th': { every: 10 },
	'once on every 10th': { every: 10, once: true },
};

/** Whether the message was surely not accepted, so that it is sent again after the fault. */
export const isRefused = (fault: string) => /429|503, refused/.test(fault);

/** Whether the fault strikes messages that are sent. */
export const isSending = (step: Step) => step.endsWith('sending');

/** One line of the table. */
export interface Line {
	step: Step;
	fault: string;
	pattern: string;
	isTemporary: boolean;
	items: number;
	/** Messages whose pin was accepted. */
	pinned: number;
	reportedPinned: number;
	reportedFailed: number;
	/** Pins sent again after the response that accepted them had arrived, and messages accepted more than once. */
	sentTwice: number;
	/** Of the step. */
	requests: number;
	/** What must never happen, in words; empty when there is nothing. */
	violations: string[];
}

/**
 * Runs every fault in every pattern, several at a time, each against a sandbox of its own.
 *
 * @param atOnce how many run at the same time
 * @param isWanted which of them run; if absent, all
 */
export async function runFaultMatrix(
	runItems: RunItems,
	atOnce: number,
	isWanted: (step: Step, pattern: string, fault: string) => boolean = () => true,
): Promise<Line[]> {
	const otherHost = await startHostileHost();
	const steps = Object.keys(STEPS) as Step[];
	const runs = steps.flatMap((step) =>
		Object.entries(toCases(otherHost.url)).flatMap(([name, one]) =>
			Object.entries(PATTERNS)
				.filter(([pattern]) => isWanted(step, pattern, name))
				.filter(([pattern]) => one.fault !== undefined || pattern === 'every item')
				// Takes minutes.
				.filter(([pattern]) => !(one.timeout && step.includes('types') && pattern === 'every item'))
				.map(([pattern, when]) => ({
					isAlone: one.timeout !== undefined,
					start: async () => await runCase(runItems, step, name, one, pattern, when),
				})),
		),
	);
	const lines: Line[] = [];
	const limit = pLimit(atOnce);
	try {
		for (const wanted of [false, true]) {
			const together = runs.filter(({ isAlone }) => isAlone === wanted);
			lines.push(...(await Promise.all(together.map(async ({ start }) => await limit(start)))));
		}
	} finally {
		limit.clearQueue();
		otherHost.close();
	}
	const followed = lines.find(({ fault }) => fault.startsWith('redirect'));
	if (otherHost.requests.length > 0) followed?.violations.push('The redirect was followed');
	return lines;
}

async function runCase(
	runItems: RunItems,
	step: Step,
	name: string,
	{ fault, baseUrl, isTemporary, isBehindHop, timeout = 30 }: Case,
	pattern: string,
	when: Pick<Fault, 'every' | 'once'>,
): Promise<Line> {
	const sandbox = await startSandbox(CANARIES);
	const { parameters, notices, paths } = STEPS[step];
	const wanted = notices.map((notice, index) => ({ ...notice, messageId: `M${index}` }));
	if (fault) sandbox.faults.set(...paths.map((path) => ({ ...fault, ...when, path })));
	const hop = isBehindHop ? await startTlsHop(sandbox.url, TLS_BREAKS['a bad record']) : undefined;
	const { items, trace } = await runItems(
		sandbox,
		wanted,
		{ ...parameters, options: { timeout, retries: RETRIES } },
		hop?.url ?? baseUrl?.(sandbox.url),
	).finally(async () => {
		hop?.close();
		await sandbox.close();
	});

	const { accepted: pinned, acceptedTwice, sent } = accountOf(sandbox);
	const isReportedPinned = ({ json }: INodeExecutionData) => json.error === undefined;
	const violations = step === 'Pin' ? [] : findUntruths(sandbox, wanted, items);
	if (items.length !== wanted.length) {
		violations.push(`${items.length} of ${wanted.length} items came out`);
	}
	for (const [index, item] of items.entries()) {
		const paired = (item.pairedItem as { item: number }).item;
		if (paired !== index) violations.push(`Item ${index} is paired with ${paired}`);
		if (isReportedPinned(item) && !pinned.has(String(item.json.messageId))) {
			violations.push(`Item ${index} is reported as pinned but is not`);
		}
	}
	if (/canary/i.test(trace) || trace.includes(encodeURIComponent(CANARIES.token))) {
		violations.push('A secret was found');
	}
	const reportedPinned = items.filter(isReportedPinned).length;
	const messagesSentTwice = [...sent.values()].filter((times) => times > 1).length;
	return {
		step,
		fault: name,
		pattern,
		isTemporary,
		items: wanted.length,
		violations,
		pinned: pinned.size,
		reportedPinned,
		reportedFailed: items.length - reportedPinned,
		sentTwice: acceptedTwice + messagesSentTwice,
		requests: sandbox.requests.filter(({ path }) => paths.includes(path)).length,
	};
}

/** What all lines have in common, as a sentence. */
export function toResult(lines: Line[]): string {
	const right = lines.filter(({ violations, sentTwice }) => !violations.length && !sentTwice);
	const count = right.length === lines.length ? 'all' : `${right.length} of`;
	return `In ${count} ${lines.length} cases: all items come out, no item is reported as accepted that isn't, and no message is sent twice.`;
}

/** The lines as tables in Markdown, one for each step. */
export function toTables(lines: Line[]): string {
	const head = ['fault', 'on', 'accepted', 'reported as accepted'];
	return Object.keys(STEPS)
		.map((step) => {
			const rows = lines
				.filter((line) => line.step === step)
				.map((line) => [
					...[line.fault, line.pattern, line.pinned, line.reportedPinned].map(String),
					...[line.reportedFailed, line.sentTwice, line.requests].map(String),
				]);
			const table = [[...head, 'reported as failed', 'sent twice', 'requests'], ...rows];
			const markdown = markdownTable(table, { alignDelimiters: false });
			return `<details>\n<summary>${step}</summary>\n\n${markdown}\n\n</details>\n`;
		})
		.join('\n');
}
