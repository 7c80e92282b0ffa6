// Runs a real n8n with this package and the sandbox. `--once` ends it after the demo workflow; `--dev` reloads
// the nodes when a source changes.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Listr, PRESET_TIMER } from 'listr2';
import pWaitFor from 'p-wait-for';
import { credentialOf } from '../sandbox/account.mts';
import { DEMO_MESSAGE } from '../sandbox/chats.mts';
import { type Sandbox, startSandbox } from '../sandbox/server.mts';
import type { StoredWorkflow } from './n8n/client.mts';
import { installN8n, installNode, N8N_VERSION, unpackPackage } from './n8n/install.mts';
import { findPort, type N8n, startN8n } from './n8n/process.mts';
import { TRIGGER } from './workflows.mts';

const N8N_PORT = 5678;
const SANDBOX_PORT = 8021;

/** As Z-API documents it; the demo that ends by itself waits for nothing. */
const QUEUE_DELAY_MS: [number, number] = [1000, 3000];

/** Far longer than the queue needs for the demo's pin. */
const PIN_TIMEOUT_MS = 30_000;

const once = process.argv.includes('--once');
const isDevelopment = process.argv.includes('--dev');
const root = fileURLToPath(new URL('..', import.meta.url));

/** What the tasks hand on to each other. */
interface Context {
	/** Where n8n keeps its data. */
	userFolder: string;
	port: number;
	sandbox: Sandbox;
	n8n: N8n;
	/** URL of the demo workflow. */
	editorUrl: string;
	/** Status of the demo's execution, in n8n's words. */
	status: string;
}

const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());

/** Ends what was started, in reverse order. */
const cleanUps: Array<() => Promise<unknown>> = [];

try {
	const { n8n, sandbox, editorUrl, status } = await start();
	const isPinned = report(sandbox, status);
	if (once && !isPinned) process.exitCode = 1;
	if (!once) {
		console.log(
			[
				'',
				`Editor   ${editorUrl}`,
				`Login    ${n8n.owner.email}  ${n8n.owner.password}`,
				`Sandbox  ${sandbox.url}/`,
				`Log      ${n8n.log}`,
				'',
				"Write a message with #notice on the sandbox's page, or react to one with 📌, and see it pinned.",
				...(isDevelopment
					? ['What you save in nodes/ and credentials/ is in n8n seconds later.']
					: []),
				'Ctrl-C ends all of it.',
			].join('\n'),
		);
		await Promise.race([n8n.ended, aborted()]);
		if (!signal.aborted) throw new Error(`n8n has ended. See ${n8n.log}`);
	}
} catch (error) {
	if (!signal.aborted) {
		console.error((error as Error).message);
		process.exitCode = 1;
	}
} finally {
	for (const cleanUp of cleanUps.reverse()) await cleanUp();
}

/**
 * Tells what became of the demo message, as the sandbox knows it.
 *
 * @returns whether it is pinned
 */
function report(sandbox: Sandbox, status: string): boolean {
	const { name, messages } = sandbox.chats.get(DEMO_MESSAGE.phone);
	const message = messages.find(({ messageId }) => messageId === DEMO_MESSAGE.messageId);
	const pin = findDemoPin(sandbox);
	if (pin) {
		const until = new Date(pin.expiresAt).toLocaleString();
		console.log(`\nPinned in “${name}” until ${until}: “${message?.text}”`);
	} else {
		console.warn(`\nThe demo message is not pinned. Status of the execution: ${status}`);
	}
	return pin !== undefined;
}

function findDemoPin({ chats }: Sandbox) {
	const { pins } = chats.get(DEMO_MESSAGE.phone);
	return pins.find(({ messageId }) => messageId === DEMO_MESSAGE.messageId);
}

