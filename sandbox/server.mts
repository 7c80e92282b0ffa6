import Fastify from 'fastify';
import { Chats } from './chats.mts';
import { control } from './control.mts';
import { Faults } from './faults.mts';
import guard from './guard.mts';
import page from './page.mts';
import { webhooks } from './webhooks.mts';
import { type Instance, zApi, type ZApiState } from './zApi.mts';

/** The sandbox's own credential. Nothing secret: it is made up, and served on loopback only. */
export const SANDBOX_INSTANCE: Instance = {
	instanceId: 'SANDBOX-INSTANCE',
	token: 'SANDBOX-TOKEN',
	clientToken: 'SANDBOX-CLIENT-TOKEN',
	connection: 'connected',
	receivedCallbackUrl: '',
	receiveCallbackSentByMe: false,
	requiresHttps: false,
};

/** A running sandbox, with its insides in reach of tests. */
export interface Sandbox extends ZApiState {
	/** Base URL for the credential. */
	url: string;
	close: () => Promise<void>;
}

/**
 * Starts a stand-in for Z-API on loopback.
 *
 * @param options the port (0, the default, takes any free one) and what differs from the sandbox's
 * usual instance
 */
export async function startSandbox({
	port = 0,
	...instance
}: { port?: number } & Partial<Instance> = {}): Promise<Sandbox> {
	const state: ZApiState = {
		instance: { ...SANDBOX_INSTANCE, ...instance },
		chats: new Chats(),
		faults: new Faults(),
		requests: [],
		deliveries: [],
		inFlight: 0,
		mostInFlight: 0,
	};
	const app = Fastify({ bodyLimit: 20 * 1024 * 1024, forceCloseConnections: true });
	await app.register(guard);
	await app.register(page, { state });
	await app.register(webhooks, { state });
	await app.register(control, { state });
	await app.register(zApi, { state });
	const url = await app.listen({ port, host: '127.0.0.1' });
	return Object.assign(state, { url, close: async () => await app.close() });
}
