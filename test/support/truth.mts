import fc from 'fast-check';
import { WHAT_IS_DONE } from '../../nodes/ZApiPinMessage/execution/output';
import { accountOf, credentialOf } from '../../sandbox/account.mts';
import { type Fault, FAULTS_AFTER_ACCEPTANCE, KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { CANARIES } from './canaries.mts';
import { type Outcome, runPinNode } from './engine.mts';
import { speedUpClock } from './fastClock.mts';
import { findUntruths, type Notice, SEND_AND_PIN, toNotices } from './notices.mts';
import { startTlsHop, TLS_BREAKS, trustTlsHops } from './tlsHop.mts';

const PERHAPS_PINNED =
	WHAT_IS_DONE.pinPerhapsAccepted?.advice({ step: 'pinPerhapsAccepted' }) ?? '';

/** Whatever can happen to a request. Behind a hop, `garbage` breaks TLS. */
const FAULTS: Array<Pick<Fault, 'response' | 'isDone'>> = [
	...[408, 429, 500, 502, 503].map((status) => ({ response: { status } })),
	{ response: { status: 503, body: { error: 'Overloaded' } } },
	{ response: { status: 503, headers: { 'retry-after': '1' } } },
	{ response: { status: 503, body: 'upstream: connection termination' }, isDone: true },
	...Object.values(FAULTS_AFTER_ACCEPTANCE).filter(
		// Z-API's own text says that it was not done: this one would be a lie of Z-API's.
		(fault) => fault !== FAULTS_AFTER_ACCEPTANCE.text503,
	),
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
	path: fc.constantFrom('/send-text', '/pin-message'),
	every: fc.integer({ min: 1, max: 6 }),
	once: fc.boolean(),
	times: fc.integer({ min: 1, max: 20 }),
});

const VALID = [true, true, true, true, true, true, true, false];

const HOPS = [undefined, ...Object.values(TLS_BREAKS)];

const PARAMETERS = {
	sendAndPin: SEND_AND_PIN,
	pin: { ...SEND_AND_PIN, operation: 'pin', messageId: '={{ $json.text }}' },
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
		async (faults, areValid, chats, options, breaksWith) => {
			const sandbox = await startSandbox(CANARIES);
			const hop = breaksWith && (await startTlsHop(sandbox.url, breaksWith));
			sandbox.faults.set(...faults.map(({ one, ...when }) => ({ ...one, ...when })));
			const notices = toNotices(areValid.length, chats).map((notice, index) => ({
				...notice,
				text: areValid[index] ? `M${index}` : '',
			}));
			const { items = [] } = await runPinNode(
				{ ...credentialOf(sandbox), ...(hop && { baseUrl: hop.url }) },
				{ ...PARAMETERS[operation], options },
				{ items: notices, onError: 'continueRegularOutput' },
			).finally(async () => {
				hop?.close();
				await sandbox.close();
			});
			const pairs = items.map(({ pairedItem }) => pairedItem);
			expect(pairs).toStrictEqual(notices.map((_, item) => ({ item })));
			const find = operation === 'pin' ? findUntruePins : findUntruths;
			expect(find(sandbox, notices, items)).toStrictEqual([]);
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

/** What items of Pin say, each with its text as the message ID. In words; empty when all is well. */
function findUntruePins(sandbox: Sandbox, notices: Notice[], items: Outcome['items'] = []) {
	const { accepted } = accountOf(sandbox);
	return notices.flatMap(({ text }, index) => {
		const { error, description } = items[index]?.json ?? {};
		const isTrue = accepted.has(text)
			? error === undefined || String(description).includes(PERHAPS_PINNED)
			: error !== undefined;
		return isTrue ? [] : [`Item ${index}: ${error ?? 'accepted'}`];
	});
}
