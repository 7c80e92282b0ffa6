import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from './canaries.mts';

/** Gives each Jest test of a file a sandbox of its own, with the canaries as its credential. */
export function useSandbox(): Sandbox {
	const sandbox = {} as Sandbox;
	beforeEach(async () => Object.assign(sandbox, await startSandbox(CANARIES)));
	afterEach(async () => await sandbox.close());
	return sandbox;
}
