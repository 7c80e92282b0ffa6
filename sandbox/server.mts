import Fastify from 'fastify';
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
}

/** A file of 70 MB as base64, in bytes. */
const BODY_LIMIT = 100 * 1024 * 1024;

/** Starts a stand-in for Z-API on loopback. */
export async function startSandbox({
	port = 0,
	queueDelayMs,
	editorUrl = '',
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
	const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
	await app.register(guard);
	await app.register(page, { state });
	await app.register(webhooks, { state });
	await app.register(control, { state });
	await app.register(zApi, { state });
	const url = await app.listen({ port, host: '127.0.0.1' });
	return Object.assign(state, { url, close: async () => await app.close() });
}
