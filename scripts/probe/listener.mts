import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { toObject } from '../../nodes/shared/json.ts';
import { parseJson, type Json } from './side.mts';

/** One call of a webhook. */
export interface Call {
	/** The webhook: its field in `/me`. */
	kind: string;
	callback: Json;
	/** Names of the headers, in lower case. */
	headers: Record<string, unknown>;
	query: Record<string, unknown>;
	/** What it was responded with. */
	status: number;
}

export interface Listener {
	/** Part of the webhooks' URLs, so that nobody else calls them. */
	secret: string;
	/** The URL of a webhook for Z-API to call. */
	toUrl: (kind: string) => string;
	/** In order of arrival. May hold what is none of the probe's business: look at one's own only. */
	calls: Call[];
	/** The next call that is so is responded with 500. */
	failNext?: ((callback: Json) => boolean) | undefined;
	close: () => Promise<void>;
}

/**
 * Listens for callbacks on loopback, where a tunnel ends.
 *
 * @param port where it ends; 0: any free one
 * @param publicUrl where it begins; absent: callbacks come from this machine
 * @throws when a call of the public URL does not arrive here
 */
export async function listen(port: number, publicUrl?: string): Promise<Listener> {
	const secret = randomBytes(16).toString('hex');
	const calls: Call[] = [];
	const app = Fastify({ forceCloseConnections: true });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) =>
		done(null, parseJson(String(text))),
	);
	app.post(`/*`, async (request, reply) => {
		const { pathname } = new URL(request.url, 'http://localhost');
		const [kind = '', sent] = pathname.split('/').reverse();
		if (sent !== secret) return await reply.code(404).send();
		const callback = toObject(request.body);
		const isFailing = listener.failNext?.(callback) === true;
		if (isFailing) listener.failNext = undefined;
		const status = isFailing ? 500 : 200;
		const { headers, query } = request;
		calls.push({ kind, callback, headers, query: toObject(query), status });
		return await reply.code(status).send({});
	});
	await app.listen({ port, host: '127.0.0.1' });
	const { port: ownPort } = app.server.address() as AddressInfo;
	const base = (publicUrl ?? `http://127.0.0.1:${ownPort}`).replace(/\/+$/, '');
	const toUrl = (kind: string) => `${base}/${secret}/${kind}?query=${secret}`;
	const listener: Listener = { secret, toUrl, calls, close: async () => await app.close() };
	const signal = AbortSignal.timeout(20_000);
	// A call that fails has not arrived.
	await fetch(toUrl('test'), { method: 'POST', body: '{}', signal }).catch(() => undefined);
	if (calls.splice(0).length === 0) {
		await app.close();
		throw new Error(
			`Nothing sent to the URL of --webhook arrives here: forward it to port ${port}`,
		);
	}
	return listener;
}
