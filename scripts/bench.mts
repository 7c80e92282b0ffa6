// Measures this node against n8n's HTTP Request node in one real n8n, on the sandbox. Ratios matter:
// the runs are interleaved, so that what else the machine does falls on all of them alike.
// `npm run bench -- times` measures only what is named and writes no page; `BENCH_RUNS` is how many times.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import pWaitFor from 'p-wait-for';
import { accountOf, credentialOf } from '../sandbox/account.mts';
import { startSandbox } from '../sandbox/server.mts';
import { simulateAll } from '../test/support/simulation.mts';
import { type Measured, median, type Row, toSpread, writeReport } from './benchReport.mts';
import type { Execution, N8nClient, StoredWorkflow } from './n8n/client.mts';
import { installN8n, installNode, N8N_VERSION, unpackPackage } from './n8n/install.mts';
import { findPort, type N8n, startN8n } from './n8n/process.mts';
import { startTlsProxy } from './tlsProxy.mts';
import { CHAT, toNode, toPinNode, toWorkflow, TRIGGER } from './workflows.mts';

const root = fileURLToPath(new URL('..', import.meta.url));

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const TESTED = 'Tested';

const THIS_NODE = 'this node';
const WITH_CREDENTIAL = 'HTTP Request with the credential';
const WITH_SECRETS = 'HTTP Request with secrets typed in';
const WITH_RETRIES = 'HTTP Request with the credential and Retry On Fail';
const A_TENTH = 'this node, a tenth of the items';
const SEND_AND_PIN = 'this node, Send and Pin';
const NO_OPERATION = 'No Operation';

/** How often each simulation is run, with other latencies each time. */
const SIMULATED_RUNS = 10;

/** What small hosts have, in MB. With more, V8 lets garbage lie, and a peak says little. */
const HEAP_LIMIT = 512;

type Variant =
	| typeof THIS_NODE
	| typeof WITH_CREDENTIAL
	| typeof WITH_SECRETS
	| typeof WITH_RETRIES
	| typeof A_TENTH
	| typeof SEND_AND_PIN
	| typeof NO_OPERATION;

const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-bench-'));
const port = await findPort(5778);
const sandbox = await startSandbox();
const tls = await startTlsProxy(sandbox.url, userFolder);
const rows: Row[] = [];
const troubles: string[][] = [];
const concurrencies: string[][] = [];
const received: string[][] = [];
const raw: Record<string, Partial<Record<string, Measured>>> = {};
let n8n: N8n | undefined;

const parts: Record<string, () => Promise<void>> = {
	// First, so that what the other parts leave in n8n's database doesn't count.
	memory: measureMemory,
	concurrency: measureConcurrency,
	times: measureTimes,
	trouble: measureTrouble,
	receiving: measureReceiving,
	installed: measureInstalled,
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
	const report = { n8n: N8N_VERSION, runs: RUNS, rows, raw, troubles, concurrencies, received };
	await writeReport(root, { ...report, simulated }, isWhole);
	if (rows.some(({ holds }) => holds === false)) process.exitCode = 1;
} finally {
	await n8n?.stop();
	await tls.close();
	await sandbox.close();
	await rm(userFolder, { recursive: true, force: true });
}

async function startAnew(env?: Record<string, string>): Promise<N8n> {
	await n8n?.stop();
	n8n = await startN8n({ userFolder, port, env: { NODE_EXTRA_CA_CERTS: tls.authority, ...env } });
	return n8n;
}

