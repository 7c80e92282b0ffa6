import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';

/** A pre-shared key on both sides, in place of a certificate. */
const PSK = { psk: Buffer.alloc(16, 7), identity: 'test' };
const CIPHER = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;

/** What a hop can do to TLS once it has passed on a request. */
export const TLS_BREAKS = {
	'plain bytes': Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
	'a bad record': Buffer.from(`1703030020${'07'.repeat(32)}`, 'hex'),
	'an alert outside of TLS': Buffer.from('15030300020250', 'hex'),
};

/**
 * Puts TLS in front of a sandbox. In place of a response that isn't HTTP (the fault `garbage`), TLS breaks.
 *
 * @param breaksWith what the client gets outside of TLS
 */
export async function startTlsHop(sandboxUrl: string, breaksWith: Buffer) {
	const sockets = new Set<Socket>();
	const keep = <S extends Socket>(socket: S): S => {
		sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
		return socket;
	};
	const options = { ...CIPHER, isServer: true, pskCallback: () => PSK.psk };
	const server = createServer((raw) => {
		keep(raw);
		const secure = keep(new tls.TLSSocket(raw, options));
		const upstream = keep(connect(Number(new URL(sandboxUrl).port), '127.0.0.1'));
		upstream.on('close', () => raw.destroySoon());
		// The sandbox responds to its own host only.
		secure.once('data', (first: Buffer) => {
			const { host } = new URL(sandboxUrl);
			const own = first.toString('latin1').replace(/^host: .*$/im, `host: ${host}`);
			upstream.write(own, 'latin1');
			secure.pipe(upstream);
		});
		upstream.once('data', (first: Buffer) => {
			if (!first.toString('latin1').startsWith('HTTP/')) return raw.write(breaksWith);
			secure.write(first);
			return upstream.pipe(secure);
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () => {
			for (const socket of sockets) socket.destroy();
			server.close();
		},
	};
}

/** Lets this process know the key. `jest.restoreAllMocks` undoes it. */
export function trustTlsHops() {
	const connectSecurely = tls.connect.bind(tls) as (
		options: tls.ConnectionOptions,
	) => tls.TLSSocket;
	jest.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) =>
		connectSecurely({
			...options,
			...CIPHER,
			pskCallback: () => PSK,
			checkServerIdentity: () => undefined,
		})) as typeof tls.connect);
}