async function start(): Promise<Context> {
	const port = await findPort(N8N_PORT);
	const sandboxPort = await findPort(SANDBOX_PORT);
	sayMoved('n8n', N8N_PORT, port);
	sayMoved('The sandbox', SANDBOX_PORT, sandboxPort);
	const tasks = new Listr<Context>(
		[
			{ title: 'Node.js 24', task: async () => await installNode({ signal }) },
			{
				title: `n8n ${N8N_VERSION} (the first time takes about five minutes)`,
				task: async () => await installN8n({ signal }),
			},
			{
				title: 'Sandbox',
				task: async (context) => {
					context.sandbox = await startSandbox({
						port: sandboxPort,
						// As many real instances have it.
						hasReceivedAndDelivery: true,
						...(!once && { queueDelayMs: QUEUE_DELAY_MS }),
					});
					cleanUps.push(context.sandbox.close);
				},
			},
			{
				title: 'Package',
				task: async (context) => {
					context.port = port;
					context.userFolder = await makeUserFolder(port);
					const target = await unpackPackage(context.userFolder);
					if (isDevelopment) await compileOnChange(path.join(target, 'dist'));
				},
			},
			{
				title: 'Start of n8n',
				task: async (context) => {
					const env = { N8N_DEV_RELOAD: String(isDevelopment) };
					context.n8n = await startN8n({ ...context, env, signal });
					cleanUps.push(context.n8n.stop);
				},
			},
			{ title: 'Demo workflow', task: runDemo },
		],
		{ rendererOptions: { timer: PRESET_TIMER } },
	);
	return await tasks.run();
}

function sayMoved(what: string, preferred: number, port: number) {
	if (port !== preferred) console.log(`${what} uses port ${port}, as ${preferred} is taken.`);
}

/** A port for each n8n that runs at once, and so a folder. */
async function makeUserFolder(port: number): Promise<string> {
	if (!once) return path.join(root, `.local/n8n-${port}`);
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-once-'));
	cleanUps.push(async () => await rm(folder, { recursive: true, force: true }));
	return folder;
}

/** Compiles into the package that n8n has, again and again; n8n loads again what has changed there. */
async function compileOnChange(outDir: string): Promise<void> {
	const compiler = execa('tsc', ['--watch', '--preserveWatchOutput', '--outDir', outDir], {
		cwd: root,
		preferLocal: true,
		stdin: 'ignore',
		buffer: false,
		reject: false,
	});
	cleanUps.push(async () => {
		compiler.kill();
		await compiler;
	});
	// The first pass writes every file: n8n is to find them complete.
	await new Promise<void>((resolve) => {
		compiler.stdout.on('data', (text: Buffer) => {
			if (text.includes('Watching for file changes')) resolve();
		});
	});
	compiler.stdout.pipe(process.stdout);
}

async function runDemo(context: Context) {
	const { n8n, sandbox } = context;
	const credential = await n8n.client.saveCredential('Z-API Sandbox', credentialOf(sandbox));
	const importFile = async (file: string) => {
		const workflow = await readFile(path.join(root, file), 'utf8');
		return await n8n.client.importWorkflow(JSON.parse(workflow) as StoredWorkflow, credential);
	};
	// Two of them, as they share the number.
	for (const file of ['pin-messages-with-a-keyword', 'react-to-pin-a-message']) {
		const listening = await importFile(`examples/${file}.json`);
		// A new sandbox knows nothing of the webhook that n8n registered with the last one.
		await n8n.client.deactivate(listening);
		await n8n.client.activate(listening);
	}
	const workflow = await importFile('scripts/demo.json');
	context.editorUrl = `${n8n.url}/workflow/${workflow.id}`;
	sandbox.editorUrl = context.editorUrl;
	const execution = await n8n.client.execute(workflow, TRIGGER);
	context.status = execution.status;
	if (execution.status !== 'success') return;
	// Accepted is not pinned: the sandbox has a queue, like Z-API.
	await pWaitFor(() => signal.aborted || findDemoPin(sandbox) !== undefined, {
		timeout: { milliseconds: PIN_TIMEOUT_MS, fallback: () => undefined },
	});
}

async function aborted() {
	if (signal.aborted) return;
	await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