async function measureTimes() {
	const { client } = await startAnew();
	const workflows = new Map<string, StoredWorkflow>();

	const run = async (variant: Variant, allItems: number, baseUrl: string): Promise<Execution> => {
		const items = variant === A_TENTH ? allItems / 10 : allItems;
		const name = `${variant}, ${items} items, ${baseUrl}`;
		const workflow =
			workflows.get(name) ?? (await importWorkflow(client, variant, items, { name, baseUrl }));
		workflows.set(name, workflow);
		sandbox.requests.length = 0;
		return await client.execute(workflow, TRIGGER);
	};

	/** Takes the variants in turn, after one run of each that doesn't count. */
	const measure = async <V extends Variant>(
		what: string,
		variants: readonly V[],
		items: number,
		{
			runs = RUNS,
			prepare,
			baseUrl = sandbox.url,
		}: { runs?: number; prepare?: () => void; baseUrl?: string } = {},
	): Promise<Record<V, Measured>> => {
		const results: Partial<Record<Variant, Measured>> = {};
		for (let index = 0; index <= runs; index++) {
			for (const variant of variants) {
				sandbox.faults.reset();
				prepare?.();
				const { status, runData, error } = await run(variant, items, baseUrl);
				if (status !== 'success') throw new Error(`${what}, ${variant}: ${error?.message}`);
				const times = results[variant]?.times ?? [];
				const taskData = runData[TESTED]?.[0];
				if (index > 0 && taskData) times.push(taskData.executionTime);
				const { accepted, acceptedTwice } = accountOf(sandbox);
				const requests = sandbox.requests.length;
				results[variant] = { times, pinned: accepted.size, twice: acceptedTwice, requests };
			}
		}
		raw[what] = { ...raw[what], ...results };
		for (const [variant, { times }] of Object.entries(results)) {
			console.log(`${what}: ${variant}: ${toSpread(times)}`);
		}
		return results as Record<V, Measured>;
	};

	const all = [THIS_NODE, WITH_CREDENTIAL, WITH_SECRETS] as const;

	const compare = <Other extends Variant>(
		what: string,
		results: Record<typeof THIS_NODE | Other, Measured>,
		limits: Array<[other: Other, limit: number]>,
	) => {
		for (const [other, limit] of limits) {
			const ratio = median(results[THIS_NODE].times) / median(results[other].times);
			rows.push({
				what: `${what}: time ÷ ${other}`,
				measured: `${ratio.toFixed(2)} (${toSpread(results[THIS_NODE].times)} ÷ ${toSpread(results[other].times)})`,
				limit: `≤ ${limit}`,
				holds: ratio <= limit,
			});
		}
	};

	const LATE = { prepare: () => (sandbox.faults.latencyMs = 100) };
	// HTTP Request sends all at once. The default of this node is chosen for HTTPS, as Z-API has it.
	for (const [scheme, baseUrl, limit] of [
		['', sandbox.url, 2],
		[', HTTPS', tls.url, 1.5],
	] as const) {
		const latency = `500 chats, 100 ms latency${scheme}`;
		compare(latency, await measure(latency, all, 500, { ...LATE, baseUrl }), [
			[WITH_CREDENTIAL, 0.65],
			[WITH_SECRETS, limit],
		]);

		const noLatency = `1000 chats, no latency${scheme}`;
		compare(noLatency, await measure(noLatency, all, 1000, { baseUrl }), [
			[WITH_CREDENTIAL, 0.45],
			[WITH_SECRETS, 1.1],
		]);

		const one = `One item, 100 ms latency${scheme}`;
		compare(one, await measure(one, all, 1, { ...LATE, baseUrl, runs: 4 * RUNS }), [
			[WITH_CREDENTIAL, 1.1],
			[WITH_SECRETS, 1.15],
		]);
	}

	// With the request for the status these are 201: of 50 in any second, the last can't be sent earlier.
	const limited = '200 chats, service allows 50/s';
	const slow = await measure(limited, [THIS_NODE], 200, {
		prepare: () => (sandbox.faults.requestsPerSecond = 50),
	});
	judge(limited, slow[THIS_NODE], 200, { base: 4000, factor: 1.35 });
	const perItem = slow[THIS_NODE].requests / 200;
	rows.push({
		what: `${limited}: requests per item`,
		measured: perItem.toFixed(2),
		limit: '≤ 1.6',
		holds: perItem <= 1.6,
	});

	const sendAndPin = 'Send and Pin in 100 chats, 100 ms latency';
	const { [SEND_AND_PIN]: sent } = await measure(sendAndPin, [SEND_AND_PIN], 100, LATE);
	rows.push({
		what: `${sendAndPin}: requests`,
		measured: `${sent.requests} (${toSpread(sent.times)})`,
		limit: '201',
		holds: sent.pinned === 100 && sent.requests === 201,
	});

	const once = '1000 chats, HTTP 500 once on every 10th';
	const withoutFaults = median((await measure(once, [THIS_NODE], 1000))[THIS_NODE].times);
	const faulty = await measure(`${once}, with faults`, [THIS_NODE], 1000, {
		prepare: () =>
			sandbox.faults.set({ every: 10, once: true, response: { status: 500, body: 'Oops' } }),
	});
	judge(once, faulty[THIS_NODE], 1000, { base: withoutFaults, factor: 1.5 });

	const many = '10,000 chats, no latency';
	const tenThousand = await measure(many, [A_TENTH, THIS_NODE], 10_000);
	judge(many, tenThousand[THIS_NODE], 10_000, {
		base: median(tenThousand[A_TENTH].times),
		factor: 11,
	});
}

