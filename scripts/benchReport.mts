import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { markdownTable } from 'markdown-table';
import type { Outcome } from '../test/support/simulation.mts';

export interface Measured {
	/** How long the node took, in milliseconds, of each run. */
	times: number[];
	/** Message IDs that the sandbox pinned, of the last run. */
	pinned: number;
	/** Requests for a message whose pin was confirmed already, of the last run. */
	twice: number;
	/** Requests that the sandbox got, of the last run. */
	requests: number;
}

export interface Row {
	what: string;
	measured: string;
	/** What it must be, where that can be said. */
	limit?: string;
	holds?: boolean;
}

export interface Report {
	/** Version of n8n. */
	n8n: string;
	/** How often each was measured, at least. */
	runs: number;
	rows: Row[];
	/** What was measured, by what it was and by the node. */
	raw: Record<string, Partial<Record<string, Measured>>>;
	troubles: string[][];
	/** By Max Concurrent Requests. */
	concurrencies: string[][];
	/** By what is called. */
	received: string[][];
	simulated: Outcome[];
}

const ROWS = `## Time and memory

- _500 chats, 100 ms latency_: one message is pinned in each of 500 chats, and every response takes 100 ms, as from another continent. What counts is how many requests are under way at once.
- _1000 chats, no latency_: the responses come at once. What counts is how much n8n itself has to do for each item.
- _One item, 100 ms latency_: what a workflow takes that pins a single message. _HTTPS_: the same over TLS, as Z-API is reached; the certificate is made for the run, and n8n trusts its authority.
- _200 chats, service allows 50/s_: the service refuses (HTTP 429) what comes beyond 50 requests in any second. Nobody could be done before 3 s.
- _HTTP 500 once on every 10th_: every tenth request fails once. Nothing may be lost or sent twice.
- _10,000 chats_: whether an item takes longer, or more memory, where there are many.
- _time ÷ …_ is the node's time by that of another node, in the same run: below 1 it is faster.`;

const CONCURRENCY = `## Max Concurrent Requests

500 chats, 100 ms latency, by how many requests may be under way at once; beside each time the most that the sandbox saw. The default is the smallest number from which on more gain next to nothing.`;

const CONCURRENCY_COLUMNS = ['at once', 'HTTP', 'most', 'HTTPS', 'most'];

const RECEIVED = `## Receiving

Calls of a webhook, 20 at a time: what n8n takes for each, until the execution that it starts, if any, has been stored. _Unwanted_: an event that isn't chosen in the trigger. _Forged_: without the right secret.`;

const RECEIVED_COLUMNS = ['what is called', 'time a call', 'HTTP status'];

const SIMULATED = `## Simulated limits

The scheduler on a virtual clock, against services that let so many items through in a second. Every response, refusals too, takes 100 ms; \`Retry-After\` says exactly when the next request would be let through. _Requests per item_: 1 is none refused. _Time ÷ ideal_: by the time of who knows the limit beforehand. _Most at once_: the most requests under way. All are the worst of several runs with other latencies. In the rows below the line of dashes the service is one that nobody can be quick at without knowing it; they only show that everything gets through.`;

const SIMULATED_COLUMNS = [
	...['service', 'items', 'per second', 'Retry-After', 'requests per item', 'time ÷ ideal'],
	...['most at once', 'failed'],
];

const TROUBLE = `## When not all goes well

One run each. _Sent twice_ counts items that were sent again after Z-API had confirmed them; _in the output_ and _reported as pinned_ are what the workflow goes on with.`;

const TROUBLE_COLUMNS = [
	...['trouble', 'node', 'the execution ends in', 'pinned', 'sent twice'],
	...['in the output', 'reported as pinned'],
];

/**
 * Prints the tables, and writes every single time to `.local/bench.json`.
 *
 * @param isWhole whether all was measured: only then is the page, `docs/bench.md`, written as well
 */
export async function writeReport(root: string, report: Report, isWhole: boolean): Promise<void> {
	const { rows, concurrencies, received, simulated, troubles } = report;
	const tables = [
		...[ROWS, toTable(['measure', 'measured', 'must be', ''], rows.map(toCells))],
		...[CONCURRENCY, toTable(CONCURRENCY_COLUMNS, concurrencies)],
		...[RECEIVED, toTable(RECEIVED_COLUMNS, received)],
		...[SIMULATED, toTable(SIMULATED_COLUMNS, toSimulatedLines(simulated))],
		...[TROUBLE, toTable(TROUBLE_COLUMNS, troubles)],
	].join('\n\n');
	console.log(`\n${tables}`);
	const local = path.join(root, '.local');
	await mkdir(local, { recursive: true });
	await writeFile(path.join(local, 'bench.json'), `${JSON.stringify(report, null, '\t')}\n`);
	if (!isWhole) return;
	const page = ['# Bench', toIntroduction(report), tables].join('\n\n');
	await writeFile(path.join(root, 'docs/bench.md'), `${page}\n`);
}

function toSimulatedLines(outcomes: Outcome[]): string[][] {
	const toLine = (outcome: Outcome) => [
		outcome.simulation.name,
		...[outcome.simulation.items, outcome.perSecond].map(String),
		outcome.hasRetryAfter ? 'yes' : 'no',
		...[outcome.requestsPerItem, outcome.timeToIdeal].map((ratio) => ratio.toFixed(2)),
		...[outcome.mostAtOnce, outcome.failed].map(String),
	];
	const isHard = ({ simulation }: Outcome) => simulation.isHard === true;
	return [
		...outcomes.filter((outcome) => !isHard(outcome)).map(toLine),
		SIMULATED_COLUMNS.map(() => '–'),
		...outcomes.filter(isHard).map(toLine),
	];
}

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
	return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The median, with the least and the most, e.g. `717 ms [667–786]`. */
export function toSpread(values: number[], unit = 'ms', digits = 0): string {
	const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
	const toText = (value: number) => value.toFixed(digits);
	return `${toText(middle)} ${unit} [${toText(least)}–${toText(most)}]`;
}

function toIntroduction({ n8n, runs }: Report): string {
	return [
		`Written by \`npm run bench\`: n8n ${n8n} and the sandbox on one machine.`,
		`Medians of at least ${runs} interleaved runs, with the fastest and the slowest in brackets.`,
		'Times are those that n8n records for the node itself; its start is timed from outside.',
	].join(' ');
}

function toCells({ what, measured, limit = '', holds }: Row): string[] {
	const verdict = holds ? 'holds' : 'does not hold';
	return [what, measured, limit, holds === undefined ? '' : verdict];
}

function toTable(columns: string[], lines: string[][]): string {
	return markdownTable([columns, ...lines], { alignDelimiters: false });
}
