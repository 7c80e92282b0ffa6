import buildCompilers from '@fastify/ajv-compiler';
import Fastify, { type FastifySchemaCompiler } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { Chats } from './chats.mts';
import { control } from './control.mts';
import { Faults } from './faults.mts';
import guard from './guard.mts';
import { Instance, type InstanceSettings } from './instance.mts';
import page from './page.mts';
import { Queue } from './queue.mts';
import { webhooks } from './webhooks.mts';
import { zApi, type ZApiState } from './zApi.mts';

/** The settings of an instance without options. */
export const SANDBOX_INSTANCE: InstanceSettings = new Instance();

/** A running sandbox, with its parts for tests. */
export interface Sandbox extends ZApiState {
	/** Base URL for the credential. */
	url: string;
	close: () => Promise<void>;
}

/** Missing fields are those of `SANDBOX_INSTANCE`. */
export interface SandboxOptions extends Partial<InstanceSettings> {
	/** 0, the default, takes any free one. */
	port?: number;
	/** The shortest and the longest time between entries of the queue; with 0, the default, none waits. */
	queueDelayMs?: [min: number, max: number];
	/** URL of n8n's editor for the page's link; can also be set later, as `sandbox.editorUrl`. */
	editorUrl?: string;
	/** Serves HTTPS with these, in PEM. */
	certificate?: { key: Buffer; cert: Buffer };
}

/** A file of 70 MB as base64, in bytes. */
const BODY_LIMIT = 100 * 1024 * 1024;

const compile = buildCompilers()({}, { customOptions: {} });
const validators = new Map<string, ReturnType<typeof compile>>();

/** Compiles each schema once for all sandboxes of a process, as tests start hundreds. */
const compileOnce: FastifySchemaCompiler<unknown> = (route) => {
	const key = JSON.stringify(route.schema);
	const validator = validators.get(key) ?? compile(route);
	validators.set(key, validator);
	return validator;
};

/** Starts a stand-in for Z-API on loopback. */
export async function startSandbox({
	port = 0,
	queueDelayMs,
	editorUrl = '',
	certificate,
	...settings
}: SandboxOptions = {}): Promise<Sandbox> {
	const instance = new Instance(settings);
	const state: ZApiState = {
		instance,
		chats: new Chats(),
		queue: new Queue(instance, queueDelayMs),
		faults: new Faults(),
		requests: [],
		deliveries: [],
		inFlight: 0,
		mostInFlight: 0,
		editorUrl,
	};
	const app = Fastify({
		bodyLimit: BODY_LIMIT,
		forceCloseConnections: true,
		...(certificate && { https: certificate }),
	});
	app.setValidatorCompiler(compileOnce);
	await app.register(guard);
	await app.register(page, { state });
	for (const [name, plugin] of Object.entries({ webhooks, control, zApi })) {
		// Without a name, Fastify searches all loaded modules for one.
		await app.register(fastifyPlugin(plugin, { name, encapsulate: true }), { state });
	}
	const url = await app.listen({ port, host: '127.0.0.1' });
	return Object.assign(state, { url, close: async () => await app.close() });
}
