import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import {
	CredentialTestContext,
	ExecutionLifecycleHooks,
	HookContext,
	LoadOptionsContext,
	PackageDirectoryLoader,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	type IBinaryKeyData,
	type ICredentialDataDecryptedObject,
	type ICredentialsHelper,
	type IDataObject,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialTestResult,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWebhookData,
	type IWebhookResponseData,
	type IWorkflowExecuteAdditionalData,
	NodeConnectionTypes,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { waitFor } from './wait.mts';

const PACKAGE = 'n8n-nodes-zapi-pin-message';

/** The results of a run. */
export interface Outcome {
	/** The items of the first output; absent if the node stopped with an error. */
	items?: INodeExecutionData[];
	/** The items of the error output. */
	errorItems?: INodeExecutionData[];
	/** The hints above the output. */
	hints: string[];
	/** The error that stopped the node. */
	error?: Error & { description?: string | null; httpCode?: string | null };
	/** Everything that n8n would store and log, in one text: hidden properties, stacks and causes too. */
	trace: string;
}

interface RunOptions {
	/** The JSON of each input item. */
	items?: IDataObject[];
	/** The files that every input item has. */
	binary?: IBinaryKeyData;
	onError?: INode['onError'];
	/** n8n's own setting; the engine then runs the node again. */
	retryOnFail?: boolean;
	/** How the execution was started; `retry`: with the Retry button of the executions list. */
	mode?: WorkflowExecuteMode;
	/** Stops the execution as soon as it returns true. */
	cancelWhen?: () => boolean;
}

/**
 * Runs "Z-API Pin Message" as n8n does: the built package, in n8n's own engine.
 *
 * @param parameters those that differ from the parameters of a valid pin
 */
export async function runPinNode(
	credential: ICredentialDataDecryptedObject,
	parameters: INodeParameters,
	{ items = [{}], binary, onError, retryOnFail, mode = 'manual', cancelWhen }: RunOptions = {},
): Promise<Outcome> {
	const loader = await loadPackage();
	const start = toNode('Start', 'start');
	const node: INode = { ...toPinNode(parameters), onError, retryOnFail, waitBetweenTries: 0 };
	const workflow = new Workflow({
		id: 'test',
		active: false,
		nodes: [start, node],
		connections: {
			[start.name]: { main: [[{ node: node.name, type: NodeConnectionTypes.Main, index: 0 }]] },
		},
		nodeTypes: toNodeTypes(loader),
	});
	const firstLogLine = log.length;
	const additionalData = toAdditionalData(loader, credential, workflow);
	const running = new WorkflowExecute(additionalData, mode).run({
		workflow,
		startNode: start,
		pinData: { [start.name]: items.map((json) => ({ json, ...(binary && { binary }) })) },
	});
	if (cancelWhen) {
		await waitFor(cancelWhen);
		running.cancel();
	}
	const run = await running;
	const [taskData] = run.data.resultData.runData[node.name] ?? [];
	const [items0, errorItems] = taskData?.data?.main ?? [];
	return {
		items: items0 ?? undefined,
		hints: (taskData?.hints ?? []).map(({ message }) => message),
		errorItems: errorItems ?? undefined,
		error: run.data.resultData.error,
		trace: toTrace(run) + log.slice(firstLogLine).join(''),
	};
}

/**
 * Opens a workflow of two nodes "Z-API Pin Message", `Pin` and `Next`.
 *
 * @returns runs it as the editor does: as a whole, or only `Next` with the data of the last run
 */
export async function openTwoNodes(
	credential: ICredentialDataDecryptedObject,
	parameters: [pin: INodeParameters, next: INodeParameters],
	pinned?: INodeExecutionData[],
) {
	const loader = await loadPackage();
	const start = toNode('Start', 'start');
	const [pin, next] = parameters.map((one) => toPinNode(one)) as [INode, INode];
	Object.assign(next, { id: 'Next', name: 'Next' });
	const to = ({ name: node }: INode) => ({
		main: [[{ node, type: NodeConnectionTypes.Main, index: 0 }]],
	});
	const workflow = new Workflow({
		...{ id: 'test', active: false, nodes: [start, pin, next] },
		connections: { [start.name]: to(pin), [pin.name]: to(next) },
		nodeTypes: toNodeTypes(loader),
	});
	const pinData = { [start.name]: [{ json: {} }], ...(pinned && { [pin.name]: pinned }) };
	const open = () => new WorkflowExecute(toAdditionalData(loader, credential, workflow), 'manual');
	let run: IRun | undefined;
	const itemsOf = (name: string) => run?.data.resultData.runData[name]?.[0]?.data?.main?.[0];
	return {
		runAll: async () => {
			run = await open().run({ workflow, startNode: start, pinData });
			return itemsOf(next.name);
		},
		runNext: async () => {
			const { runData } = run?.data.resultData ?? assert.fail('It was not run as a whole');
			const destination = { nodeName: next.name, mode: 'inclusive' } as const;
			run = await open().runPartialWorkflow2(workflow, runData, pinData, [], destination);
			return itemsOf(next.name);
		},
	};
}

/** Runs the connection test of the credential, with the helpers that n8n gives it. */
export async function testCredential(
	data: ICredentialDataDecryptedObject,
): Promise<INodeCredentialTestResult & { trace: string }> {
	const loader = await loadPackage();
	const { methods } = loader.getNode('zApiPinMessage').type as INodeType;
	const testConnection = methods?.credentialTest?.testConnection;
	assert(testConnection);
	const firstLogLine = log.length;
	const context = new CredentialTestContext(toAdditionalData(loader, data));
	const result = await testConnection.call(context, { id: '1', name: 'Z-API', type: 'zApi', data });
	return { ...result, trace: toTrace(result) + log.slice(firstLogLine).join('') };
}

/** Searches chats for the Chat parameter, as n8n's editor does. */
export async function searchChats(
	data: ICredentialDataDecryptedObject,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const loader = await loadPackage();
	const node = toPinNode({});
	const workflow = new Workflow({
		id: 'test',
		active: false,
		nodes: [node],
		connections: {},
		nodeTypes: toNodeTypes(loader),
	});
	const context = new LoadOptionsContext(workflow, node, toAdditionalData(loader, data), '');
	const { methods } = loader.getNode('zApiPinMessage').type as INodeType;
	const search = methods?.listSearch?.searchChats;
	if (!search) throw new Error('The node cannot search');
	return await search.call(context, filter, paginationToken);
}

/** A workflow with "Z-API Pin Message Trigger", in an n8n with this URL. */
export interface TriggerWorkflow {
	/** The node's hooks, which n8n calls when the workflow is activated or listens for a test event. */
	activate: (kind?: Kind) => Promise<void>;
	deactivate: (kind?: Kind) => Promise<void>;
	/** Calls the node's webhook, and returns its result and its own response. */
	receive: (call: WebhookCall, kind?: Kind, hasHungUp?: boolean) => Promise<Reception>;
	/** The static data of the production workflow, for a copy of the workflow. */
	staticData: IDataObject;
	/** How often n8n has decrypted the credential. */
	decryptions: () => number;
}

/** A webhook call, as n8n's server reads it. */
export interface WebhookCall {
	query: IDataObject;
	headers: Record<string, string>;
	body: unknown;
	rawBody?: Buffer;
}

export interface Reception {
	/** The result that tells n8n whether to start an execution. */
	result: IWebhookResponseData;
	/** Absent if n8n responds. */
	status?: number;
	response?: unknown;
	/** Simulates n8n's response with this status; without one, the caller has hung up before it. */
	end: (status?: number) => void;
}

/** Loads the nodes and the credential. */
type Loader = Pick<PackageDirectoryLoader, 'getNode' | 'getCredential'>;

type Kind = 'production' | 'test';

/**
 * Prepares a workflow with "Z-API Pin Message Trigger".
 *
 * @param webhookId ID of the node's webhook, in both of its URLs
 * @param origin URL of n8n, from `WEBHOOK_URL`
 * @param testOrigin URL of n8n, from `N8N_EDITOR_BASE_URL`
 * @param n8n ID of n8n; the engine's if absent
 * @param workflow its ID and name
 * @param staticData the static data that n8n has stored
 * @param loader loads the built package, or the sources
 */
export async function openTrigger(
	credential: ICredentialDataDecryptedObject,
	parameters: INodeParameters,
	{
		webhookId = 'hook-1',
		origin = 'http://127.0.0.1:5678',
		testOrigin = origin,
		n8n,
		workflow = { id: 'test', name: 'Test' },
		staticData = {},
		loader,
	}: {
		webhookId?: string;
		origin?: string;
		testOrigin?: string;
		n8n?: string;
		workflow?: { id: string; name: string };
		staticData?: IDataObject;
		loader?: Loader;
	} = {},
): Promise<TriggerWorkflow> {
	loader ??= await loadPackage();
	const node: INode = {
		...toNode('Trigger', `${PACKAGE}.zApiPinMessageTrigger`),
		parameters,
		webhookId,
		credentials: { zApi: { id: '1', name: 'Z-API' } },
	};
	const stored = () => JSON.parse(JSON.stringify(staticData)) as IDataObject;
	// A test uses a copy of the workflow, without production's static data.
	const open = (active: boolean, data: IDataObject = {}) =>
		new Workflow({
			...workflow,
			active,
			nodes: [node],
			connections: {},
			staticData: data,
			nodeTypes: toNodeTypes(loader),
		});
	const workflows = { production: open(true, stored()), test: open(false) };
	let decryptions = 0;
	const toLife = toAdditionalData(loader, credential);
	const { credentialsHelper } = toLife;
	const getDecrypted = credentialsHelper.getDecrypted.bind(credentialsHelper);
	credentialsHelper.getDecrypted = async (...asked) => {
		decryptions++;
		return await getDecrypted(...asked);
	};
	/** Another n8n has another ID. */
	const inN8n = <T extends object>(context: T): T =>
		n8n === undefined ? context : Object.assign(context, { instanceSettings: { instanceId: n8n } });
	const additionalData = {
		...toLife,
		webhookBaseUrl: `${origin}/webhook`,
		webhookTestBaseUrl: `${testOrigin}/webhook-test`,
	};
	const type = loader.getNode('zApiPinMessageTrigger').type as INodeType;
	const { webhookMethods, description } = type;
	const [webhookDescription] = description.webhooks ?? [];
	const setUp = webhookMethods?.default;
	assert(webhookDescription && setUp);
	const webhookData: IWebhookData = {
		httpMethod: 'POST',
		node: node.name,
		path: `${webhookId}/callback`,
		webhookDescription,
		workflowId: workflow.id,
		workflowExecuteAdditionalData: additionalData,
	};
	const store = () => {
		for (const key of Object.keys(staticData)) Reflect.deleteProperty(staticData, key);
		Object.assign(staticData, JSON.parse(JSON.stringify(workflows.production.staticData)));
	};
	const call = async (method: 'checkExists' | 'create' | 'delete', kind: Kind) => {
		const mode = method === 'delete' ? 'internal' : kind === 'test' ? 'manual' : 'trigger';
		const activation = method === 'delete' ? 'update' : kind === 'test' ? 'manual' : 'activate';
		const context = new HookContext(workflows[kind], node, additionalData, mode, activation, {
			...webhookData,
			isTest: kind === 'test',
		});
		return await setUp[method].call(inN8n(context));
	};
	return {
		activate: async (kind = 'production') => {
			// n8n saves the static data only after a successful activation.
			workflows[kind] = open(kind === 'production', kind === 'test' ? {} : stored());
			if (!(await call('checkExists', kind))) await call('create', kind);
			if (kind === 'production') store();
		},
		deactivate: async (kind = 'production') => {
			if (kind === 'production') workflows[kind] = open(true, stored());
			await call('delete', kind);
			if (kind === 'production') store();
		},
		receive: async (httpRequest, kind = 'production', hasHungUp = false) => {
			const reception: Pick<Reception, 'status' | 'response'> = {};
			const httpResponse = Object.assign(new EventEmitter(), {
				statusCode: 200,
				destroyed: hasHungUp,
				status: (status: number) => Object.assign(reception, { status }) && httpResponse,
				json: (response: unknown) => Object.assign(reception, { response }) && httpResponse,
			});
			const data = {
				...additionalData,
				httpRequest,
				httpResponse,
			} as unknown as IWorkflowExecuteAdditionalData;
			const called = kind === 'test' ? workflows.test : open(true, stored());
			const mode = kind === 'test' ? 'manual' : 'webhook';
			const context = new WebhookContext(called, node, data, mode, webhookData, [], null);
			const result = await type.webhook?.call(inN8n(context));
			assert(result);
			const end = (statusCode?: number) => {
				if (statusCode) Object.assign(httpResponse, { statusCode }).emit('finish');
				httpResponse.emit('close');
			};
			return { ...reception, result, end };
		},
		staticData,
		decryptions: () => decryptions,
	};
}

/** What n8n logged since this file was loaded. */
export const log: string[] = [];

const output = console as unknown as Record<'_stdout' | '_stderr', NodeJS.WritableStream>;
for (const stream of [output._stdout, output._stderr]) {
	stream.write = (text: string | Uint8Array) => {
		log.push(String(text));
		return true;
	};
}

let loading: Promise<PackageDirectoryLoader> | undefined;

async function loadPackage(): Promise<PackageDirectoryLoader> {
	loading ??= (async () => {
		const loader = new PackageDirectoryLoader(fileURLToPath(new URL('../..', import.meta.url)));
		await loader.loadAll();
		return loader;
	})();
	return await loading;
}

function toNode(name: string, type: string): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} };
}

