import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';
import { execa } from 'execa';
import { parse } from 'flatted';
import getPort, { portNumbers } from 'get-port';
import type { IRunData, IRunExecutionData } from 'n8n-workflow';
import pRetry, { AbortError } from 'p-retry';

/** The n8n that everything here is run with. The one place that names it. */
export const N8N_VERSION = '2.41.1';

/** The newest n8n 1, which the package works in as well. */
export const N8N_1_VERSION = '1.123.81';

/** n8n's native modules are built for this one. */
const NODE_VERSION = '24';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const PACKAGE = 'n8n-nodes-zapi-pin-message';

/** Shared by every clone, so that n8n is installed once. */
const CACHE = envPaths(PACKAGE, { suffix: '' }).cache;

/** How many seconds a busy n8n gets. */
const BUSY_TRIES = 30;

export const OWNER = { email: 'owner@sandbox.test', password: 'Sandbox-2026' };

/** Installs Node.js 24 into the cache, unless it is there already or runs this script. */
export async function installNode(signal?: AbortSignal): Promise<void> {
	if (process.versions.node.startsWith(`${NODE_VERSION}.`)) return;
	await installOnce(`node-${NODE_VERSION}`, { node: NODE_VERSION }, async (cwd) => {
		// The binary comes by the package's own install script.
		await npm({ cwd, signal }, 'install', '--ignore-scripts=false');
	});
}

/** Installs n8n into the cache, unless it is there already. Takes minutes. */
export async function installN8n({
	version = N8N_VERSION,
	signal,
}: { version?: string; signal?: AbortSignal } = {}): Promise<void> {
	await installOnce(`n8n-${version}`, { n8n: version }, async (cwd) => {
		// Of n8n's native modules only the database's is needed; some of the others don't build everywhere.
		await npm({ cwd, signal }, 'install', '--ignore-scripts');
		await npm({ cwd, signal }, 'rebuild', 'sqlite3', '--ignore-scripts=false');
	});
}

