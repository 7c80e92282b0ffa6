// Measures this node against n8n's HTTP Request node in one real n8n, on the sandbox. Ratios matter:
// the runs are interleaved, so that what else the machine does falls on all of them alike.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { accountOf, credentialOf } from '../sandbox/account.mts';
import { startSandbox } from '../sandbox/server.mts';
import { type Measured, median, type Row, toSpread, writeReport } from './benchReport.mts';
import type { Execution, N8nClient, StoredWorkflow } from './n8n/client.mts';
import { installN8n, installNode, N8N_VERSION, unpackPackage } from './n8n/install.mts';
import { findPort, type N8n, startN8n } from './n8n/process.mts';
import { PHONE, toNode, toPinNode, toWorkflow, TRIGGER } from './workflows.mts';

const root = fileURLToPath(new URL('..', import.meta.url));

const RUNS = 5;
const TESTED = 'Tested';

const THIS_NODE = 'this node';
const WITH_CREDENTIAL = 'HTTP Request with the credential';
const WITH_SECRETS = 'HTTP Request with secrets typed in';
const WITH_RETRIES = 'HTTP Request with the credential and Retry On Fail';
const A_TENTH = 'this node, a tenth of the items';
const NO_OPERATION = 'No Operation';

/** What small hosts have, in MB. With more, V8 lets garbage lie, and a peak says little. */
const HEAP_LIMIT = 512;

type Variant =
	| typeof THIS_NODE
	| typeof WITH_CREDENTIAL
	| typeof WITH_SECRETS
	| typeof WITH_RETRIES
	| typeof A_TENTH
	| typeof NO_OPERATION;

const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-bench-'));
const port = await findPort(5778);
const sandbox = await startSandbox();
const rows: Row[] = [];
const troubles: string[][] = [];
const raw: Record<string, Partial<Record<string, Measured>>> = {};
let n8n: N8n | undefined;

try {
	await installNode();
	await installN8n();
	await unpackPackage(userFolder);
	await measureTimes();
	await measureTrouble();
	await measureMemory();
	await measureInstalled();
	await writeReport(path.join(root, 'docs'), { n8n: N8N_VERSION, runs: RUNS, rows, raw, troubles });
	if (rows.some(({ holds }) => holds === false)) process.exitCode = 1;
} finally {
	await n8n?.stop();
	await sandbox.close();
	await rm(userFolder, { recursive: true, force: true });
}

async function startAnew(env?: Record<string, string>): Promise<N8n> {
	await n8n?.stop();
	n8n = await startN8n({ userFolder, port, env });
	return n8n;
}

