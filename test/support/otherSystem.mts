import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request that a server of a test got. */
export interface Received {
	body: Buffer;
	headers: IncomingHttpHeaders;
	url: string;
}

/** Answers a request, with the status that it returns. */
export type Answer = (received: Received) => number | Promise<number>;

/** @param port 0 takes any free one */
export async function listen(
	answer: Answer,
	port = 0,
): Promise<{ server: Server; origin: string }> {
	const server = createServer((request, response) => {
		const { headers, url = '' } = request;
		buffer(request)
			.then(async (body) => await answer({ body, headers, url }))
			.then((status) => {
				response.writeHead(status, { 'content-type': 'application/json' });
				// In n8n's words.
				const message = 'The requested webhook "POST x" is not registered.';
				response.end(JSON.stringify(status === 404 ? { code: 404, message } : {}));
			})
			.catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function close(server: Server): Promise<void> {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
}

/** A server of another system, which counts its calls. */
export interface OtherSystem {
	url: string;
	calls: Received[];
	/** How it answers from now on. */
	answer: Answer;
	close: () => Promise<void>;
}

export async function startOtherSystem(): Promise<OtherSystem> {
	const calls: Received[] = [];
	const { server, origin } = await listen(async (received) => {
		calls.push(received);
		return await system.answer(received);
	});
	const system: OtherSystem = {
		calls,
		answer: () => 200,
		close: async () => await close(server),
		url: `${origin}/hook?key=other-secret`,
	};
	return system;
}
