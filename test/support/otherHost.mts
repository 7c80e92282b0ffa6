import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that a redirect points to. It counts requests, and confirms every pin. */
export interface OtherHost {
	url: string;
	requests: number;
	close: () => void;
}

export async function startOtherHost(): Promise<OtherHost> {
	const server = createServer((_request, response) => {
		host.requests++;
		response.end('{"messageId":"D241"}');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const host: OtherHost = {
		url: `http://127.0.0.1:${port}/`,
		requests: 0,
		close: () => server.close(),
	};
	return host;
}
