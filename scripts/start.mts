// A real n8n with this package in it, against the sandbox. `--once` ends after the demo has run.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Listr, PRESET_TIMER } from 'listr2';
import { credentialOf } from '../sandbox/account.mts';
import { DEMO_MESSAGE } from '../sandbox/chats.mts';
import { type Sandbox, startSandbox } from '../sandbox/server.mts';
import {
	findPort,
	installN8n,
	installNode,
	type N8n,
	N8N_VERSION,
	OWNER,
	startN8n,
	unpackPackage,
} from './n8n.mts';
import { TRIGGER } from './workflows.mts';

const N8N_PORT = 5678;
const SANDBOX_PORT = 8021;

const once = process.argv.includes('--once');
const root = fileURLToPath(new URL('..', import.meta.url));
const interrupted = new AbortController();

interface Started {
	n8n: N8n;
	sandbox: Sandbox;
	/** Where to look at the demo workflow. */
	editorUrl: string;
	/** Status of the demo's execution, in n8n's words. */
	status: string;
}

const started: Partial<Started> = {};
let userFolder = '';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => interrupted.abort());
}

try {
	const { n8n, sandbox, editorUrl, status } = await start();
	report(sandbox, status);
	if (!once) {
		console.log(
			[
				'',
				`Editor   ${editorUrl}`,
				`Login    ${OWNER.email}  ${OWNER.password}`,
				`Sandbox  ${sandbox.url}/`,
				`Log      ${n8n.log}`,
				'',
				"Write a message with #notice on the sandbox's page, and see it pinned.",
				'Ctrl-C ends all of it.',
			].join('\n'),
		);
		await Promise.race([n8n.ended, aborted(interrupted.signal)]);
		if (!interrupted.signal.aborted) throw new Error(`n8n has ended. See ${n8n.log}`);
	}
} catch (error) {
	if (!interrupted.signal.aborted) {
		console.error((error as Error).message);
		process.exitCode = 1;
	}
} finally {
	await started.n8n?.stop();
	await started.sandbox?.close();
	if (once && userFolder) await rm(userFolder, { recursive: true, force: true });
}

/** Tells what became of the demo message, as the sandbox knows it. */
function report({ chats }: Sandbox, status: string) {
	const { name, messages, pins } = chats.get(DEMO_MESSAGE.phone);
	const pin = pins.find(({ messageId }) => messageId === DEMO_MESSAGE.messageId);
	const message = messages.find(({ messageId }) => messageId === DEMO_MESSAGE.messageId);
	if (status !== 'success' || !pin) {
		throw new Error(`The demo message is not pinned. Status of the execution: ${status}`);
	}
	const until = new Date(pin.expiresAt).toLocaleString();
	console.log(`\nPinned in “${name}” until ${until}: “${message?.text}”`);
}

async function start(): Promise<Started> {
	const port = await findPort(N8N_PORT);
	const sandboxPort = await findPort(SANDBOX_PORT);
	sayMoved('n8n', N8N_PORT, port);
	sayMoved('The sandbox', SANDBOX_PORT, sandboxPort);
	// A port for each n8n that runs at once, and so a folder.
	userFolder = once
		? await mkdtemp(path.join(tmpdir(), 'n8n-once-'))
		: path.join(root, `.local/n8n-${port}`);
	const { signal } = interrupted;
	const tasks = [
		{ title: 'Node.js 24', task: async () => await installNode(signal) },
		{
			title: `n8n ${N8N_VERSION} (the first time takes about five minutes)`,
			task: async () => await installN8n({ signal }),
		},
		{
			title: 'Sandbox',
			task: async () => {
				started.sandbox = await startSandbox({ port: sandboxPort });
			},
		},
		{ title: 'The packed package into n8n', task: async () => await unpackPackage(userFolder) },
		{
			title: 'n8n starts',
			task: async () => {
				started.n8n = await startN8n({ userFolder, port, signal });
			},
		},
		{ title: 'Demo workflow', task: runDemo },
	];
	await new Listr(tasks, { rendererOptions: { timer: PRESET_TIMER } }).run();
	return started as Started;
}

function sayMoved(what: string, preferred: number, port: number) {
	if (port !== preferred) console.log(`${what} uses port ${port}, as ${preferred} is taken.`);
}

async function runDemo() {
	const { n8n, sandbox } = started as Started;
	const credential = await n8n.client.saveCredential('Z-API Sandbox', credentialOf(sandbox));
	const importExample = async (file: string) => {
		const example = await readFile(path.join(root, 'examples', file), 'utf8');
		return await n8n.client.importWorkflow(JSON.parse(example), credential);
	};
	const listening = await importExample('pin-messages-with-a-keyword.json');
	// A new sandbox knows nothing of the webhook that n8n registered with the last one.
	await n8n.client.deactivate(listening);
	await n8n.client.activate(listening);
	const workflow = await importExample('pin-a-message.json');
	started.editorUrl = `${n8n.url}/workflow/${workflow.id}`;
	const execution = await n8n.client.execute(workflow, TRIGGER);
	started.status = execution.status;
}

async function aborted(signal: AbortSignal) {
	if (signal.aborted) return;
	await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
