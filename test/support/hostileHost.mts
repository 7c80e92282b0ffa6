import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Behaviour of a hostile or broken server. */
export type Misdeed = (response: ServerResponse) => void;

/** A server at the Base URL that isn't Z-API. */
export interface HostileHost {
	url: string;
	misdeed: Misdeed;
	/** Path and query of each request, as sent. */
	requests: string[];
	/** Open connections. */
	connections: () => Promise<number>;
	/** Sent bytes of bodies. */
	bytesSent: number;
	close: () => void;
}

const HEADERS = { 'content-type': 'application/json' };

export const ACCEPTED = '{"zaapId":"39","messageId":"D241","id":"D241"}';

const TRICKLE_MS = 20;

export const trickle: Misdeed = (response) => {
	response.writeHead(200, HEADERS);
	const timer = setInterval(() => response.write(' '), TRICKLE_MS);
	response.once('close', () => clearInterval(timer));
};

/** As fast as it is read. */
export const sendWithoutEnd: Misdeed = (response) => {
	response.writeHead(200, HEADERS);
	const chunk = Buffer.alloc(100_000, ' ');
	const write = () => {
		while (!response.destroyed && response.write(chunk));
	};
	response.on('drain', write);
	write();
};

/** A documented response, followed by 20 MB of blanks: 20 KB on the wire. */
export const sendGzipBomb: Misdeed = (response) => {
	response.writeHead(200, { ...HEADERS, 'content-encoding': 'gzip' });
	response.end(gzipSync(Buffer.concat([Buffer.from(ACCEPTED), Buffer.alloc(20_000_000, ' ')])));
};

export const send =
	(body: string, status = 200, headers: Record<string, string> = {}): Misdeed =>
	(response) => {
		response.writeHead(status, { ...HEADERS, ...headers }).end(body);
	};

/** A documented response in a deeply nested object. */
export const toNested = (depth: number) =>
	`${ACCEPTED.slice(0, -1)},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;

export async function startHostileHost(): Promise<HostileHost> {
	const server = createServer((request, response) => {
		const write = response.write.bind(response);
		response.write = ((chunk: string | Buffer) => {
			host.bytesSent += chunk.length;
			return write(chunk);
		}) as typeof response.write;
		host.requests.push(request.url ?? '');
		request.resume();
		host.misdeed(response);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const host: HostileHost = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		misdeed: send(ACCEPTED),
		requests: [],
		connections: async () =>
			await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
		bytesSent: 0,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
	return host;
}