/** What the nodes output when requests fail. Each node runs once, as no time is measured. */
async function measureTrouble() {
	const { client } = await startAnew();
	const cases: Record<string, { items: number; onError?: string; prepare: () => void }> = {
		'200 items, Z-API allows 50/s': {
			items: 200,
			prepare: () => (sandbox.faults.requestsPerSecond = 50),
		},
		'HTTP 500 once on every 10th of 100 items': {
			items: 100,
			prepare: () =>
				sandbox.faults.set({ every: 10, once: true, response: { status: 500, body: 'Oops' } }),
		},
		'HTTP 200 with a web page on every 10th of 100 items, On Error is Continue': {
			items: 100,
			onError: 'continueRegularOutput',
			prepare: () =>
				sandbox.faults.set({ every: 10, response: { status: 200, body: '<html>Oops</html>' } }),
		},
	};
	for (const [what, { items, onError, prepare }] of Object.entries(cases)) {
		for (const variant of [THIS_NODE, WITH_CREDENTIAL, WITH_RETRIES] as const) {
			sandbox.faults.reset();
			sandbox.requests.length = 0;
			prepare();
			const name = `Trouble ${troubles.length}`;
			const workflow = await importWorkflow(client, variant, items, { name, onError });
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

/** What Max Concurrent Requests changes, so that its default can be chosen. */
async function measureConcurrency() {
	const { client } = await startAnew();
	const settings = [16, 32, 64, 128, 250].map((maxConcurrentRequests) => ({
		maxConcurrentRequests,
		plain: { times: [] as number[], most: 0 },
		secure: { times: [] as number[], most: 0 },
	}));
	for (let index = 0; index <= RUNS; index++) {
		for (const { maxConcurrentRequests, plain, secure } of settings) {
			for (const [result, baseUrl] of [
				[plain, sandbox.url],
				[secure, tls.url],
			] as const) {
				sandbox.faults.reset();
				sandbox.faults.latencyMs = 100;
				sandbox.requests.length = 0;
				sandbox.mostInFlight = 0;
				const options = { maxConcurrentRequests };
				const name = `${maxConcurrentRequests} at once, ${baseUrl}`;
				const workflow = await importWorkflow(client, THIS_NODE, 500, { name, baseUrl, options });
				const { runData } = await client.execute(workflow, TRIGGER);
				const taskData = runData[TESTED]?.[0];
				if (index > 0 && taskData) result.times.push(taskData.executionTime);
				result.most = Math.max(result.most, sandbox.mostInFlight);
				console.log(`${name}: ${taskData?.executionTime} ms`);
			}
		}
	}
	for (const { maxConcurrentRequests, plain, secure } of settings) {
		concurrencies.push([
			String(maxConcurrentRequests),
			...[plain, secure].flatMap(({ times, most }) => [toSpread(times), String(most)]),
		]);
	}
	sandbox.faults.reset();
}

/** What n8n takes for each call that comes in, when 20 come at a time. */
async function measureReceiving() {
	const { client, url: n8nUrl } = await startAnew();
	const webhook = (name: string, parameters: object) => ({
		...toNode(name, 'n8n-nodes-base.webhook', { httpMethod: 'POST', path: name, ...parameters }, 2),
		webhookId: crypto.randomUUID(),
	});
	const trigger = {
		...toNode(TESTED, 'n8n-nodes-zapi-pin-message.zApiPinMessageTrigger', {
			events: ['messageReceived'],
		}),
		webhookId: crypto.randomUUID(),
	};
	const { id, name } = await client.call<{ id: string; name: string }>(
		'POST',
		'/rest/credentials',
		{
			...{ name: 'Header', type: 'httpHeaderAuth', data: { name: 'x-key', value: 'key' } },
		},
	);
	const credential = await client.saveCredential('Bench', credentialOf(sandbox));
	const workflows: Record<string, StoredWorkflow> = {};
	const secured = {
		...webhook('header', { authentication: 'headerAuth' }),
		credentials: { httpHeaderAuth: { id, name } },
	};
	for (const node of [webhook('none', {}), secured, trigger]) {
		const settings = { executionOrder: 'v1' };
		const workflow = { name: `Receive ${node.name}`, nodes: [node], connections: {}, settings };
		workflows[node.name] = await client.importWorkflow(workflow, credential);
		await client.activate(workflows[node.name] as StoredWorkflow);
	}
	const called = new URL(sandbox.instance.receivedCallbackUrl);
	const triggerUrl = new URL(called.pathname + called.search, n8nUrl).href;
	const forgedUrl = new URL(triggerUrl);
	const secret = forgedUrl.searchParams.get('secret') ?? '';
	forgedUrl.searchParams.set('secret', secret.slice(1) + secret.slice(0, 1));
	const text = { ...toCallback(), text: { message: 'Hello' } };
	const pin = { pinMessage: { action: 'pin', referencedMessage: { messageId: '3EB0000000' } } };
	interface Call {
		url: string;
		body: object;
		headers?: Record<string, string>;
		workflow: string;
		starts: boolean;
		/** The call that it must not cost more than, and how many times as much it may cost. */
		limit?: [other: string, factor: number];
	}
	const NONE = "n8n's Webhook node, no authentication";
	const HEADER = "n8n's Webhook node, header authentication";
	const calls: Record<string, Call> = {
		[NONE]: {
			...{ url: `${n8nUrl}/webhook/none`, body: text, workflow: 'none', starts: true },
		},
		[HEADER]: {
			...{ url: `${n8nUrl}/webhook/header`, body: text, workflow: 'header', starts: true },
			headers: { 'x-key': 'key' },
		},
		'this trigger, a wanted callback': {
			...{ url: triggerUrl, body: text, workflow: TESTED, starts: true },
			limit: [HEADER, 1.1],
		},
		'this trigger, an unwanted callback': {
			...{ url: triggerUrl, body: { ...toCallback(), ...pin }, workflow: TESTED, starts: false },
			limit: [NONE, 1],
		},
		'this trigger, a forged callback': {
			...{ url: forgedUrl.href, body: text, workflow: TESTED, starts: false },
			limit: [NONE, 1],
		},
	};
	const CALLS = 300;
	const results = Object.keys(calls).map(() => ({ times: [] as number[], statuses: new Set() }));
	for (let index = 0; index <= RUNS; index++) {
		for (const [which, { url, body, headers, workflow, starts }] of Object.values(
			calls,
		).entries()) {
			const stored = workflows[workflow] as StoredWorkflow;
			const { count } = await client.listExecutions(stored);
			const limit = pLimit(20);
			const startedAt = performance.now();
			const call = async () => {
				const response = await fetch(url, {
					method: 'POST',
					headers: { 'content-type': 'application/json', ...headers },
					body: JSON.stringify({ ...body, messageId: crypto.randomUUID() }),
				});
				await response.text();
				results[which]?.statuses.add(response.status);
			};
			await Promise.all(Array.from({ length: CALLS }, async () => await limit(call)));
			// What n8n does after its response is part of what a call costs.
			const expected = count + (starts ? CALLS : 0);
			await pWaitFor(async () => (await client.listExecutions(stored)).count >= expected, {
				...{ interval: 20, timeout: 60_000 },
			});
			const time = (performance.now() - startedAt) / CALLS;
			if (index > 0) results[which]?.times.push(time);
			console.log(`Call ${which} of ${workflow}: ${time.toFixed(1)} ms a call`);
		}
	}
	const timesOf = (what: string) => results[Object.keys(calls).indexOf(what)]?.times ?? [];
	for (const [which, [what, { limit }]] of Object.entries(calls).entries()) {
		const { times = [], statuses = [] } = results[which] ?? {};
		received.push([what, toSpread(times, 'ms', 1), [...statuses].join(', ')]);
		if (!limit) continue;
		const [other, factor] = limit;
		const ratio = median(times) / median(timesOf(other));
		rows.push({
			what: `Call of ${what}: time ÷ ${other}`,
			measured: ratio.toFixed(2),
			limit: `≤ ${factor}`,
			holds: ratio <= factor,
		});
	}
}

/** A callback of the received webhook. */
function toCallback() {
	return {
		...{ type: 'ReceivedCallback', instanceId: sandbox.instance.instanceId },
		...{ phone: '120363019502650977-group', isGroup: true, fromMe: false, momment: Date.now() },
		...{
			chatName: 'Team',
			senderName: 'Ana',
			participantPhone: '5511999999999',
			status: 'RECEIVED',
		},
	};
}

function judge(
	what: string,
	{ times, pinned, twice }: Measured,
	items: number,
	{ base, factor }: { base: number; factor: number },
) {
	rows.push({
		what: `${what}: pinned, sent twice`,
		measured: `${pinned}, ${twice}`,
		limit: `${items}, 0`,
		holds: pinned === items && twice === 0,
	});
	rows.push({
		what: `${what}: time ÷ ${(base / 1000).toFixed(2)} s`,
		measured: `${(median(times) / base).toFixed(2)} (${toSpread(times)})`,
		limit: `≤ ${factor}`,
		holds: median(times) <= factor * base,
	});
}

/**
 * n8n's peak memory with this node, over that of the same workflow with a node that does nothing. Each
 * run has an n8n of its own, as one that has worked before keeps what it had.
 */
async function measureMemory() {
	const variants = [NO_OPERATION, THIS_NODE] as const;
	const peaks: Record<(typeof variants)[number], number[]> = {
		[NO_OPERATION]: [],
		[THIS_NODE]: [],
	};
	const items = 10_000;
	for (let index = 0; index < RUNS; index++) {
		for (const variant of variants) {
			const { client, pid } = await startAnew({
				NODE_OPTIONS: `--max-old-space-size=${HEAP_LIMIT}`,
			});
			const workflow = await importWorkflow(client, variant, items);
			const { status } = await client.execute(workflow, TRIGGER);
			if (status !== 'success') throw new Error(`${variant}, ${items} items: ${status}`);
			peaks[variant].push(await readMemory(pid, 'VmHWM'));
		}
	}
	const added = median(peaks[THIS_NODE]) - median(peaks[NO_OPERATION]);
	rows.push({
		what: `10,000 items: n8n's peak memory (heap limit ${HEAP_LIMIT} MB) − with No Operation in its place`,
		measured: `${added.toFixed(0)} MB (${toSpread(peaks[THIS_NODE], 'MB')} − ${toSpread(peaks[NO_OPERATION], 'MB')})`,
		limit: '< 100 MB',
		holds: added < 100,
	});
}

/** How much longer n8n takes to start, and how much more it then holds, with the package in it. */
async function measureInstalled() {
	const measured = {
		bare: { times: [] as number[], memory: [] as number[] },
		installed: { times: [] as number[], memory: [] as number[] },
	};
	for (let index = 0; index < 2 * RUNS; index++) {
		for (const [variant, { times, memory }] of Object.entries(measured)) {
			await n8n?.stop();
			await rm(path.join(userFolder, '.n8n/nodes'), { recursive: true, force: true });
			if (variant === 'installed') await unpackPackage(userFolder);
			const startedAt = performance.now();
			const { pid } = await startAnew();
			times.push(Math.round(performance.now() - startedAt));
			memory.push(Math.round(await readMemory(pid, 'VmRSS')));
		}
	}
	const compare = (what: string, unit: string, [installed, bare]: [number[], number[]]) => {
		const added = (median(installed) - median(bare)).toFixed(0);
		rows.push({
			what: `The package in n8n: ${what} − without it`,
			measured: `${added} ${unit} (${toSpread(installed, unit)} − ${toSpread(bare, unit)})`,
		});
	};
	const { installed, bare } = measured;
	compare('time until n8n is ready', 'ms', [installed.times, bare.times]);
	compare('memory once it is ready', 'MB', [installed.memory, bare.memory]);
}

/** @returns in MB */
async function readMemory(pid: number, which: 'VmHWM' | 'VmRSS'): Promise<number> {
	const memory = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(memory)?.[1]) / 1024;
}

async function importWorkflow(
	client: N8nClient,
	variant: Variant,
	items: number,
	{
		name,
		onError,
		baseUrl = sandbox.url,
		options,
	}: { name?: string; onError?: string; baseUrl?: string; options?: object } = {},
): Promise<StoredWorkflow> {
	const data = { ...credentialOf(sandbox), baseUrl };
	const credential = await client.saveCredential(`Bench ${baseUrl}`, data);
	const workflow = toBenchWorkflow(variant, items, baseUrl, options);
	const nodes = workflow.nodes.map((node) => (node.name === TESTED ? { ...node, onError } : node));
	return await client.importWorkflow({ ...workflow, ...(name && { name }), nodes }, credential);
}

function toBenchWorkflow(variant: Variant, items: number, baseUrl: string, options?: object) {
	const { instanceId, token, clientToken } = sandbox.instance;
	const request = {
		method: 'POST',
		sendBody: true,
		bodyParameters: {
			parameters: [
				{ name: 'phone', value: CHAT },
				{ name: 'messageId', value: '={{ $json.messageId }}' },
				{ name: 'messageAction', value: 'pin' },
				{ name: 'pinMessageDuration', value: '7_days' },
			],
		},
	};
	const withCredential = () =>
		http({
			url: `${baseUrl}/pin-message`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'zApi',
		});
	const http = (parameters: object) =>
		toNode(TESTED, 'n8n-nodes-base.httpRequest', { ...request, ...parameters }, 4.2);
	const thisNode = (parameters?: object) => toPinNode(TESTED, { options, ...parameters });
	const variants: Record<Variant, () => ReturnType<typeof toNode>> = {
		[NO_OPERATION]: () => toNode(TESTED, 'n8n-nodes-base.noOp', {}),
		[THIS_NODE]: thisNode,
		[A_TENTH]: thisNode,
		[SEND_AND_PIN]: () => {
			const what = { resource: 'message', operation: 'sendAndPin' };
			return thisNode({ ...what, text: 'Hello', duration: '7_days' });
		},
		[WITH_CREDENTIAL]: withCredential,
		[WITH_RETRIES]: () => ({ ...withCredential(), ...{ retryOnFail: true, maxTries: 3 } }),
		[WITH_SECRETS]: () =>
			http({
				url: `${baseUrl}/instances/${instanceId}/token/${token}/pin-message`,
				sendHeaders: true,
				headerParameters: { parameters: [{ name: 'Client-Token', value: clientToken }] },
			}),
	};
	const toId = "'3EB0' + String(n).padStart(16, '0')";
	const code = `return Array.from({ length: ${items} }, (_, n) => ({ json: { messageId: ${toId} } }));`;
	return toWorkflow(`${variant}, ${items} items`, code, variants[variant]());
}