/** A valid pin, except for these parameters. */
function toPinNode(parameters: INodeParameters): INode {
	return {
		...toNode('Pin', `${PACKAGE}.zApiPinMessage`),
		parameters: {
			phone: { __rl: true, mode: 'id', value: '5511999999999' },
			messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
			...parameters,
		},
		credentials: { zApi: { id: '1', name: 'Z-API' } },
	};
}

function toNodeTypes(loader: Loader): INodeTypes {
	// Has pinned data, so it never runs.
	const start = {
		description: {
			properties: [],
			inputs: [],
			outputs: [NodeConnectionTypes.Main],
			group: ['trigger'],
		},
	} as unknown as INodeType;
	const getByName = (type: string) =>
		type === 'start' ? start : loader.getNode(type.replace(`${PACKAGE}.`, '')).type;
	return {
		getByName,
		getByNameAndVersion: (type) => getByName(type) as INodeType,
		getKnownTypes: () => ({}),
	};
}

/** The context of n8n's engine, as far as these workflows need it. */
function toAdditionalData(
	loader: Loader,
	credential: ICredentialDataDecryptedObject,
	workflow?: Workflow,
): IWorkflowExecuteAdditionalData {
	const { authenticate } = loader.getCredential('zApi').type;
	if (typeof authenticate !== 'function') throw new Error('The credential cannot authenticate');
	const credentialsHelper: Partial<ICredentialsHelper> = {
		isCredentialUsableByNode: () => true,
		getParentTypes: () => [],
		getDecrypted: async () => ({ ...credential }),
		preAuthentication: async () => undefined,
		authenticate: async (data, _type, request) =>
			await authenticate(data, request as IHttpRequestOptions),
	};
	const data: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper: credentialsHelper as ICredentialsHelper,
		hooks: new ExecutionLifecycleHooks('manual', '1', {
			id: 'test',
			name: 'Test',
			active: false,
			activeVersionId: null,
			isArchived: false,
			createdAt: new Date(),
			updatedAt: new Date(),
			nodes: [],
			connections: {},
			...(workflow && { nodes: Object.values(workflow.nodes) }),
		}),
		executionId: '1',
		currentNodeExecutionIndex: 0,
		restApiUrl: 'http://127.0.0.1/rest',
		instanceBaseUrl: 'http://127.0.0.1/',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
		variables: {},
	};
	return data as IWorkflowExecuteAdditionalData;
}

function toTrace(value: unknown): string {
	return inspect(value, {
		depth: Infinity,
		showHidden: true,
		maxArrayLength: Infinity,
		maxStringLength: Infinity,
	});
}
