import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import { WHAT_IS_DONE } from '../../nodes/ZApiPinMessage/execution/output';
import { accountOf, credentialOf } from '../../sandbox/account.mts';
import { type Fault, FAULTS_AFTER_ACCEPTANCE, KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from './canaries.mts';
import { runPinNode } from './engine.mts';
import { speedUpClock } from './fastClock.mts';
import { FILES, findUntruths, METHODS, SEND_ANY, toAnyNotices, toNotices } from './notices.mts';
import { startTlsHop, TLS_BREAKS, trustTlsHops } from './tlsHop.mts';

const PERHAPS_PINNED =
	WHAT_IS_DONE.pinPerhapsAccepted?.advice({ step: 'pinPerhapsAccepted' }) ?? '';

const { text503 } = FAULTS_AFTER_ACCEPTANCE;

/** Whatever can happen to a request. Behind a hop, `garbage` breaks TLS. */
const FAULTS: Array<Pick<Fault, 'response' | 'isDone'>> = [
	...[408, 429, 500, 502, 503].map((status) => ({ response: { status } })),
	{ response: { status: 503, body: { error: 'Overloaded' } } },
	{ response: { status: 503, headers: { 'retry-after': '1' } } },
	{ response: { status: 503, body: 'upstream: connection termination' }, isDone: true },
	// As JSON without an ID, it counts as Z-API's own refusal.
	...Object.values(FAULTS_AFTER_ACCEPTANCE).filter((fault) => fault !== text503),
	{ response: 'garbage' },
	{ response: 'reset' },
	{ response: 'resetMidResponse', isDone: true },
	...[true, false].map((isDone) => ({ isDone, response: { status: 200, body: '<html>' } })),
	{ response: { status: 200, body: { error: 'no' } } },
	{ response: { status: 200, body: { messageId: 'false', id: ' ' } } },
	{ response: KNOWN_FAULTS.subscriptionLapsed },
];

const randomFault = fc.record({
	one: fc.constantFrom(...FAULTS),
	paths: fc.constantFrom(Object.values(METHODS), ['/pin-message']),
	every: fc.integer({ min: 1, max: 6 }),
	once: fc.boolean(),
	times: fc.integer({ min: 1, max: 20 }),
});

const VALID = [true, true, true, true, true, true, true, false];

const HOPS = [undefined, ...Object.values(TLS_BREAKS)];

const PARAMETERS = {
	sendAndPin: SEND_ANY,
	pin: { ...SEND_ANY, operation: 'pin', messageId: '={{ $json.id }}' },
};

/**
 * Strikes random items with random faults, and compares what they say with what the sandbox did. Shortens
 * time, so call it once in a test.
 *
 * @returns how many items there were
 */
export async function checkTruth(operation: keyof typeof PARAMETERS, runs: number) {
	speedUpClock();
	trustTlsHops();
	let count = 0;
	const property = fc.asyncProperty(
		fc.array(randomFault, { maxLength: 4 }),
		// Some are refused before anything is sent.
		fc.array(fc.constantFrom(...VALID), { maxLength: 25, size: 'max' }),
		fc.integer({ min: 1, max: 8 }),
		fc.record({ maxConcurrentRequests: fc.integer({ min: 1, max: 30 }), retries: fc.nat(1) }),
		fc.constantFrom(...HOPS),
		fc.constantFrom(toNotices, toAnyNotices),
		async (faults, areValid, chats, options, breaksWith, toSome) => {
			const sandbox = await startSandbox(CANARIES);
			const hop = breaksWith && (await startTlsHop(sandbox.url, breaksWith));
			sandbox.faults.set(
				...faults.flatMap(({ one, paths, ...when }) =>
					paths.map((path) => ({ ...one, ...when, path })),
				),
			);
			const notices = toSome(areValid.length, chats).map((notice, index) => ({
				...notice,
				id: `M${index}`,
				chat: areValid[index] ? notice.chat : 'Ana',
			}));
			const { items = [] } = await runPinNode(
				{ ...credentialOf(sandbox), ...(hop && { baseUrl: hop.url }) },
				{ ...PARAMETERS[operation], options },
				{ items: notices, binary: FILES, onError: 'continueRegularOutput' },
			).finally(async () => {
				hop?.close();
				await sandbox.close();
			});
			const pairs = items.map(({ pairedItem }) => pairedItem);
			expect(pairs).toStrictEqual(notices.map((_, item) => ({ item })));
			const untruths =
				operation === 'pin'
					? findUntruePins(sandbox, items)
					: findUntruths(sandbox, notices, items);
			expect(untruths).toStrictEqual([]);
			expect(accountOf(sandbox)).toMatchObject({ acceptedTwice: 0 });
			count += items.length;
		},
	);
	// Several at once, as most of the time is back-off. Without shrinking, which takes minutes.
	const assertions = Array.from({ length: 5 }, async () => {
		await fc.assert(property, { numRuns: Math.ceil(runs / 5), endOnFailure: true });
	});
	await Promise.all(assertions);
	return count;
}

/** What the items of Pin say of M0, M1, … that isn't so. In words; empty when all is well. */
function findUntruePins(sandbox: Sandbox, items: INodeExecutionData[]): string[] {
	const { accepted } = accountOf(sandbox);
	return items.flatMap(({ json: { error, description } }, index) => {
		const isTrue = accepted.has(`M${index}`)
			? error === undefined || String(description).includes(PERHAPS_PINNED)
			: error !== undefined;
		return isTrue ? [] : [`Item ${index}: ${error ?? 'accepted'}`];
	});
}
