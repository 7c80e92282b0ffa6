import { chown, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { execa, type Options } from 'execa';
import getPort from 'get-port';
import { waitFor } from '../support/wait.mts';

/** A server of the test's own. */
export interface Service {
	port: number;
	/** Ends it and waits for it. */
	stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a Redis that keeps nothing. */
export async function startRedis(folder: string): Promise<Service> {
	return await startService(folder, 'redis-server', async (port) => [
		'--bind',
		'127.0.0.1',
		'--port',
		String(port),
		'--save',
		'',
		'--appendonly',
		'no',
	]);
}

/** Starts a PostgreSQL whose database `postgres` lets the user of that name in. */
export async function startPostgres(folder: string): Promise<Service> {
	return await startService(folder, 'postgres', async (port, options) => {
		const rights = ['--username=postgres', '--auth=trust'];
		await execa('initdb', ['--pgdata=data', '--no-locale', '--encoding=UTF8', ...rights], options);
		const settings = {
			port,
			listen_addresses: '127.0.0.1',
			unix_socket_directories: '',
			fsync: 'off',
			max_connections: 200,
		};
		return [
			'-D',
			'data',
			...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
		];
	});
}

/**
 * Starts a server on a free port, in a folder of its own, and waits until it is ready.
 *
 * @param prepare fills the folder and says what the server is started with
 * @throws when it isn't installed, ends, or isn't ready within a minute
 */
async function startService(
	folder: string,
	program: string,
	prepare: (port: number, options: Options) => Promise<string[]>,
): Promise<Service> {
	const env = { PATH: await toPath() };
	await execa('which', [program], { env }).catch(() => {
		throw new Error(`${program} is missing: apt-get install redis-server postgresql`);
	});
	const port = await getPort();
	const cwd = path.join(folder, program);
	await mkdir(cwd);
	const options = { cwd, env, ...(await toUser(cwd)) };
	const args = await prepare(port, options);
	const server = execa(program, args, { ...options, all: true, reject: false });
	let running = true;
	const ended = server.then(() => {
		running = false;
	});
	let log = '';
	server.all.on('data', (text) => (log += text));
	const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
		server.kill(signal);
		await ended;
	};
	// Redis and PostgreSQL say it in the same words.
	const isReady = () => /ready to accept connections/i.test(log);
	await waitFor(() => isReady() || !running).catch(() => undefined);
	if (!isReady()) {
		await stop();
		throw new Error(`${program} did not start:\n${log}`);
	}
	return { port, stop };
}

/** Debian keeps PostgreSQL's programs, one folder for each version, where no PATH leads. */
async function toPath(): Promise<string> {
	const debian = '/usr/lib/postgresql';
	const versions = await readdir(debian).catch(() => []);
	versions.sort((a, b) => Number(b) - Number(a));
	const folders = versions.map((version) => path.join(debian, version, 'bin'));
	return [process.env.PATH, ...folders].join(path.delimiter);
}

/** PostgreSQL refuses to run as root. */
async function toUser(cwd: string): Promise<{ uid?: number; gid?: number }> {
	if (process.getuid?.() !== 0) return {};
	const idOf = async (flag: string) => Number((await execa('id', [flag, 'postgres'])).stdout);
	const [uid, gid] = [await idOf('-u'), await idOf('-g')];
	await chown(cwd, uid, gid);
	return { uid, gid };
}
