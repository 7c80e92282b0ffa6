// Measures this node against n8n's HTTP Request node in one real n8n, on the sandbox over HTTPS, as with Z-API.
// Ratios matter: the runs are interleaved, so that what else the machine does falls on all of them alike.
// `npm run bench -- times` measures only what is named and writes no page; `BENCH_RUNS` is how many times.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { accountOf, credentialOf } from '../sandbox/account.mts';
import { type Sandbox, startSandbox } from '../sandbox/server.mts';
import { simulateAll } from '../test/support/simulation.mts';
import { waitFor } from '../test/support/wait.mts';
import { median, type Row, toSpread, writeReport } from './benchReport.mts';
import type { N8nClient, StoredWorkflow } from './n8n/client.mts';
import { installN8n, installNode, N8N_VERSION, unpackPackage } from './n8n/install.mts';
import { findPort, type N8n, startN8n } from './n8n/process.mts';
import { CHAT, to, toNode, toPinNode, toWorkflow, TRIGGER } from './workflows.mts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const TESTED = 'Tested';

const THIS_NODE = 'this node';
const WITH_CREDENTIAL = 'HTTP Request with the credential';
const WITH_SECRETS = 'HTTP Request with secrets typed in';
const WITH_RETRIES = 'HTTP Request with the credential and Retry On Fail';
const NO_OPERATION = 'No Operation';

/** How often each simulation is run, with other latencies each time. */
const SIMULATED_RUNS = 10;

/** What small hosts have, in MB. With more, V8 lets garbage lie, and a peak says little. */
const HEAP_LIMIT = 512;

/** How many workflows share a number, and its instance ID. */
const SHARING = 3;
const SHARED_ID = '3D'.repeat(16);

/** HTTP 500 once on every 10th request. */
const ONCE = { every: 10, once: true, response: { status: 500, body: 'Oops' } };

const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-bench-'));
const certificate = await makeCertificate(userFolder);
const port = await findPort(5778);
const sandbox = await startSandbox({ certificate });
/** Another number, whose calls several workflows share. */
const shared = await startSandbox({ certificate, instanceId: SHARED_ID });

const withCredential = toRequest({
	url: `${sandbox.url}/pin-message`,
	authentication: 'predefinedCredentialType',
	nodeCredentialType: 'zApi',
});
const { instanceId, token, clientToken } = sandbox.instance;
const VARIANTS = {
	[THIS_NODE]: toPinNode(TESTED),
	[WITH_CREDENTIAL]: withCredential,
	[WITH_RETRIES]: { ...withCredential, retryOnFail: true, maxTries: 3 },
	[WITH_SECRETS]: toRequest({
		url: `${sandbox.url}/instances/${instanceId}/token/${token}/pin-message`,
		sendHeaders: true,
		headerParameters: { parameters: [{ name: 'Client-Token', value: clientToken }] },
	}),
	[NO_OPERATION]: toNode(TESTED, 'n8n-nodes-base.noOp', {}),
};
type Variant = keyof typeof VARIANTS;

const rows: Row[] = [];
const troubles: string[][] = [];
const received: string[][] = [];
let n8n: N8n | undefined;

const parts: Record<string, () => Promise<void>> = {
	// First, so that what the other parts leave in n8n's database doesn't count.
	memory: measureMemory,
	files: measureFiles,
	times: measureTimes,
	trouble: measureTrouble,
	receiving: measureReceiving,
};
const wanted = process.argv.slice(3);
const isWhole = wanted.length === 0;

