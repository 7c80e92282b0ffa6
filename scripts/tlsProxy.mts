import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';

export interface TlsProxy {
	/** Its URL. */
	url: string;
	/** Path of the certificate of its certificate authority, in PEM. */
	authority: string;
	close: () => Promise<void>;
}

/**
 * Starts a TLS proxy for a server on loopback, with a certificate authority of its own.
 *
 * @param target URL of the server
 * @param folder where keys and certificates go
 */
export async function startTlsProxy(target: string, folder: string): Promise<TlsProxy> {
	const inFolder = (name: string) => path.join(folder, name);
	const openssl = async (...args: string[]) => await execa('openssl', args, { cwd: folder });
	const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const make = async (name: string, ...args: string[]) =>
		await openssl(
			...['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`],
			...['-keyout', `${name}.key`, '-out', `${name}.pem`, ...args],
		);
	await make('authority');
	const signed = ['-CA', 'authority.pem', '-CAkey', 'authority.key'];
	await make(
		...(['server', ...signed, '-addext', 'subjectAltName=IP:127.0.0.1'] as const),
		...['-addext', 'basicConstraints=critical,CA:FALSE'],
	);

	const { host } = new URL(target);
	const agent = new http.Agent({ keepAlive: true });
	const [key, cert] = await Promise.all([
		readFile(inFolder('server.key')),
		readFile(inFolder('server.pem')),
	]);
	const server = https.createServer({ key, cert }, (request, response) => {
		const { method, headers, url = '/' } = request;
		const passedOn = http.request(
			new URL(url, target),
			{ method, agent, headers: { ...headers, host } },
			(upstream) => {
				response.writeHead(upstream.statusCode ?? 502, upstream.headers);
				upstream.pipe(response);
			},
		);
		passedOn.on('error', () => response.destroy());
		request.pipe(passedOn);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `https://127.0.0.1:${port}`,
		authority: inFolder('authority.pem'),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			agent.destroy();
		},
	};
}
