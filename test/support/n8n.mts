import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import {
	installN8n,
	installNode,
	N8N_VERSION,
	toNodeVersion,
	unpackPackage,
} from '../../scripts/n8n/install.mts';
import { type N8n, startN8n } from '../../scripts/n8n/process.mts';

/** An n8n whose data is deleted when it is stopped. */
export interface TestN8n extends N8n {
	userFolder: string;
	/** Ends it, runs a function, and starts it again with its data. */
	restart: (signal: NodeJS.Signals, meanwhile: () => void) => Promise<TestN8n>;
}

/**
 * Starts a real n8n with the package, like `npm start`, in a temporary folder.
 *
 * @param install installs the package in the folder
 */
export async function startTestN8n(
	version = N8N_VERSION,
	install: (userFolder: string) => Promise<unknown> = unpackPackage,
): Promise<TestN8n> {
	await installNode({ version: toNodeVersion(version) });
	await installN8n({ version });
	const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-test-'));
	const port = await getPort();
	const remove = async () => await rm(userFolder, { recursive: true, force: true });
	const start = async (): Promise<TestN8n> => {
		const n8n = await startN8n({ userFolder, port, version });
		return {
			...n8n,
			userFolder,
			restart: async (signal, meanwhile) => {
				await n8n.stop(signal);
				meanwhile();
				return await start();
			},
			stop: async (signal) => await n8n.stop(signal).finally(remove),
		};
	};
	try {
		await install(userFolder);
		return await start();
	} catch (error) {
		await remove();
		throw error;
	}
}