try {
	await installNode();
	await installN8n();
	await unpackPackage(userFolder);
	for (const [name, measure] of Object.entries(parts)) {
		if (!isWhole && !wanted.includes(name)) continue;
		// One that fails must not lose what the others have measured.
		await measure().catch((error: unknown) => {
			console.error(error);
			rows.push({ what: name, measured: 'could not be measured', limit: '', holds: false });
		});
	}
	const simulated = await simulateAll(SIMULATED_RUNS);
	const report = { n8n: N8N_VERSION, runs: RUNS, rows, received, simulated, troubles };
	const page = fileURLToPath(new URL('../docs/bench.md', import.meta.url));
	await writeReport(report, isWhole ? page : undefined);
	if (rows.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
	await n8n?.stop();
	await sandbox.close();
	await shared.close();
	await rm(userFolder, { recursive: true, force: true });
}

/** Makes a certificate for 127.0.0.1 that is its own authority. */
async function makeCertificate(folder: string) {
	const keyFile = path.join(folder, 'key.pem');
	const file = path.join(folder, 'certificate.pem');
	const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const name = ['-subj', '/CN=sandbox', '-addext', 'subjectAltName=IP:127.0.0.1'];
	const files = ['-keyout', keyFile, '-out', file];
	await execa('openssl', ['req', '-x509', '-days', '2', ...newKey, ...name, ...files]);
	return { file, key: await readFile(keyFile), cert: await readFile(file) };
}

/** A pin by n8n's HTTP Request node. */
function toRequest(parameters: object) {
	const fields = {
		phone: CHAT,
		messageId: '={{ $json.messageId }}',
		messageAction: 'pin',
		pinMessageDuration: '7_days',
	};
	const body = Object.entries(fields).map(([name, value]) => ({ name, value }));
	return toNode(
		TESTED,
		'n8n-nodes-base.httpRequest',
		{ method: 'POST', sendBody: true, bodyParameters: { parameters: body }, ...parameters },
		4.2,
	);
}

async function startAnew(env?: Record<string, string>): Promise<N8n> {
	await n8n?.stop();
	n8n = await startN8n({
		userFolder,
		port,
		env: { NODE_EXTRA_CA_CERTS: certificate.file, ...env },
	});
	return n8n;
}

async function measureTimes() {
	const { client } = await startAnew();

	/** Takes the nodes in turn, after one run of each that doesn't count. Returns their times, in ms. */
	const measure = async (
		what: string,
		tested: Array<{ variant: Variant; items: number }>,
		{ runs = RUNS, faults = {} }: { runs?: number; faults?: object } = {},
	): Promise<number[][]> => {
		const times = tested.map((): number[] => []);
		for (let run = 0; run <= runs; run++) {
			for (const [index, { variant, items }] of tested.entries()) {
				sandbox.faults.reset();
				sandbox.requests.length = 0;
				Object.assign(sandbox.faults, faults);
				const workflow = await importWorkflow(client, variant, items);
				const { status, runData, error } = await client.execute(workflow, TRIGGER);
				const { accepted, acceptedTwice } = accountOf(sandbox);
				const isComplete = accepted.size === items && acceptedTwice === 0;
				const taskData = runData[TESTED]?.[0];
				if (status !== 'success' || !isComplete || !taskData) {
					throw new Error(`${what}, ${variant}: ${accepted.size} pinned, ${error?.message}`);
				}
				if (run > 0) times[index]?.push(taskData.executionTime);
			}
		}
		return times;
	};

	const compare = async (
		what: string,
		items: number,
		limits: Partial<Record<Variant, number>>,
		options?: Parameters<typeof measure>[2],
	) => {
		const others = Object.entries(limits) as Array<[Variant, number]>;
		const tested = [THIS_NODE, ...others.map(([other]) => other)] as Variant[];
		const [own = [], ...theirs] = await measure(
			what,
			tested.map((variant) => ({ variant, items })),
			options,
		);
		for (const [index, [other, limit]] of others.entries()) {
			judge(`${what}: time ÷ ${other}`, own, theirs[index] ?? [], limit);
		}
	};

	const LATE = { faults: { latencyMs: 100 } };
	// HTTP Request sends all at once.
	const late = { [WITH_CREDENTIAL]: 0.65, [WITH_SECRETS]: 1.5 };
	await compare('500 chats, 100 ms latency', 500, late, LATE);
	const atOnce = { [WITH_CREDENTIAL]: 0.45, [WITH_SECRETS]: 1.1 };
	await compare('1000 chats, no latency', 1000, atOnce);
	const one = { [WITH_CREDENTIAL]: 1.1, [WITH_SECRETS]: 1.15 };
	await compare('One item, 100 ms latency', 1, one, { runs: 4 * RUNS, ...LATE });

	const limited = '200 chats, service allows 50/s';
	const tested = [{ variant: THIS_NODE, items: 200 } as const];
	const [slow = []] = await measure(limited, tested, { faults: { requestsPerSecond: 50 } });
	// With the request for the status these are 201: of 50 in any second, the last can't be sent earlier.
	judge(`${limited}: time ÷ the shortest possible`, slow, [4000], 1.35);
	const perItem = sandbox.requests.length / 200;
	const what = `${limited}: requests per item`;
	rows.push({ what, measured: perItem.toFixed(2), limit: '≤ 1.6', holds: perItem <= 1.6 });

	const many = '10,000 chats, no latency';
	const [all = [], tenth = []] = await measure(many, [
		{ variant: THIS_NODE, items: 10_000 },
		{ variant: THIS_NODE, items: 1000 },
	]);
	judge(`${many}: time ÷ 1000 chats`, all, tenth, 11);
}

/** What the nodes output when requests fail. Each node runs once, as no time is measured. */
async function measureTrouble() {
	const { client } = await startAnew();
	const CONTINUE = 'continueRegularOutput';
	const webPage = { every: 10, response: { status: 200, body: '<html>Oops</html>' } };
	const cases: Record<string, { items: number; onError?: string; prepare: () => void }> = {
		'200 items, Z-API allows 50/s': {
			items: 200,
			prepare: () => (sandbox.faults.requestsPerSecond = 50),
		},
		'HTTP 500 once on every 10th of 100 items': {
			items: 100,
			prepare: () => sandbox.faults.set(ONCE),
		},
		'HTTP 200 with a web page on every 10th of 100 items, On Error is Continue': {
			items: 100,
			onError: CONTINUE,
			prepare: () => sandbox.faults.set(webPage),
		},
	};
	for (const [what, { items, onError, prepare }] of Object.entries(cases)) {
		for (const variant of [THIS_NODE, WITH_CREDENTIAL, WITH_RETRIES] as const) {
			sandbox.faults.reset();
			sandbox.requests.length = 0;
			prepare();
			const workflow = await importWorkflow(client, variant, items, onError);
			const { status, runData } = await client.execute(workflow, TRIGGER);
			const output = runData[TESTED]?.at(-1)?.data?.main?.[0] ?? [];
			const { accepted, acceptedTwice } = accountOf(sandbox);
			const reported = output.filter(({ json, error }) => !error && json.error === undefined);
			const numbers = [accepted.size, acceptedTwice, output.length, reported.length];
			troubles.push([what, variant, status, ...numbers.map(String)]);
		}
	}
	sandbox.faults.reset();
}

/** What n8n takes for each call that comes in, when 20 come at a time. */
async function measureReceiving() {
	const { client, url: n8nUrl } = await startAnew();
	const toWebhook = (name: string, parameters: object, credentials = {}) => ({
		...toNode(name, 'n8n-nodes-base.webhook', { httpMethod: 'POST', path: name, ...parameters }, 2),
		webhookId: crypto.randomUUID(),
		credentials,
	});
	const events = ['messageReceived'];
	const toTrigger = () => ({
		...toNode(TESTED, 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger', { events }),
		webhookId: crypto.randomUUID(),
	});
	const header = { name: 'Header', type: 'httpHeaderAuth', data: { name: 'x-key', value: 'key' } };
	const httpHeaderAuth = await client.call<object>('POST', '/rest/credentials', header);
	const secured = toWebhook('header', { authentication: 'headerAuth' }, { httpHeaderAuth });
	const publish = async (
		node: ReturnType<typeof toNode>,
		owner = sandbox,
	): Promise<StoredWorkflow> => {
		// Neither is stored twice under one name.
		const { instanceId } = owner.instance;
		const credential = await client.saveCredential(`Bench ${instanceId}`, credentialOf(owner));
		const settings = { executionOrder: 'v1' };
		const name = `Receive ${crypto.randomUUID()}`;
		const workflow = { name, nodes: [node], connections: {}, settings };
		const stored = await client.importWorkflow(workflow, credential);
		await client.activate(stored);
		return stored;
	};
	const toUrl = ({ instance }: Sandbox) => {
		const { pathname, search } = new URL(instance.receivedCallbackUrl);
		return new URL(pathname + search, n8nUrl).href;
	};
	const none = { url: `${n8nUrl}/webhook/none`, started: [await publish(toWebhook('none', {}))] };
	const headerAuth = { url: `${n8nUrl}/webhook/header`, started: [await publish(secured)] };
	const own = { started: [await publish(toTrigger())], url: toUrl(sandbox) };
	const sharing: StoredWorkflow[] = [];
	for (let n = 0; n < SHARING; n++) sharing.push(await publish(toTrigger(), shared));
	const forged = new URL(own.url);
	const secret = forged.searchParams.get('secret') ?? '';
	forged.searchParams.set('secret', secret.slice(1) + secret.slice(0, 1));
	const text = { ...toCallback(), text: { message: 'Hello' } };
	const referencedMessage = { messageId: '3EB0000000' };
	const pin = { ...toCallback(), pinMessage: { action: 'pin', referencedMessage } };
	interface Call {
		url: string;
		body: object;
		/** The workflows of which each call starts an execution. */
		started: StoredWorkflow[];
		/** The call that it must not cost more than, and how many times as much it may cost. */
		limit?: [other: string, factor: number];
	}
	const NONE = "n8n's Webhook node, no authentication";
	const HEADER = "n8n's Webhook node, header authentication";
	const WANTED = 'this trigger, a wanted callback';
	const SHARED = `this trigger, a wanted callback, ${SHARING} workflows on one number`;
	const calls: Record<string, Call> = {
		[NONE]: { ...none, body: text },
		[HEADER]: { ...headerAuth, body: text },
		[WANTED]: { ...own, body: text, limit: [HEADER, 1] },
		'this trigger, an unwanted callback': { ...own, started: [], body: pin, limit: [NONE, 0.7] },
		'this trigger, a forged callback': {
			...{ url: forged.href, started: [], body: text },
			limit: [NONE, 0.7],
		},
		[SHARED]: { url: toUrl(shared), started: sharing, body: { ...text, instanceId: SHARED_ID } },
	};
	const CALLS = 100;
	const times: Record<string, number[]> = {};
	const statuses: Record<string, number> = {};
	for (let run = 0; run <= RUNS; run++) {
		for (const [what, { url, body, started }] of Object.entries(calls)) {
			const count = async () => {
				const lists = started.map(async (workflow) => await client.listExecutions(workflow));
				return (await Promise.all(lists)).reduce((sum, list) => sum + list.count, 0);
			};
			const expected = (await count()) + CALLS * started.length;
			const limit = pLimit(20);
			const startedAt = performance.now();
			const call = async () => {
				const response = await fetch(url, {
					method: 'POST',
					headers: { 'content-type': 'application/json', 'x-key': 'key' },
					body: JSON.stringify({ ...body, messageId: crypto.randomUUID() }),
				});
				await response.text();
				statuses[what] = response.status;
			};
			await Promise.all(Array.from({ length: CALLS }, async () => await limit(call)));
			// What n8n does after its response is part of what a call costs.
			await waitFor(async () => (await count()) >= expected);
			if (run > 0) (times[what] ??= []).push((performance.now() - startedAt) / CALLS);
		}
	}
	for (const [what, { limit: [other, factor] = [] }] of Object.entries(calls)) {
		received.push([what, toSpread(times[what] ?? [], 'ms', 1), String(statuses[what])]);
		if (!other || !factor) continue;
		judge(`Call of ${what}: time ÷ ${other}`, times[what] ?? [], times[other] ?? [], factor);
	}
	const { [WANTED]: one = [], [SHARED]: all = [], [NONE]: plain = [] } = times;
	const further = all.map((time, run) => (time - (one[run] ?? 0)) / (SHARING - 1));
	judge(`Each further workflow on one number: time ÷ ${NONE}`, further, plain, 1.2);
}

/** A callback of the received webhook. */
function toCallback() {
	return {
		type: 'ReceivedCallback',
		instanceId,
		phone: '120363019502650977-group',
		isGroup: true,
		fromMe: false,
		momment: Date.now(),
		chatName: 'Team',
		senderName: 'Ana',
		participantPhone: '5511999999999',
		status: 'RECEIVED',
	};
}

function judge(what: string, times: number[], others: number[], limit: number) {
	const ratio = median(times) / median(others);
	const measured = `${ratio.toFixed(2)} (${toSpread(times)} ÷ ${toSpread(others)})`;
	rows.push({ what, measured, limit: `≤ ${limit}`, holds: ratio <= limit });
	console.log(`${what}: ${measured}`);
}

/**
 * n8n's peak memory with this node, over that of the same workflow with a node that does nothing. Each
 * run has an n8n of its own, as one that has worked before keeps what it had.
 */
async function measureMemory() {
	const own: number[] = [];
	const base: number[] = [];
	for (let run = 0; run < RUNS; run++) {
		for (const [variant, peaks] of [
			[NO_OPERATION, base],
			[THIS_NODE, own],
		] as const) {
			const NODE_OPTIONS = `--max-old-space-size=${HEAP_LIMIT}`;
			const { client, pid } = await startAnew({ NODE_OPTIONS });
			const workflow = await importWorkflow(client, variant, 10_000);
			const { status } = await client.execute(workflow, TRIGGER);
			if (status !== 'success') throw new Error(`${variant}: ${status}`);
			peaks.push(await readPeakMemory(pid));
		}
	}
	const added = median(own) - median(base);
	rows.push({
		what: `10,000 items: n8n's peak memory (heap limit ${HEAP_LIMIT} MB) − with No Operation in its place`,
		measured: `${added.toFixed(0)} MB (${toSpread(own, 'MB')} − ${toSpread(base, 'MB')})`,
		limit: '< 100 MB',
		holds: added < 100,
	});
}

/** n8n's peak memory with several files to send, over that with one; and whether a file of 50 MB arrives. */
async function measureFiles() {
	const send = async (items: number, megabytes: number): Promise<number> => {
		const file = path.join(userFolder, 'file.mp4');
		await writeFile(file, randomBytes(megabytes * 1e6));
		const { client, pid } = await startAnew({
			NODE_OPTIONS: `--max-old-space-size=${HEAP_LIMIT}`,
			N8N_RESTRICT_FILE_ACCESS_TO: userFolder,
		});
		const credential = await client.saveCredential('Bench', credentialOf(sandbox));
		// n8n keeps one file, which all items have.
		const jsCode = `return Array.from({ length: ${items} }, () => ({ json: {}, binary: $input.first().binary }));`;
		const tested = toPinNode(TESTED, {
			...{ resource: 'message', operation: 'sendAndPin', messageType: 'video' },
			...{ fileSource: 'binary', text: '={{ $itemIndex }}' },
		});
		const name = `${items} files of ${megabytes} MB`;
		const workflow = toWorkflow(name, jsCode, tested);
		workflow.nodes.push(toNode('Read', 'n8n-nodes-base.readWriteFile', { fileSelector: file }));
		const connections = { ...workflow.connections, [TRIGGER]: to('Read'), Read: to('Items') };
		const stored = await client.importWorkflow({ ...workflow, connections }, credential);
		sandbox.chats.reset();
		const { status, error } = await client.execute(stored, TRIGGER);
		const arrived = sandbox.chats
			.all()
			.filter(({ messages }) => messages.at(-1)?.media?.bytes === megabytes * 1e6);
		if (status !== 'success' || arrived.length !== items) {
			throw new Error(`${name}: ${arrived.length} arrived, ${error?.message}`);
		}
		return await readPeakMemory(pid);
	};
	const [one, many]: [number[], number[]] = [[], []];
	for (let run = 0; run < RUNS; run++) {
		one.push(await send(1, 16));
		many.push(await send(20, 16));
	}
	const added = median(many) - median(one);
	rows.push({
		what: "20 files of 16 MB from the input: n8n's peak memory − with one of them",
		measured: `${added.toFixed(0)} MB (${toSpread(many, 'MB')} − ${toSpread(one, 'MB')})`,
		limit: '≤ 250 MB',
		holds: added <= 250,
	});
	const largest = await send(1, 50);
	rows.push({
		what: "A file of 50 MB from the input: n8n's peak memory",
		measured: `${largest.toFixed(0)} MB`,
		limit: 'it arrives',
		holds: true,
	});
}

/** @returns the most that a process has needed, in MB */
async function readPeakMemory(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function importWorkflow(
	client: N8nClient,
	variant: Variant,
	items: number,
	onError?: string,
) {
	const credential = await client.saveCredential('Bench', credentialOf(sandbox));
	const toId = "'3EB0' + String(n).padStart(16, '0')";
	const code = `return Array.from({ length: ${items} }, (_, n) => ({ json: { messageId: ${toId} } }));`;
	const tested = { ...VARIANTS[variant], onError };
	const name = `${variant}, ${items} items, ${onError}`;
	return await client.importWorkflow(toWorkflow(name, code, tested), credential);
}
