import { explain, toProgress, toQueued } from '../../nodes/ZApiPinMessage/execution/output';
import type { Job } from '../../nodes/ZApiPinMessage/operations/operation';
import { toZApiError, ZApiError } from '../../nodes/shared/zApiError';

const done = { ok: true, value: {} } as const;
const failed = { ok: false, error: new Error('no') } as const;

const SENT = { message: 'The message was sent', description: 'Pin it.' };

const toJob = (partlyDone?: typeof SENT): Job => ({
	identity: {},
	attempt: async () => done,
	...(partlyDone && { partlyDone }),
});

test.each<[attempts: Parameters<typeof toProgress>[1], sentence: string]>([
	[[undefined], '0 of 1 item is done.'],
	[[done], '1 of 1 item is done, the last of them is item 0.'],
	[[failed, undefined], '0 of 2 items are done.'],
	[[failed, done, undefined], '1 of 3 items is done, the last of them is item 1.'],
	[[done, done, failed], '2 of 3 items are done, the last of them is item 1.'],
	[[done, undefined, done], '2 of 3 items are done (0, 2), the last of them is item 2.'],
	[
		[done, done, failed, done, done, done, undefined, done],
		'6 of 8 items are done (0–1, 3–5, 7), the last of them is item 7.',
	],
])('progress: %j', (attempts, sentence) => {
	const jobs = attempts.map(() => toJob());
	expect(toProgress(jobs, attempts)).toBe(sentence);
});

test('the progress lists partly done items, except the reported one and those that are done', () => {
	const jobs = [toJob(SENT), toJob(SENT), toJob(), toJob(SENT)];
	expect(toProgress(jobs, [failed, undefined, failed, done], 0)).toBe(
		'1 of 4 items is done, the last of them is item 3. Item 1: The message was sent. Pin it.',
	);
});

test('the progress lists all partly done items', () => {
	const jobs = Array.from({ length: 70 }, () => toJob(SENT));
	const sentence = toProgress(jobs, Array(70).fill(undefined));
	expect(sentence.match(/Item \d+: The message was sent\./g)).toHaveLength(70);
});

test('a message says first what is partly done, then why the rest is not done', () => {
	const busy = toZApiError({ statusCode: 429 }, []);
	expect(explain(busy, toJob())).toBe(busy);
	expect(explain(busy)).toBe(busy);
	const error = explain(busy, toJob(SENT));
	expect(error).toBeInstanceOf(ZApiError);
	expect(error).toMatchObject({
		message: 'The message was sent',
		description: 'Pin it. Z-API asks for fewer requests. Wait a minute, then try again.',
		...{ httpCode: '429', failure: { name: 'tooManyRequests', retry: 'pause' } },
	});
});

test('an unexpected error does not hide what is partly done', () => {
	expect(explain(new Error('Maximum call stack size exceeded'), toJob(SENT))).toMatchObject({
		message: 'The message was sent',
		description: 'Pin it. Maximum call stack size exceeded.',
		failure: { name: 'unexpected' },
	});
});

test('a queued item has no expiry, and keeps the order of its fields', () => {
	const value = {
		action: 'pin',
		duration: '7_days',
		expiresAt: 'x',
		state: 'accepted',
		response: {},
	};
	const queued = toQueued({ ok: true, value });
	expect(JSON.stringify(queued)).toBe(
		'{"ok":true,"value":{"action":"pin","duration":"7_days","state":"queued","response":{}}}',
	);
	expect(value.state).toBe('accepted');
	expect(toQueued(failed)).toBe(failed);
});
