import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from './canaries.mts';

/** Gives each Jest test of a file a sandbox of its own, with the canaries as its credential. */
export function useSandbox(): Sandbox {
	// Stands for the test's own, so that a file may name it before it is started.
	const sandbox = {} as Sandbox;
	beforeEach(async () => {
		Object.setPrototypeOf(sandbox, await startSandbox(CANARIES));
	});
	afterEach(async () => await sandbox.close());
	return sandbox;
}