/** Fills a folder of the cache under another name first: what stands there is always complete. */
async function installOnce(
	name: string,
	dependencies: Record<string, string>,
	install: (folder: string) => Promise<void>,
): Promise<void> {
	const target = path.join(CACHE, name);
	if (await readFile(path.join(target, 'package.json')).catch(() => undefined)) return;
	await mkdir(CACHE, { recursive: true });
	const folder = await mkdtemp(path.join(CACHE, `.${name}-`));
	try {
		// n8n 1.x names this dependency by an address outside the registry.
		const manifest = { private: true, dependencies, overrides: { xlsx: '0.18.5' } };
		await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
		await install(folder);
		// When another clone was faster, its folder stays.
		await rename(folder, target).catch(() => undefined);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function npm({ cwd, signal }: { cwd: string; signal?: AbortSignal }, ...args: string[]) {
	const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
	await execa('npm', [...args, ...quiet], { cwd, env: { PATH: toPath() }, cancelSignal: signal });
}

/** Puts Node.js 24 before whatever else the machine has. n8n starts helpers as plain `node`. */
function toPath(): string {
	const cached = path.join(CACHE, `node-${NODE_VERSION}/node_modules/node/bin`);
	return [cached, process.env.PATH].join(path.delimiter);
}

/**
 * Puts the package where n8n's own Community Nodes screen would put it, as users get it.
 *
 * @returns where that is
 */
export async function unpackPackage(userFolder: string): Promise<string> {
	const target = path.join(userFolder, '.n8n/nodes/node_modules', PACKAGE);
	await rm(target, { recursive: true, force: true });
	await mkdir(target, { recursive: true });
	const pack = ['pack', '--json', '--pack-destination', userFolder, '--loglevel=error'];
	const { stdout } = await execa('npm', pack, { cwd: ROOT });
	const tarball = path.join(userFolder, JSON.parse(stdout)[0].filename);
	await execa('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
	await rm(tarball);
	return target;
}

/** A running n8n. */
export interface N8n {
	url: string;
	client: N8nClient;
	/** Path of its log. */
	log: string;
	/** Settles when the process has ended, for whatever reason. */
	ended: Promise<void>;
	pid: number;
	/** Ends it and waits for it; `SIGKILL` plays a crash. */
	stop: (signal?: NodeJS.Signals) => Promise<void>;
}

interface N8nOptions {
	/** Which of n8n's processes; all but the usual one, `start`, belong to its queue mode. */
	command?: 'start' | 'worker' | 'webhook';
	/** Where n8n keeps its data; the package is expected there. */
	userFolder: string;
	/** Where it answers; a worker only to who asks for its health. */
	port: number;
	version?: string;
	env?: Record<string, string>;
	/** Gives up waiting. */
	signal?: AbortSignal;
}

/** The first free port of a hundred, beginning with the one that people expect. */
export async function findPort(preferred: number): Promise<number> {
	return await getPort({ port: portNumbers(preferred, preferred + 99) });
}

/**
 * Starts n8n, or one of its other processes, and logs in as its owner where one can.
 *
 * @throws when it ends, or isn't ready within two minutes
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const { command = 'start', userFolder, port, version = N8N_VERSION } = options;
	await mkdir(userFolder, { recursive: true });
	const log = path.join(userFolder, 'n8n.log');
	const bin = path.join(CACHE, `n8n-${version}/node_modules/n8n/bin/n8n`);
	const subprocess = execa('node', [bin, command], {
		cwd: userFolder,
		env: { ...(await toEnvironment(options)), ...options.env },
		extendEnv: false,
		stdin: 'ignore',
		buffer: false,
		reject: false,
		all: true,
		forceKillAfterDelay: 20_000,
	});
	subprocess.all.pipe(createWriteStream(log, { flags: 'a' }));
	let running = true;
	const ended = subprocess.then(() => {
		running = false;
	});
	const url = `http://localhost:${port}`;
	const client = new N8nClient(`http://127.0.0.1:${port}`);
	const isReady = async () => await (command === 'start' ? client.isReady() : client.isHealthy());
	const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
		subprocess.kill(signal);
		await ended;
	};
	for (const deadline = Date.now() + 120_000; !(await isReady()); await sleep(100)) {
		if (running && Date.now() < deadline && !options.signal?.aborted) continue;
		await stop();
		throw new Error(`n8n did not start:\n${(await readFile(log, 'utf8')).slice(-4000)}`);
	}
	return { url, client, log, ended, pid: subprocess.pid ?? 0, stop };
}

async function toEnvironment({ userFolder, port }: N8nOptions) {
	// Settings of another n8n on this machine must not get in.
	const own = Object.entries(process.env).filter(
		([name]) => !/^(N8N|DB|QUEUE|EXECUTIONS)_/.test(name),
	);
	return {
		...Object.fromEntries(own),
		PATH: toPath(),
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(await getPort()),
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		// Workers answer only when they are told to.
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
}

export interface StoredWorkflow {
	id: string;
	name: string;
	versionId?: string;
	nodes: Array<{ name: string; type: string; credentials?: object; parameters: object }>;
	connections: object;
	settings?: object;
}

/** How an execution ended. */
export interface Execution {
	id: string;
	/** In n8n's words, e.g. `success`. */
	status: string;
	/** What the nodes did, by name. */
	runData: IRunData;
	/** What stopped it. */
	error?: { message: string; description?: string };
}

interface StoredExecution {
	id: string;
	status: string;
	/** n8n writes it with flatted. */
	data: string;
}

function toExecution({ id, status, data }: StoredExecution): Execution {
	const { resultData } = parse(data) as IRunExecutionData;
	const { runData, error } = resultData;
	return { id, status, runData, error: error as Execution['error'] };
}

/** n8n's own interface, the one that its editor uses. */
export class N8nClient {
	private cookie = '';

	constructor(private readonly origin: string) {}

	/** Whether n8n answers that all is well with it. */
	async isHealthy(): Promise<boolean> {
		return await fetch(`${this.origin}/healthz/readiness`).then(
			({ ok }) => ok,
			() => false,
		);
	}

	/** Whether n8n answers and lets its owner in. */
	async isReady(): Promise<boolean> {
		if (!(await this.isHealthy())) return false;
		return await this.logIn().then(
			() => true,
			() => false,
		);
	}

	/** A new n8n has no owner yet. */
	private async logIn() {
		type Settings = { userManagement: { showSetupOnFirstLoad: boolean } };
		const { userManagement } = await this.call<Settings>('GET', '/rest/settings');
		const { email, password } = OWNER;
		if (userManagement.showSetupOnFirstLoad) {
			const owner = { email, password, firstName: 'Sandbox', lastName: 'Owner' };
			await this.call('POST', '/rest/owner/setup', owner);
		}
		await this.call('POST', '/rest/login', { emailOrLdapLoginId: email, password });
	}

	/**
	 * @param path with a leading slash
	 * @returns what stands in the answer's `data`, or all of the answer where it has none
	 * @throws when the answer's status isn't 2xx, with its text
	 */
	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await pRetry(async () => await this.send(method, path, body), {
			retries: BUSY_TRIES,
			factor: 1,
			minTimeout: 1000,
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		const cookies = response.headers.getSetCookie();
		if (cookies.length > 0) this.cookie = cookies.map((entry) => entry.split(';')[0]).join('; ');
		const answer = JSON.parse(text);
		return ('data' in answer ? answer.data : answer) as T;
	}

	/** A busy n8n loses its database for a moment, and answers so before it does anything. */
	private async send(method: string, path: string, body: unknown): Promise<Response> {
		const response = await fetch(this.origin + path, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			...(body !== undefined && { body: JSON.stringify(body) }),
		}).catch((error: Error) => {
			// What was only read can be read again, else nobody knows what became of it.
			const failed = new Error(`${method} ${path}: ${error.message}`, { cause: error });
			throw method === 'GET' ? failed : new AbortError(failed);
		});
		if (response.status === 503) throw new Error(`${method} ${path}: n8n is busy`);
		return response;
	}

	/** Creates the credential, or brings the one of that name up to date. */
	async saveCredential(name: string, data: object): Promise<{ id: string; name: string }> {
		const stored = await this.call<Array<{ id: string; name: string }>>('GET', '/rest/credentials');
		const id = stored.find((credential) => credential.name === name)?.id;
		const credential = { name, type: 'zApi', data };
		return id === undefined
			? await this.call('POST', '/rest/credentials', credential)
			: await this.call('PATCH', `/rest/credentials/${id}`, credential);
	}

	/** Imports a workflow, its Z-API nodes with this credential, unless there is one of its name. */
	async importWorkflow(
		workflow: Omit<StoredWorkflow, 'id'>,
		credential: { id: string; name: string },
	): Promise<StoredWorkflow> {
		const stored = await this.call<StoredWorkflow[]>('GET', '/rest/workflows');
		const existing = stored.find(({ name }) => name === workflow.name);
		if (existing) return existing;
		const nodes = workflow.nodes.map((node) =>
			node.type.startsWith(`${PACKAGE}.`) || 'nodeCredentialType' in node.parameters
				? { ...node, credentials: { zApi: { id: credential.id, name: credential.name } } }
				: node,
		);
		// n8n 1 insists on `active`.
		return await this.call('POST', '/rest/workflows', { ...workflow, nodes, active: false });
	}

	/**
	 * Executes a workflow as its button in the editor does, and waits for the end.
	 *
	 * @param trigger name of the node to start from
	 */
	async execute({ id }: { id: string }, trigger: string): Promise<Execution> {
		// n8n 2 knows the workflow, n8n 1 wants to be told.
		const workflowData = await this.call<StoredWorkflow>('GET', `/rest/workflows/${id}`);
		const { executionId } = await this.call<{ executionId: string }>(
			'POST',
			`/rest/workflows/${id}/run`,
			{ workflowData, triggerToStartFrom: { name: trigger } },
		);
		return await this.readExecution(executionId);
	}

	/** Waits for the end of an execution. */
	async readExecution(id: string): Promise<Execution> {
		for (;;) {
			const execution = await this.call<StoredExecution>('GET', `/rest/executions/${id}`);
			if (!['new', 'running', 'waiting'].includes(execution.status)) return toExecution(execution);
			await sleep(100);
		}
	}

	/** How many executions of a workflow n8n has stored, and the IDs of the last hundred, newest first. */
	async listExecutions({ id }: { id: string }): Promise<{ count: number; ids: string[] }> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const { count, results } = await this.call<{ count: number; results: Array<{ id: string }> }>(
			'GET',
			`/rest/executions?limit=100&filter=${filter}`,
		);
		return { count, ids: results.map((execution) => execution.id) };
	}

	/**
	 * Activates a workflow, in its newest version.
	 *
	 * @throws when n8n gives up, with what its triggers say; it tries for a quarter of a minute
	 */
	async activate({ id }: { id: string }): Promise<void> {
		const { versionId } = await this.call<StoredWorkflow>('GET', `/rest/workflows/${id}`);
		await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
		const { status, triggers } = await this.settle(id);
		if (status === 'published') return;
		throw new Error(triggers.map(({ errorMessage }) => errorMessage).join('\n') || status);
	}

	async deactivate({ id }: { id: string }): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/deactivate`, {});
		await this.settle(id);
	}

	/** n8n works on activations in the background. */
	private async settle(id: string) {
		for (;;) {
			const publication = await this.call<{
				status: string;
				triggers: Array<{ errorMessage: string | null }>;
			}>('GET', `/rest/workflows/${id}/publication-status`);
			if (publication.status !== 'in_progress') return publication;
			await sleep(200);
		}
	}

	/**
	 * Waits for a test event, as the trigger's button in the editor does.
	 *
	 * @param trigger name of the node that listens
	 */
	async listen({ id }: { id: string }, trigger: string): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/run`, { triggerToStartFrom: { name: trigger } });
	}

	async stopListening({ id }: { id: string }): Promise<void> {
		await this.call('DELETE', `/rest/test-webhook/${id}`);
	}
}
