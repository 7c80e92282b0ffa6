import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { markdownTable } from 'markdown-table';

export interface Measured {
	/** How long the node took, in milliseconds, of each run. */
	times: number[];
	/** Message IDs that the sandbox pinned, of the last run. */
	pinned: number;
	/** Requests for a message whose pin was confirmed already, of the last run. */
	twice: number;
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
}

const TROUBLE = `## When not all goes well

One run each. _Sent twice_ counts items that were sent again after Z-API had confirmed them; _in the output_ and _reported as pinned_ are what the workflow goes on with.`;

const TROUBLE_COLUMNS = [
	...['trouble', 'node', 'the execution ends in', 'pinned', 'sent twice'],
	...['in the output', 'reported as pinned'],
];

/** Writes `bench.md` and, with every single time, `bench.json`. */
export async function writeReport(folder: string, report: Report): Promise<void> {
	const tables = [
		toTable(['measure', 'measured', 'must be', ''], report.rows.map(toCells)),
		TROUBLE,
		toTable(TROUBLE_COLUMNS, report.troubles),
	].join('\n\n');
	console.log(`\n${tables}`);
	await writeFile(path.join(folder, 'bench.json'), `${JSON.stringify(report, null, '\t')}\n`);
	const page = ['# Bench', toIntroduction(report), tables].join('\n\n');
	await writeFile(path.join(folder, 'bench.md'), `${page}\n`);
}

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
	return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The median, with the least and the most, e.g. `717 ms [667–786]`. */
export function toSpread(values: number[], unit = 'ms'): string {
	const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
	return `${middle.toFixed(0)} ${unit} [${least.toFixed(0)}–${most.toFixed(0)}]`;
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
