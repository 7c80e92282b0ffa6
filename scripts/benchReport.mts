import { writeFile } from 'node:fs/promises';
import { markdownTable } from 'markdown-table';
import type { Outcome } from '../test/support/simulation.mts';

export interface Row {
	what: string;
	measured: string;
	/** What it must be. */
	limit: string;
	holds: boolean;
}

export interface Report {
	/** Version of n8n. */
	n8n: string;
	/** How many times each was measured, at least. */
	runs: number;
	rows: Row[];
	/** By the node that is called. */
	received: string[][];
	simulated: Outcome[];
	troubles: string[][];
}

const ROWS = `## Time and memory

- _500 chats, 100 ms latency_: the node pins one message in each of 500 chats, and every response takes 100 ms. This depends on the number of concurrent requests.
- _1000 chats, no latency_: the service responds at once. This depends on how much work n8n has with each item.
- _One item, 100 ms latency_: a workflow that pins a single message.
- _200 chats, service allows 50/s_: the service refuses (HTTP 429) more than 50 requests in any second. The node also asks for the instance's status, so there are 201 requests, and the shortest possible time is 4 s.
- _10,000 chats_: whether the time and the memory for each item grow with the number of items.
- _Files from the input_: Send and Pin reads and sends one at a time.
- _time ÷ …_: the node's time, divided by that of another node, or of fewer chats, in the same run. Below 1, this node is faster.`;

const RECEIVED = `## Webhook calls

How long n8n takes for each call, with 20 calls at a time, until it has stored the execution that the call starts, if any. _Unwanted_: an event that isn't selected in the trigger. _Forged_: a call without the right secret.`;

const RECEIVED_COLUMNS = ['call', 'time per call', 'HTTP status'];

const SIMULATED = `## Simulated limits

The scheduler on a virtual clock, with at most 64 concurrent requests. Every response takes 100 ms, including refusals. _Per second_: how many items the service allows. _Retry-After_: without a number in the name of the row, it says exactly when the service accepts the next request. _Requests per item_: 1 means that no request was refused. _Time ÷ ideal_: divided by the time of a client that knows the limit. _Most at once_: the highest number of concurrent requests. _Failed_: without the items of chats that the service always refuses. Each figure is the worst of several runs with different latencies. No client can be fast with the services below the line of dashes without knowing them. Those rows show that all items get through, unless the service never responds.`;

const SIMULATED_COLUMNS = [
	'service',
	'items',
	'per second',
	'Retry-After',
	'requests per item',
	'time ÷ ideal',
	'most at once',
	'failed',
];

const TROUBLE = `## When requests fail

One run each. _Sent twice_ counts items that were sent again after Z-API had accepted them. _In the output_ and _reported as pinned_ count the items that the workflow continues with.`;

const TROUBLE_COLUMNS = [
	'fault',
	'node',
	'status of the execution',
	'pinned',
	'sent twice',
	'in the output',
	'reported as pinned',
];

/**
 * Prints the tables.
 *
 * @param page where it also writes them; nowhere if absent
 */
export async function writeReport(report: Report, page?: string): Promise<void> {
	const toCells = ({ what, measured, limit, holds }: Row) => [
		what,
		measured,
		limit,
		holds ? 'holds' : 'does not hold',
	];
	const tables = [
		[ROWS, toTable(['measure', 'measured', 'must be', ''], report.rows.map(toCells))],
		[RECEIVED, toTable(RECEIVED_COLUMNS, report.received)],
		[SIMULATED, toTable(SIMULATED_COLUMNS, toSimulatedLines(report.simulated))],
		[TROUBLE, toTable(TROUBLE_COLUMNS, report.troubles)],
	]
		.flat()
		.join('\n\n');
	console.log(`\n${tables}`);
	if (page) await writeFile(page, `# Bench\n\n${toIntroduction(report)}\n\n${tables}\n`);
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
		`Written by \`npm run bench\`: n8n ${n8n} and the sandbox on one machine, over HTTPS as with Z-API.`,
		`Medians of at least ${runs} interleaved runs, with the fastest and the slowest in brackets.`,
		'Times are those that n8n records for the node.',
	].join(' ');
}

function toTable(columns: string[], lines: string[][]): string {
	return markdownTable([columns, ...lines], { alignDelimiters: false });
}