async function measureTimes() {
	const { client } = await startAnew();
	const workflows = new Map<string, StoredWorkflow>();

	const run = async (variant: Variant, allItems: number): Promise<Execution> => {
		const items = variant === A_TENTH ? allItems / 10 : allItems;
		const name = `${variant}, ${items} items`;
		const workflow = workflows.get(name) ?? (await importWorkflow(client, variant, items));
		workflows.set(name, workflow);
		sandbox.requests.length = 0;
		return await client.execute(workflow, TRIGGER);
	};

	/** Takes the variants in turn, after one run of each that doesn't count. */
	const measure = async <V extends Variant>(
		what: string,
		variants: readonly V[],
		items: number,
		{ runs = RUNS, prepare }: { runs?: number; prepare?: () => void } = {},
	): Promise<Record<V, Measured>> => {
		const results: Partial<Record<Variant, Measured>> = {};
		for (let index = 0; index <= runs; index++) {
			for (const variant of variants) {
				sandbox.faults.reset();
				prepare?.();
				const { status, runData, error } = await run(variant, items);
				if (status !== 'success') throw new Error(`${what}, ${variant}: ${error?.message}`);
				const times = results[variant]?.times ?? [];
				const taskData = runData[TESTED]?.[0];
				if (index > 0 && taskData) times.push(taskData.executionTime);
				const { accepted, acceptedTwice } = accountOf(sandbox);
				results[variant] = { times, pinned: accepted.size, twice: acceptedTwice };
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

	const latency = '500 items, 100 ms latency';
	compare(
		latency,
		await measure(latency, all, 500, { prepare: () => (sandbox.faults.latencyMs = 100) }),
		[
			[WITH_CREDENTIAL, 0.65],
			[WITH_SECRETS, 1.5],
		],
	);

	const noLatency = '1000 items, no latency';
	const thousand = await measure(noLatency, all, 1000);
	compare(noLatency, thousand, [
		[WITH_CREDENTIAL, 0.45],
		[WITH_SECRETS, 1.1],
	]);

	const one = 'One item';
	compare(one, await measure(one, all, 1, { runs: 6 * RUNS }), [
		[WITH_CREDENTIAL, 1.1],
		[WITH_SECRETS, 1.1],
	]);

	const limited = '200 items, server allows 50/s';
	const slow = await measure(limited, [THIS_NODE], 200, {
		prepare: () => (sandbox.faults.requestsPerSecond = 50),
	});
	judge(limited, slow[THIS_NODE], 200, { base: 3000, factor: 1.3 });

	const once = '1000 items, 500 once on every 10th';
	const withoutFaults = median((await measure(once, [THIS_NODE], 1000))[THIS_NODE].times);
	const faulty = await measure(`${once}, with faults`, [THIS_NODE], 1000, {
		prepare: () =>
			sandbox.faults.set({ every: 10, once: true, response: { status: 500, body: 'Oops' } }),
	});
	judge(once, faulty[THIS_NODE], 1000, { base: withoutFaults, factor: 1.5 });

	const many = '10,000 items, no latency';
	const tenThousand = await measure(many, [A_TENTH, THIS_NODE], 10_000);
	judge(many, tenThousand[THIS_NODE], 10_000, {
		base: median(tenThousand[A_TENTH].times),
		factor: 11,
	});
}

/** What is left when not all goes well. Each node runs once: nothing here is about time. */
async function measureTrouble() {
	const { client } = await startAnew();
	const cases: Record<string, { items: number; onError?: string; prepare: () => void }> = {
		'200 items, server allows 50/s': {
			items: 200,
			prepare: () => (sandbox.faults.requestsPerSecond = 50),
		},
		'every 10th of 100 items answers HTTP 500 once': {
			items: 100,
			prepare: () =>
				sandbox.faults.set({ every: 10, once: true, response: { status: 500, body: 'Oops' } }),
		},
		'every 10th of 100 items answers HTTP 200 with a web page, On Error is Continue': {
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
	{ name, onError }: { name?: string; onError?: string } = {},
): Promise<StoredWorkflow> {
	const credential = await client.saveCredential('Bench', credentialOf(sandbox));
	const workflow = toBenchWorkflow(variant, items);
	const nodes = workflow.nodes.map((node) => (node.name === TESTED ? { ...node, onError } : node));
	return await client.importWorkflow({ ...workflow, ...(name && { name }), nodes }, credential);
}

function toBenchWorkflow(variant: Variant, items: number) {
	const { instanceId, token, clientToken } = sandbox.instance;
	const request = {
		method: 'POST',
		sendBody: true,
		bodyParameters: {
			parameters: [
				{ name: 'phone', value: PHONE },
				{ name: 'messageId', value: '={{ $json.messageId }}' },
				{ name: 'messageAction', value: 'pin' },
				{ name: 'pinMessageDuration', value: '7_days' },
			],
		},
	};
	const withCredential = () =>
		http({
			url: `${sandbox.url}/pin-message`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'zApi',
		});
	const http = (parameters: object) =>
		toNode(TESTED, 'n8n-nodes-base.httpRequest', { ...request, ...parameters }, 4.2);
	const thisNode = () => toPinNode(TESTED);
	const variants: Record<Variant, () => ReturnType<typeof toNode>> = {
		[NO_OPERATION]: () => toNode(TESTED, 'n8n-nodes-base.noOp', {}),
		[THIS_NODE]: thisNode,
		[A_TENTH]: thisNode,
		[WITH_CREDENTIAL]: withCredential,
		[WITH_RETRIES]: () => ({ ...withCredential(), ...{ retryOnFail: true, maxTries: 3 } }),
		[WITH_SECRETS]: () =>
			http({
				url: `${sandbox.url}/instances/${instanceId}/token/${token}/pin-message`,
				sendHeaders: true,
				headerParameters: { parameters: [{ name: 'Client-Token', value: clientToken }] },
			}),
	};
	const code = `return Array.from({ length: ${items} }, (_, n) => ({ json: { messageId: 'M' + n } }));`;
	return toWorkflow(`${variant}, ${items} items`, code, variants[variant]());
}
