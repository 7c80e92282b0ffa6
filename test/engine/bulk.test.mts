import { accountOf, credentialOf } from '../../sandbox/account.mts';
import { KNOWN_FAULTS } from '../../sandbox/faults.mts';
import { runPinNode } from '../support/engine.mts';
import { speedUpClock } from '../support/fastClock.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';
import { checkTruth } from '../support/truth.mts';

const sandbox = useSandbox();

const toItems = (count: number, prefix = 'M') =>
	Array.from({ length: count }, (_, index) => ({
		id: `${prefix}${index}`,
		chat: `${5511900000000 + index}`,
	}));

/** Each item pins in a chat of its own: one chat gets its pins one after the other. */
const MESSAGE_ID = {
	phone: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
	messageId: '={{ $json.id }}',
};

const idsSent = (to = sandbox) =>
	pinsSent(to).map(({ body }) => (body as { messageId: string }).messageId);

test('keeps the order of the input if later items get their response first', async () => {
	const slowest = { path: '/pin-message', times: 1, response: 'reset' } as const;
	sandbox.faults.set(slowest);
	const { items } = await runPinNode(credentialOf(sandbox), MESSAGE_ID, { items: toItems(20) });
	expect(items?.map(({ pairedItem }) => pairedItem)).toStrictEqual(
		Array.from({ length: 20 }, (_, item) => ({ item })),
	);
	expect(idsSent().at(-1)).toBe('M0');
});

test('Max Concurrent Requests limits the requests in flight', async () => {
	sandbox.faults.latencyMs = 50;
	const options = { maxConcurrentRequests: 7 };
	await runPinNode(credentialOf(sandbox), { ...MESSAGE_ID, options }, { items: toItems(21) });
	// And the one for the status of the connection.
	expect(sandbox.mostInFlight).toBe(8);
});

test('with a concurrency of 1, items run one after another, including their retries', async () => {
	sandbox.faults.set({ every: 2, once: true, response: { status: 500 } });
	const options = { maxConcurrentRequests: 1 };
	await runPinNode(credentialOf(sandbox), { ...MESSAGE_ID, options }, { items: toItems(4) });
	expect(idsSent()).toStrictEqual(['M0', 'M0', 'M1', 'M2', 'M2', 'M3']);
});

test('requests of one chat arrive in the order of the items, including their retries', async () => {
	sandbox.faults.set({ every: 3, once: true, response: { status: 500 } });
	// The first and the third are one chat: WhatsApp knows Brazilian numbers with and without their ninth digit.
	const chats = ['5511987654321', '5511900000001', '551187654321', '5511900000001'];
	const items = toItems(12).map(({ id }, index) => ({ id, chat: chats[index % 4] ?? '' }));
	await runPinNode(credentialOf(sandbox), MESSAGE_ID, { items });
	const sent = [0, 1].map((chat) => idsSent().filter((id) => Number(id.slice(1)) % 2 === chat));
	expect(sent.map((ids) => [...new Set(ids)])).toStrictEqual([
		['M0', 'M2', 'M4', 'M6', 'M8', 'M10'],
		['M1', 'M3', 'M5', 'M7', 'M9', 'M11'],
	]);
	expect(pinsSent(sandbox)).toHaveLength(12 + 4);
});

test.each([
	[{ maxConcurrentRequests: 0 }, 'Max Concurrent Requests'],
	[{ maxConcurrentRequests: 501 }, 'Max Concurrent Requests'],
	[{ retries: -1 }, 'Retries'],
	[{ retries: 1.5 }, 'Retries'],
	[{ retries: '={{ "many" }}' }, 'Retries'],
	[{ timeout: 0 }, 'Timeout'],
])('refuses the options %j before anything is sent', async (options, name) => {
	const items = toItems(2);
	const stopped = await runPinNode(credentialOf(sandbox), { ...MESSAGE_ID, options }, { items });
	expect(stopped.error?.message).toBe(`'${name}' is out of range`);
	expect(stopped.error?.description).toMatch(/^Use a whole number from \d+ to \d+\./);
	const continued = await runPinNode(
		credentialOf(sandbox),
		{ ...MESSAGE_ID, options },
		{ items, onError: 'continueRegularOutput' },
	);
	expect(continued.items?.map(({ json }) => json.error)).toStrictEqual([
		`'${name}' is out of range`,
		`'${name}' is out of range`,
	]);
	expect(sandbox.requests).toHaveLength(0);
});

test('if one of many items is refused, nothing is sent, and the message says so', async () => {
	const items = [...toItems(10), { id: '', chat: '5511999999999' }, ...toItems(10)];
	const { error } = await runPinNode(credentialOf(sandbox), MESSAGE_ID, { items });
	expect(error?.message).toBe("'Message ID' is empty [item 10]");
	expect(error?.description).toMatch(/Nothing was sent\.$/);
	expect(sandbox.requests).toHaveLength(0);
});

