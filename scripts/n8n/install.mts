import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';
import { execa } from 'execa';

/** The n8n version for everything here. It is defined only here. */
export const N8N_VERSION = '2.41.1';

/** The newest n8n 1, which the package works in as well. */
export const N8N_1_VERSION = '1.123.81';

/**
 * The oldest n8n whose n8n-workflow has everything that the shipped code imports: NodeConnectionTypes came
 * with n8n-workflow 1.83.0, which n8n 1.85 is the first to use.
 */
export const N8N_OLDEST_VERSION = '1.85.4';

/** The Node.js version that n8n's native modules are built for. */
const NODE_VERSION = '24';

/** The Node.js version for each n8n version. n8n doesn't start with a newer one than it supports. */
export const toNodeVersion = (n8n: string) => (n8n === N8N_OLDEST_VERSION ? '22' : NODE_VERSION);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The name of this package. */
export const PACKAGE = 'n8n-nodes-zapi-pin-message';

/** Shared by every clone, so that n8n is installed once. */
export const CACHE = envPaths(PACKAGE, { suffix: '' }).cache;

/** Installs Node.js into the cache, unless it is there already or runs this script. */
export async function installNode({
	version = NODE_VERSION,
	signal,
}: { version?: string; signal?: AbortSignal } = {}): Promise<void> {
	if (process.versions.node.startsWith(`${version}.`)) return;
	await installOnce(`node-${version}`, { node: version }, async (cwd) => {
		// The package's install script adds the binary.
		await npm({ cwd, signal }, 'install', '--ignore-scripts=false');
	});
}

/** Installs n8n into the cache, unless it is there already. Takes minutes. */
export async function installN8n({
	version = N8N_VERSION,
	signal,
}: { version?: string; signal?: AbortSignal } = {}): Promise<void> {
	const node = toNodeVersion(version);
	await installOnce(`n8n-${version}`, { n8n: version }, async (cwd) => {
		// Builds only the native module of the database; others aren't needed and don't build everywhere.
		await npm({ cwd, node, signal }, 'install', '--ignore-scripts');
		await npm({ cwd, node, signal }, 'rebuild', 'sqlite3', '--ignore-scripts=false');
	});
}

/** Fills a folder of the cache under a temporary name first, so that it is always complete. */
async function installOnce(
	name: string,
	dependencies: Record<string, string>,
	install: (folder: string) => Promise<void>,
): Promise<void> {
	const target = path.join(CACHE, name);
	if (await readFile(path.join(target, 'package.json')).catch(() => undefined)) return;
	await mkdir(CACHE, { recursive: true });
	const folder = await mkdtemp(path.join(CACHE, `.${name}-`));
	try {
		// n8n 1.x has a URL outside the registry for this dependency.
		const manifest = { private: true, dependencies, overrides: { xlsx: '0.18.5' } };
		await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
		await install(folder);
		// If another clone was faster, its folder stays.
		await rename(folder, target).catch(() => undefined);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

interface NpmOptions {
	cwd: string;
	/** The Node.js to run it with. */
	node?: string;
	signal?: AbortSignal;
}

async function npm({ cwd, node, signal }: NpmOptions, ...args: string[]) {
	const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
	const env = { PATH: toPath(node) };
	await execa('npm', [...args, ...quiet], { cwd, env, cancelSignal: signal });
}

/** Puts this Node.js first on PATH, as n8n starts helpers with `node`. */
export function toPath(version = NODE_VERSION): string {
	const cached = path.join(CACHE, `node-${version}/node_modules/node/bin`);
	return [cached, process.env.PATH].join(path.delimiter);
}

/**
 * Installs the packed package in the folder that n8n's Community Nodes screen uses.
 *
 * @returns the folder
 */
export async function unpackPackage(userFolder: string): Promise<string> {
	const target = path.join(userFolder, '.n8n/nodes/node_modules', PACKAGE);
	await rm(target, { recursive: true, force: true });
	await mkdir(target, { recursive: true });
	const tarball = await packPackage(userFolder);
	await execa('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
	await rm(tarball);
	return target;
}

/**
 * Packs what npm would publish into a folder.
 *
 * @returns the path of the tarball
 */
export async function packPackage(folder: string): Promise<string> {
	const pack = ['pack', '--json', '--pack-destination', folder, '--loglevel=error'];
	const { stdout } = await execa('npm', pack, { cwd: ROOT });
	const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
	return path.join(folder, filename);
}
