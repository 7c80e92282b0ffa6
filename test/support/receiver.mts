import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Sandbox } from '../../sandbox/server.mts';

export type Json = Record<string, unknown>;

/** A server that webhooks of the sandbox call. */
export interface Receiver {
	url: string;
	received: Json[];
	/** Of the last call. */
	headers: IncomingHttpHeaders;
	/** The callbacks as soon as there are so many. */
	callbacks: (count: number) => Promise<Json[]>;
	/** Registers it with these methods. */
	listen: (...methods: string[]) => Promise<void>;
}

/** Gives each Jest test of a file a receiver of its own, for the webhooks of this sandbox. */
export function useReceiver(sandbox: Sandbox): Receiver {
	let server: Server;
	const receiver: Receiver = {
		url: '',
		received: [],
		headers: {},
		callbacks: async (count) => {
			while (receiver.received.length < count) {
				await once(server, 'callback', { signal: AbortSignal.timeout(5000) });
			}
			return receiver.received;
		},
		listen: async (...methods) => {
			for (const method of methods) await callZApi(sandbox, method, { value: receiver.url }, 'PUT');
		},
	};
	beforeEach(async () => {
		const received: Json[] = [];
		const current = createServer((request, response) => {
			void json(request).then((callback) => {
				received.push(callback as Json);
				receiver.headers = request.headers;
				response.end();
				current.emit('callback');
			});
		});
		await once(current.listen(0, '127.0.0.1'), 'listening');
		server = current;
		const { port } = current.address() as AddressInfo;
		Object.assign(receiver, { received, url: `http://127.0.0.1:${port}/` });
	});
	afterEach(() => {
		server.closeAllConnections();
		server.close();
	});
	return receiver;
}

/** Calls a method of Z-API of the sandbox. */
export async function callZApi(
	{ instance, url }: Sandbox,
	path: string,
	body?: object,
	method = 'POST',
) {
	const { instanceId, token, clientToken } = instance;
	const response = await fetch(`${url}/instances/${instanceId}/token/${token}/${path}`, {
		headers: { 'content-type': 'application/json', 'client-token': clientToken },
		...(body && { method, body: JSON.stringify(body) }),
	});
	return { status: response.status, body: (await response.json()) as Json };
}

/** Does something as a person does it on the sandbox's page. */
export async function act({ url }: Sandbox, path: string, body: object) {
	const response = await fetch(`${url}/sandbox/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	expect(response.ok).toBe(true);
	return (await response.json().catch(() => ({}))) as Json;
}
