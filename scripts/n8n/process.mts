import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import getPort, { portNumbers } from 'get-port';
import { N8nClient, type Owner } from './client.mts';
import { CACHE, N8N_VERSION, toNodeVersion, toPath } from './install.mts';

/** A running n8n. */
export interface N8n {
	url: string;
	client: N8nClient;
	/** The owner, who is logged in. */
	owner: Owner;
	/** Path of its log. */
	log: string;
	/** Settles when the process has ended, for any reason. */
	ended: Promise<void>;
	pid: number;
	/** Ends it and waits until it has ended; `SIGKILL` simulates a crash. */
	stop: (signal?: NodeJS.Signals) => Promise<void>;
}

interface N8nOptions {
	/** The n8n process; all except `start` are for queue mode. */
	command?: 'start' | 'worker' | 'webhook';
	/** n8n's user folder, with the package installed. */
	userFolder: string;
	/** The port; a worker only serves health checks there. */
	port: number;
	version?: string;
	env?: Record<string, string>;
	/** Ends the wait. */
	signal?: AbortSignal;
}

/** The first free port of a hundred, starting with the usual one. */
export async function findPort(preferred: number): Promise<number> {
	return await getPort({ port: portNumbers(preferred, preferred + 99) });
}

/**
 * Starts n8n or one of its other processes, and logs in as its owner if the process has a login.
 *
 * @throws if it ends or isn't ready within two minutes
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const { command = 'start', userFolder, port, version = N8N_VERSION } = options;
	await mkdir(userFolder, { recursive: true });
	const log = path.join(userFolder, 'n8n.log');
	const bin = path.join(CACHE, `n8n-${version}/node_modules/n8n/bin/n8n`);
	const subprocess = execa('node', [bin, command], {
		cwd: userFolder,
		env: { ...(await toEnvironment(options)), ...options.env },
		extendEnv: false,
		stdin: 'ignore',
		buffer: false,
		reject: false,
		all: true,
		forceKillAfterDelay: 20_000,
	});
	subprocess.all.pipe(createWriteStream(log, { flags: 'a' }));
	let running = true;
	const ended = subprocess.then(() => {
		running = false;
	});
	const url = `http://localhost:${port}`;
	const owner = await readOwner(userFolder);
	const client = new N8nClient(`http://127.0.0.1:${port}`);
	const isReady = async () => await (command === 'start' ? client.isReady() : client.isHealthy());
	const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
		subprocess.kill(signal);
		await ended;
	};
	for (const deadline = Date.now() + 120_000; !(await isReady()); await sleep(100)) {
		if (running && Date.now() < deadline && !options.signal?.aborted) continue;
		await stop();
		throw new Error(`n8n did not start:\n${(await readFile(log, 'utf8')).slice(-4000)}`);
	}
	try {
		if (command === 'start') await client.logIn(owner);
	} catch (error) {
		await stop();
		throw error;
	}
	return { url, client, owner, log, ended, pid: subprocess.pid ?? 0, stop };
}

/** The owner of the n8n in a folder, with a generated password in a file that only this user can read. */
async function readOwner(userFolder: string): Promise<Owner> {
	const file = path.join(userFolder, 'owner-password');
	// n8n requires a capital letter and a digit.
	const password = `N8n-${randomBytes(12).toString('base64url')}`;
	if (!existsSync(file)) await writeFile(file, password, { mode: 0o600 });
	return { email: 'owner@sandbox.test', password: await readFile(file, 'utf8') };
}

async function toEnvironment({ userFolder, port, version = N8N_VERSION }: N8nOptions) {
	// Removes settings of another n8n on this machine.
	const own = Object.entries(process.env).filter(
		([name]) => !/^(N8N|DB|QUEUE|EXECUTIONS)_/.test(name),
	);
	return {
		...Object.fromEntries(own),
		PATH: toPath(toNodeVersion(version)),
		// Otherwise pages of any other site could use n8n as its owner.
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(await getPort()),
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		// Workers serve health checks only with this setting.
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
}
