import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import { installN8n, installNode, type N8n, startN8n, unpackPackage } from '../scripts/n8n.mts';

/** Starts a real n8n with the package in it, as `npm start` does, in a folder that goes with it. */
export async function startTestN8n(): Promise<N8n> {
	await installNode();
	await installN8n();
	const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-test-'));
	const remove = async () => await rm(userFolder, { recursive: true, force: true });
	try {
		await unpackPackage(userFolder);
		const n8n = await startN8n({ userFolder, port: await getPort() });
		return { ...n8n, stop: async (signal) => await n8n.stop(signal).finally(remove) };
	} catch (error) {
		await remove();
		throw error;
	}
}
