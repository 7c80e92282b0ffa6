import { markdownTable } from 'markdown-table';
import type { Result, Verdict } from './run.mts';

const MARKS: Record<Verdict, string> = {
	'as the sandbox': '=',
	otherwise: '≠',
	'not tried': '–',
};

/**
 * @param about what the run was like, a line each
 * @returns Markdown to paste into an issue
 */
export function toReport({ findings, requests, callbacks, left }: Result, about: string[]): string {
	const count = (verdict: Verdict) =>
		findings.filter((finding) => finding.verdict === verdict).length;
	const rows = findings.map(({ name, sandbox, seen, verdict }) => [
		MARKS[verdict],
		toCell(name),
		toCode(sandbox),
		verdict === 'not tried'
			? toCell(`not tried: ${seen}`)
			: seen === sandbox
				? 'the same'
				: toCode(seen),
	]);
	return [
		'## What Z-API does',
		'',
		...about.map((line) => `- ${line}`),
		`- ${count('as the sandbox')} as in the sandbox (=), ${count('otherwise')} otherwise (≠), ${count('not tried')} not tried (–)`,
		...left.map((what) => `- Could not be put back: ${what}`),
		'',
		markdownTable([['', 'Assumption', 'Sandbox', 'Seen'], ...rows], { alignDelimiters: false }),
		'',
		...toDetails('Requests and responses', requests),
		...toDetails('Callbacks', callbacks),
	].join('\n');
}

function toDetails(title: string, lines: string[]): string[] {
	const text = lines.map((line) => line.replaceAll('```', "'''"));
	return [
		'<details>',
		`<summary>${title}: ${lines.length}</summary>`,
		'',
		'```',
		...text,
		'```',
		'',
		'</details>',
		'',
	];
}

const toCell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

const toCode = (text: string) => `\`${toCell(text).replaceAll('`', "'")}\``;
