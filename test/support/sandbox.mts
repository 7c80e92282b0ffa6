import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import type { ZApiState } from '../../sandbox/zApi.mts';
import { CANARIES } from './canaries.mts';

/**
 * Gives each Jest test of a file a sandbox of its own.
 *
 * @param options settings of the instance; if absent, the canaries
 */
export function useSandbox(options: Parameters<typeof startSandbox>[0] = CANARIES): Sandbox {
	let current: Sandbox;
	beforeEach(async () => {
		current = await startSandbox(options);
	});
	afterEach(async () => await current.close());
	// Forwards to the sandbox of the current test, so that a file can use it before it is started.
	return new Proxy({} as Sandbox, {
		get: (_target, key) => Reflect.get(current, key),
		set: (_target, key, value) => Reflect.set(current, key, value),
	});
}

/** The requests that pin or unpin, without the one that each execution sends for the status. */
export const pinsSent = ({ requests }: Pick<ZApiState, 'requests'>) =>
	requests.filter(({ path }) => path === '/pin-message');
