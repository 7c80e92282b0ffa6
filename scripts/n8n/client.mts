import { parse } from 'flatted';
import type { IRunData, IRunExecutionData } from 'n8n-workflow';
import pRetry, { AbortError } from 'p-retry';
import { waitFor } from '../../test/support/wait.mts';
import { PACKAGE } from './install.mts';

/** How long to wait for a busy n8n, in seconds. */
const BUSY_TRIES = 30;

/** The longest time that an execution may take, in milliseconds. */
const EXECUTION_MS = 600_000;

/** n8n takes minutes for a publication that was cut off, in milliseconds. */
const SETTLE_TIMEOUT_MS = 300_000;

/** The owner of an n8n. */
export interface Owner {
	email: string;
	password: string;
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
	/** The results of the nodes, by name. */
	runData: IRunData;
	/** What stopped it. */
	error?: { message: string; description?: string };
}

interface StoredExecution {
	id: string;
	status: string;
	/** Serialised with flatted. */
	data: string;
}

function toExecution({ id, status, data }: StoredExecution): Execution {
	const { resultData } = parse(data) as IRunExecutionData;
	const { runData, error } = resultData;
	return { id, status, runData, error: error as Execution['error'] };
}

/** n8n's internal REST API, which its editor uses. */
export class N8nClient {
	private cookie = '';

	constructor(private readonly origin: string) {}

	/** Whether n8n's health check succeeds. */
	async isHealthy(): Promise<boolean> {
		return await fetch(`${this.origin}/healthz/readiness`).then(
			({ ok }) => ok,
			() => false,
		);
	}

	/** Whether n8n is healthy and serves its editor. */
	async isReady(): Promise<boolean> {
		if (!(await this.isHealthy())) return false;
		return await fetch(`${this.origin}/rest/settings`).then(
			({ ok }) => ok,
			() => false,
		);
	}

	/** Logs in; a new n8n has no owner yet, and gets this one. */
	async logIn({ email, password }: Owner): Promise<void> {
		interface Settings {
			userManagement: { showSetupOnFirstLoad: boolean };
		}
		const { userManagement } = await this.call<Settings>('GET', '/rest/settings');
		if (userManagement.showSetupOnFirstLoad) {
			const owner = { email, password, firstName: 'Sandbox', lastName: 'Owner' };
			await this.call('POST', '/rest/owner/setup', owner);
		}
		await this.call('POST', '/rest/login', { emailOrLdapLoginId: email, password });
	}

	/**
	 * @param path with a leading slash
	 * @returns the response's `data`, or the whole response if it has none
	 * @throws if the response's status isn't 2xx, with its text
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
		const parsed = JSON.parse(text) as object;
		return ('data' in parsed ? parsed.data : parsed) as T;
	}

	/** A busy n8n can lose its database for a moment, and responds with 503 before it does anything. */
	private async send(method: string, path: string, body: unknown): Promise<Response> {
		const response = await fetch(this.origin + path, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			...(body !== undefined && { body: JSON.stringify(body) }),
		}).catch((cause: unknown) => {
			// Without a response, only a GET request can be repeated safely.
			const failed = new Error(`${method} ${path}: no response`, { cause });
			throw method === 'GET' ? failed : new AbortError(failed);
		});
		if (response.status === 503) throw new Error(`${method} ${path}: n8n is busy`);
		return response;
	}

	/** Creates the credential, or updates the one with that name. */
	async saveCredential(name: string, data: object): Promise<{ id: string; name: string }> {
		const stored = await this.call<Array<{ id: string; name: string }>>('GET', '/rest/credentials');
		const id = stored.find((credential) => credential.name === name)?.id;
		const credential = { name, type: 'zApi', data };
		return id === undefined
			? await this.call('POST', '/rest/credentials', credential)
			: await this.call('PATCH', `/rest/credentials/${id}`, credential);
	}

	/** Imports a workflow, unless there is one with its name. Its Z-API nodes get this credential. */
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
		// n8n 1 requires `active`.
		return await this.call('POST', '/rest/workflows', { ...workflow, nodes, active: false });
	}

	/**
	 * Executes a workflow like the button in the editor, and waits until it has ended.
	 *
	 * @param trigger name of the node to start from
	 */
	async execute({ id }: { id: string }, trigger: string): Promise<Execution> {
		// n8n 1 needs the workflow in the request.
		const workflowData = await this.call<StoredWorkflow>('GET', `/rest/workflows/${id}`);
		const { executionId } = await this.call<{ executionId: string }>(
			'POST',
			`/rest/workflows/${id}/run`,
			{ workflowData, triggerToStartFrom: { name: trigger } },
		);
		return await this.readExecution(executionId);
	}

	/**
	 * Waits for the end of an execution.
	 *
	 * @throws if it hasn't ended after ten minutes
	 */
	async readExecution(id: string): Promise<Execution> {
		return await waitFor(async () => {
			const execution = await this.call<StoredExecution>('GET', `/rest/executions/${id}`);
			const isRunning = ['new', 'running', 'waiting'].includes(execution.status);
			// Older n8n stores the end of an execution before the results of its nodes.
			return !isRunning && execution.data !== '[]' && toExecution(execution);
		}, EXECUTION_MS);
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
	 * Activates the newest version of a workflow.
	 *
	 * @throws if n8n can't activate it, with the messages of its triggers; n8n retries for 15 seconds
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

	/** n8n activates workflows in the background. */
	private async settle(id: string) {
		return await waitFor(async () => {
			const publication = await this.call<{
				status: string;
				triggers: Array<{ errorMessage: string | null }>;
			}>('GET', `/rest/workflows/${id}/publication-status`);
			return publication.status !== 'in_progress' && publication;
		}, SETTLE_TIMEOUT_MS);
	}

	/**
	 * Listens for a test event, like the trigger's button in the editor.
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
