import { makeHints } from '../../nodes/ZApiPinMessage/execution/hints';

const NO_PAUSES = { pauses: 0, pausedMs: 0 };

const toPins = (chat: string, ...messageIds: string[]) =>
	messageIds.map((messageId) => ({
		ok: true as const,
		value: { action: 'pin', chat, messageId, duration: '7_days', state: 'accepted' },
	}));

const failed = { ok: false, error: new Error('no') } as const;

test.each([
	['nothing', []],
	['three pins for one chat', toPins('A', '1', '2', '3')],
	['one pin for each of four chats', ['A', 'B', 'C', 'D'].flatMap((chat) => toPins(chat, '1'))],
	['the same message four times', toPins('A', '1', '2', '3', '1', '2')],
	['four failed items', [failed, failed, failed, failed]],
	['a list of chats', [{ ok: true as const, value: toPins('A', '1').map(({ value }) => value) }]],
	[
		'four unpins',
		toPins('A', '1', '2', '3', '4').map(({ value }) => ({
			...{ ok: true as const, value: { ...value, duration: undefined } },
		})),
	],
])('there is no hint for %s', (_what, attempts) => {
	expect(makeHints(attempts, NO_PAUSES)).toStrictEqual([]);
});

test.each([
	[toPins('A', '1', '2', '3', '4'), 'accepted for one chat.'],
	[
		[...toPins('A', '1', '2', '3', '4'), ...toPins('B', '1', '2', '3', '4'), ...toPins('C', '1')],
		'accepted for each of 2 chats.',
	],
])('more than three pins for a chat give a hint', (attempts, words) => {
	const [hint] = makeHints(attempts, NO_PAUSES);
	expect(hint).toMatchObject({ type: 'warning', location: 'outputPane' });
	expect(hint?.message).toContain(words);
});

test('queued items give a hint about the connection', () => {
	const value = { action: 'unpin', chat: 'A', messageId: '1', state: 'queued' };
	const [hint, ...others] = makeHints([failed, { ok: true, value }], NO_PAUSES);
	expect(hint).toMatchObject({ type: 'warning', location: 'outputPane' });
	expect(hint?.message).toMatch(/not connected .+ keeps .+1,000 .+ until it is connected again/);
	expect(others).toStrictEqual([]);
});

test.each([
	[1, 1000, 'once, so the node waited 1 s in total.'],
	[1, 30, 'once, so the node waited 1 s in total.'],
	[1, 1003, 'once, so the node waited 1 s in total.'],
	[3, 7600, '3 times, so the node waited 8 s in total.'],
])('%i pauses of %i ms give a hint', (pauses, pausedMs, words) => {
	const [hint] = makeHints([], { pauses, pausedMs });
	expect(hint).toMatchObject({ type: 'info', location: 'outputPane' });
	expect(hint?.message).toBe(`Z-API was busy or asked for fewer requests ${words}`);
});
