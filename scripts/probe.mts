// Tries on a real Z-API account what the sandbox only assumes, and writes a report with nothing private
// in it. See CONTRIBUTING.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen } from './probe/listener.mts';
import { describe, HELP, type Options, readOptions } from './probe/options.mts';
import type { Permission } from './probe/probe.mts';
import {
	askAllowed,
	askPerson,
	isAsking,
	mayGoOn,
	readChat,
	readCredential,
} from './probe/questions.mts';
import { toReport } from './probe/report.mts';
import { type Finding, run } from './probe/run.mts';

const root = fileURLToPath(new URL('..', import.meta.url));

const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(name, () => interrupted.abort());
}

try {
	// Run by `npm run`, the first argument is this script's name.
	const options = readOptions(process.argv.slice(2).filter((name) => name !== 'probe.mts'));
	if (options.isHelp) console.log(HELP);
	else await probe(options);
} catch (error) {
	const { name, message } = error as Error;
	// Ctrl-C, perhaps at a question.
	const isEnded = signal.aborted || name === 'ExitPromptError';
	if (!isEnded) console.error(message);
	process.exitCode = isEnded ? 130 : 1;
}

async function probe(options: Options) {
	const { webhook, port, patienceMs } = options;
	const credential = await readCredential(signal);
	const allowed = options.allowed ?? (await askAllowed(signal));
	if (webhook) allowed.add('settings');
	const chat = allowed.has('messages') ? await readChat(signal) : undefined;
	console.log(describe(allowed, options));
	if (!(await mayGoOn(signal))) return;

	const listener = webhook ? await listen(webhook, port) : undefined;
	try {
		const say = (line: string) => console.log(`  ${line}`);
		const given = { credential, chat, allowed, listener, patienceMs, signal, say };
		const result = await run({ ...given, look: isAsking ? look : undefined }, show);
		const report = toReport(result, await toAbout(allowed, webhook));
		await mkdir(path.dirname(options.report), { recursive: true });
		await writeFile(options.report, report);
		console.log(`\n${report}\nThe report, to paste into an issue: ${options.report}`);
		if (result.isDisconnected) console.log('The instance is still disconnected: connect it again.');
		for (const what of result.left) {
			console.error(`Could not be put back: ${what}. Look at it in the Z-API panel.`);
			process.exitCode = 1;
		}
		if (signal.aborted) process.exitCode = 130;
	} finally {
		await listener?.close();
	}
}

async function look(question: string, choices: string[]): Promise<string> {
	return await askPerson(question, choices, signal).catch((reason: unknown) => {
		// Ctrl-C at a question is no signal.
		interrupted.abort();
		throw reason;
	});
}

async function toAbout(allowed: ReadonlySet<Permission>, webhook?: string): Promise<string[]> {
	const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
		version: string;
	};
	return [
		`Version ${version}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
		`Allowed: ${[...allowed].join(', ') || 'reading only'}${webhook ? ', with a webhook' : ''}`,
	];
}

function show({ name, sandbox, seen, verdict }: Finding) {
	if (verdict === 'as the sandbox') console.log(`= ${name}: ${seen}`);
	if (verdict === 'not tried') console.log(`– ${name}: not tried, ${seen}`);
	if (verdict === 'otherwise') {
		console.log(`≠ ${name}\n    sandbox: ${sandbox}\n    seen:    ${seen}`);
	}
}
