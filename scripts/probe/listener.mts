import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import { toObject } from '../../nodes/shared/json.ts';

type Json = Record<string, unknown>;

/** One call of the webhook. */
export interface Call {
	callback: Json;
	/** Names of the headers, in lower case. */
	headers: Record<string, unknown>;
	query: Record<string, unknown>;
	/** What it was responded with. */
	status: number;
}

export interface Listener {
	/** The URL for Z-API to call; it carries a secret, so that nobody else does. */
	url: string;
	/** In order of arrival. May hold what is none of the probe's business: look at one's own only. */
	calls: Call[];
	/** The next call that is so is responded with 500. */
	failNext?: ((callback: Json) => boolean) | undefined;
	close: () => Promise<void>;
}

/**
 * Listens for callbacks on loopback, where a tunnel ends.
 *
 * @param publicUrl where the tunnel begins
 * @param port where it ends
 * @throws when a call of the public URL does not arrive here
 */
export async function listen(publicUrl: string, port: number): Promise<Listener> {
	const secret = randomBytes(16).toString('hex');
	const url = `${publicUrl.replace(/\/+$/, '')}/${secret}?query=${secret}`;
	const calls: Call[] = [];
	const app = Fastify({ forceCloseConnections: true });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) =>
		done(null, parse(String(text))),
	);
	app.post('/*', async (request, reply) => {
		const { pathname } = new URL(request.url, 'http://localhost');
		if (!pathname.endsWith(`/${secret}`)) return await reply.code(404).send();
		const callback = toObject(request.body);
		const isFailing = listener.failNext?.(callback) === true;
		if (isFailing) listener.failNext = undefined;
		const { headers } = request;
		const query = request.query as Call['query'];
		const status = isFailing ? 500 : 200;
		calls.push({ callback, headers, query, status });
		return await reply.code(status).send({});
	});
	const listener: Listener = { url, calls, close: async () => await app.close() };
	await app.listen({ port, host: '127.0.0.1' });
	try {
		await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(20_000) });
	} catch {
		// Then nothing has arrived.
	}
	if (calls.splice(0).length === 0) {
		await app.close();
		throw new Error(
			`Nothing sent to the URL of --webhook arrives here: forward it to port ${port}`,
		);
	}
	return listener;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
