import { makeHints } from '../../nodes/ZApiPinMessage/execution/hints';
import type { Item } from '../../nodes/ZApiPinMessage/execution/output';
import type { AttemptResult } from '../../nodes/ZApiPinMessage/operations/operation';
import type { Output, Progress } from '../../nodes/ZApiPinMessage/operations/operation';
import { pin } from '../../nodes/ZApiPinMessage/operations/pin';

/** The results of items that came so far. */
const hintsOf = (
	results: Array<AttemptResult<Output>>,
	pauses: Parameters<typeof makeHints>[1],
	progress: Progress = { step: 'nothing' },
) => {
	const items = results.map((result, itemIndex): [Item, AttemptResult<Output>] => [
		{ itemIndex, operation: pin, identity: {}, values: {}, progress },
		result,
	]);
	return makeHints(new Map(items), pauses);
};

const CHAT = {
	chat: '1',
	name: 'Ana',
	isGroup: false,
	isAnnouncement: false,
	archived: false,
	unread: 0,
};

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
			ok: true as const,
			value: { ...value, duration: undefined },
		})),
	],
])('there is no hint for %s', (_what, attempts) => {
	expect(hintsOf(attempts, NO_PAUSES)).toStrictEqual([]);
});

test.each([
	[toPins('A', '1', '2', '3', '4'), 'accepted for one chat.'],
	[
		[...toPins('A', '1', '2', '3', '4'), ...toPins('B', '1', '2', '3', '4'), ...toPins('C', '1')],
		'accepted for each of 2 chats.',
	],
])('more than three pins for a chat give a hint', (attempts, words) => {
	const [hint] = hintsOf(attempts, NO_PAUSES);
	expect(hint).toMatchObject({ type: 'warning', location: 'outputPane' });
	expect(hint?.message).toContain(words);
});

test('queued items give a hint about the connection', () => {
	const value = { action: 'unpin', chat: 'A', messageId: '1', state: 'queued' };
	const [hint, ...others] = hintsOf([failed, { ok: true, value }], NO_PAUSES);
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
	const [hint] = hintsOf([], { pauses, pausedMs });
	expect(hint).toMatchObject({ type: 'info', location: 'outputPane' });
	expect(hint?.message).toBe(`Z-API was busy or asked for fewer requests ${words}`);
});

const ONE = { found: new Map([['1', CHAT]]), filter: '', limit: 1 };

test.each<[what: string, search: NonNullable<Progress['search']>, words: RegExp[]]>([
	[
		'a list that may be incomplete',
		{ found: new Map(), isCutOff: true, filter: '', limit: 50 },
		[/^Z-API sent/, /^No chat matches\. /],
	],
	['as many chats as the limit', { ...ONE, page: 2 }, [/^There may be more chats: .+'Return All'/]],
	['more chats than the limit', { ...ONE, limit: 0, page: 2 }, [/^At least 1 more match: /]],
	['no chat', { ...ONE, found: new Map(), filter: 'Bloco' }, [/^No chat matches “Bloco”\. /]],
	['all chats', ONE, []],
])('hints about %s', (_what, search, words) => {
	const hints = hintsOf([{ ok: true, value: [] }], NO_PAUSES, { step: 'nothing', search });
	expect(hints.map(({ message }) => message)).toStrictEqual(
		words.map((word) => expect.stringMatching(word)),
	);
});