test('an item that fails for good stops the node, and the description says how many items are done', async () => {
	sandbox.faults.latencyMs = 20;
	const items = toItems(100);
	// The fault stays with the message that it meets first.
	const lapsed = { every: 1000, response: KNOWN_FAULTS.subscriptionLapsed };
	sandbox.faults.set({ path: '/pin-message', ...lapsed });
	const onError = 'continueRegularOutput';
	await runPinNode(credentialOf(sandbox), MESSAGE_ID, { items: items.slice(50, 51), onError });
	sandbox.requests.length = 0;
	const options = { maxConcurrentRequests: 10 };
	const { error, items: output } = await runPinNode(
		credentialOf(sandbox),
		{ ...MESSAGE_ID, options },
		{ items },
	);
	expect(output).toBeUndefined();
	expect(error?.message).toBe('The subscription of the Z-API instance has lapsed [item 50]');
	const { accepted: pinned } = accountOf(sandbox);
	const last = Math.max(...[...pinned].map((id) => Number(id.slice(1))));
	expect(error?.description).toMatch(
		new RegExp(
			` ${pinned.size} of 100 items are done(?: \\(0.*\\))?, the last of them is item ${last}\\.`,
		),
	);
	expect(idsSent().filter((id) => !pinned.has(id))).toStrictEqual(['M50']);
	expect(toItems(41).filter(({ id }) => !pinned.has(id))).toStrictEqual([]);
	expect(pinned.size).toBeLessThan(50 + 10);
});

test('200 items at a limit of 100 requests per second are all pinned, none twice', async () => {
	sandbox.faults.requestsPerSecond = 100;
	const { items } = await runPinNode(credentialOf(sandbox), MESSAGE_ID, { items: toItems(200) });
	expect(items).toHaveLength(200);
	expect(accountOf(sandbox)).toMatchObject({ acceptedTwice: 0 });
	expect(accountOf(sandbox).accepted.size).toBe(200);
	// The simulation has the exact bound: how fast this machine is must not decide.
	expect(sandbox.requests.length).toBeLessThan(2 * 200);
});

test('10 of 40 chats always refuse: every healthy item is accepted', async () => {
	sandbox.faults.latencyMs = 20;
	sandbox.faults.set({ path: '/pin-message', every: 4, response: { status: 429 } });
	const { items } = await runPinNode(
		credentialOf(sandbox),
		// With more retries, the chats that refuse are tried for half a minute.
		{ ...MESSAGE_ID, options: { retries: 0 } },
		{ items: toItems(40), onError: 'continueRegularOutput' },
	);
	expect(items?.map(({ json }) => json.state ?? json.code)).toStrictEqual(
		toItems(40).map((_, index) => (index % 4 ? 'accepted' : 'tooManyRequests')),
	);
	expect(pinsSent(sandbox)).toHaveLength(40);
});

test('several executions with one instance complete at its rate limit', async () => {
	sandbox.faults.requestsPerSecond = 100;
	const runs = await Promise.all(
		['A', 'B', 'C'].map(async (prefix) => {
			return await runPinNode(credentialOf(sandbox), MESSAGE_ID, { items: toItems(60, prefix) });
		}),
	);
	expect(runs.map(({ items }) => items?.length)).toStrictEqual([60, 60, 60]);
	expect(accountOf(sandbox)).toMatchObject({ acceptedTwice: 0 });
	expect(accountOf(sandbox).accepted.size).toBe(180);
});

test('a refused item says so, although Z-API refuses all others', async () => {
	speedUpClock();
	sandbox.faults.set({ path: '/pin-message', response: { status: 429 } });
	const items = toItems(40).map((item, index) => (index % 2 ? { ...item, id: '' } : item));
	const { items: output = [] } = await runPinNode(
		credentialOf(sandbox),
		{ ...MESSAGE_ID, options: { retries: 0 } },
		{ items, onError: 'continueRegularOutput' },
	);
	expect(output.map(({ json }) => json.code)).toStrictEqual(
		items.map((_, index) => (index % 2 ? 'invalidParameter' : 'tooManyRequests')),
	);
	expect(pinsSent(sandbox).length).toBeLessThan(40);
});

test.each([
	// And the one for the status of the connection.
	['requests are under way', 6, () => sandbox.faults.set({ response: 'silence' })],
	['items wait for a retry', 0, () => sandbox.faults.set({ response: { status: 500 } })],
	[
		'all items pause',
		0,
		() => sandbox.faults.set({ response: { status: 429, headers: { 'retry-after': '30' } } }),
	],
])(
	'Stop ends the execution while %s, and nothing is sent afterwards',
	async (_what, inFlight, prepare) => {
		prepare();
		let sent = 0;
		const options = { maxConcurrentRequests: 5 };
		const { items } = await runPinNode(
			credentialOf(sandbox),
			{ ...MESSAGE_ID, options },
			{
				items: toItems(50),
				cancelWhen: () => {
					sent = sandbox.requests.length;
					return sent >= 6 && sandbox.inFlight <= inFlight;
				},
			},
		);
		expect(items).toBeUndefined();
		expect(sandbox.requests).toHaveLength(sent);
	},
);

test('with random faults, items, order, pairing and the sandbox agree', async () => {
	await checkTruth('pin', 20);
}, 180_000);
