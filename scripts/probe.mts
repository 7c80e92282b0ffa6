// Does the same on the sandbox and on a real Z-API account, and writes a report of the differences with
// nothing private in it. See CONTRIBUTING.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listen } from './probe/listener.mts';
import { describe, HELP, type Options, readOptions } from './probe/options.mts';
import {
	askAllowed,
	askPinned,
	isAsking,
	mayGoOn,
	readChat,
	readCredential,
} from './probe/questions.mts';
import { run, toReport } from './probe/run.mts';

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
	const { webhook, port, report } = options;
	const credential = await readCredential(signal);
	const allowed = options.allowed ?? (await askAllowed(signal));
	if (webhook) allowed.add('settings');
	const chat = await readChat(allowed, signal);
	console.log(describe(allowed, options));
	if (!(await mayGoOn(signal))) return;

	const listener = webhook ? await listen(port, webhook) : undefined;
	try {
		const say = (line: string) => console.log(line);
		const waits = { patienceMs: 30_000, pollMs: 1000, look: isAsking ? look : undefined };
		const result = await run({ credential, chat, allowed, listener, ...waits, signal, say });
		const { version } = JSON.parse(
			await readFile(new URL('../package.json', import.meta.url), 'utf8'),
		) as { version: string };
		const about = [
			`Version ${version}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
			`Allowed: ${[...allowed].join(', ') || 'reading only'}${webhook ? ', with a webhook' : ''}`,
		];
		await mkdir(path.dirname(report), { recursive: true });
		await writeFile(report, toReport(result, about));
		console.log(`To paste into an issue, with nothing private in it: ${report}`);
		for (const what of result.left) {
			console.error(`Could not be put back: ${what}. Look at it in the Z-API panel.`);
			process.exitCode = 1;
		}
		if (signal.aborted) process.exitCode = 130;
	} finally {
		await listener?.close();
	}
}

async function look(): Promise<string> {
	return await askPinned(signal).catch((reason: unknown) => {
		// Ctrl-C at a question is no signal.
		interrupted.abort();
		throw reason;
	});
}
