import { markdownTable } from 'markdown-table';
import type { Result, Verdict } from './run.mts';

const MARKS: Record<Verdict, string> = {
	'as the sandbox': '=',
	otherwise: '≠',
	'not tried': '–',
};

/**
 * @param about what the run was like, a line each
 * @returns the findings, as Markdown
 */
export function toTable({ findings, left }: Result, about: string[]): string {
	const count = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
	const rows = findings.map(({ name, sandbox, seen, verdict }) => {
		const shown = seen === sandbox ? 'the same' : toCode(seen);
		const last = verdict === 'not tried' ? `not tried: ${toCell(seen)}` : shown;
		return [MARKS[verdict], toCell(name), toCode(sandbox), last];
	});
	return [
		'## What Z-API does',
		'',
		...about.map((line) => `- ${line}`),
		`- ${count('as the sandbox')} as in the sandbox (=), ${count('otherwise')} otherwise (≠), ${count('not tried')} not tried (–)`,
		...left.map((what) => `- Could not be put back: ${what}`),
		'',
		markdownTable([['', 'Assumption', 'Sandbox', 'Seen'], ...rows], { alignDelimiters: false }),
		'',
	].join('\n');
}

/** @returns all that was seen, as Markdown to paste into an issue */
export function toReport(result: Result, about: string[]): string {
	return [
		toTable(result, about),
		...toDetails('Requests and responses', result.requests),
		...toDetails('Callbacks', result.callbacks),
	].join('\n');
}

function toDetails(title: string, lines: string[]): string[] {
	const text = lines.map((line) => line.replaceAll('```', "'''"));
	const summary = `<summary>${title}: ${lines.length}</summary>`;
	return ['<details>', summary, '', '```', ...text, '```', '', '</details>', ''];
}

const toCell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

const toCode = (text: string) => `\`${toCell(text).replaceAll('`', "'")}\``;
