import { type IExecuteFunctions, type INode, UserError } from 'n8n-workflow';
import {
	explain,
	toOutput,
	toProgress,
	toQueued,
	toRefused,
} from '../../nodes/ZApiPinMessage/execution/output';
import { type Job, toFailed } from '../../nodes/ZApiPinMessage/operations/operation';
import { toZApiError, ZApiError } from '../../nodes/shared/transport/zApiError';

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
	[[done, done, done, failed], '3 of 4 items are done, the last of them is item 2.'],
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

test('a failure adds what may have been done before it', () => {
	const busy = toZApiError({ statusCode: 429 }, []);
	const unexpected = new Error('Maximum call stack size exceeded');
	const job = { ...toJob(), caution: 'Pin it again.' };
	expect(explain(busy, job)).toMatchObject({
		message: busy.message,
		description: `${busy.description} Pin it again.`,
		httpCode: '429',
		failure: { name: 'tooManyRequests', retry: 'pause' },
	});
	expect(explain(unexpected, job)).toBe(unexpected);
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

const inputOf = (onError?: INode['onError']) => {
	const context = {
		getNode: () => ({ name: 'Pin', type: 'zApiPinMessage', onError }),
		getInputData: () => [{ json: { messageId: 'input' } }, { json: { messageId: 'other' } }],
	};
	// It is asked for nothing else.
	return context as unknown as IExecuteFunctions;
};

const OVERLOADED = toZApiError({ statusCode: 503, body: {} }, []);

test('each output item has its own input item', () => {
	const attempts: Parameters<typeof toOutput>[2] = [
		{ ok: true, value: [{ chat: '1' }, { chat: '2' }] },
		{ ok: true, value: { chat: '3' } },
	];
	const jobs = [toJob(), toJob()];
	expect(toOutput(inputOf(), jobs, attempts, false)).toStrictEqual([
		{ json: { chat: '1' }, pairedItem: { item: 0 } },
		{ json: { chat: '2' }, pairedItem: { item: 0 } },
		{ json: { chat: '3' }, pairedItem: { item: 1 } },
	]);
	const [first, , last] = toOutput(inputOf(), jobs, attempts, true);
	expect(first?.json).toStrictEqual({ messageId: 'input', zApi: { chat: '1' } });
	expect(last?.json).toStrictEqual({ messageId: 'other', zApi: { chat: '3' } });
});

test.each<[what: string, error: Error, job: Partial<Job>, code: string, temporary: boolean]>([
	['an overloaded service', OVERLOADED, {}, 'serviceOverloaded', true],
	['the same after a part', OVERLOADED, { partlyDone: SENT }, 'serviceOverloaded', false],
	['an invalid parameter', new UserError('no'), {}, 'invalidParameter', false],
	['a refused job', new Error('no'), { refusal: new Error('no') }, 'invalidParameter', false],
	['an unexpected error', new Error('no'), {}, 'unexpected', false],
])('the output of %s', (_what, error, job, code, temporary) => {
	const jobs = [{ ...toJob(), identity: { chat: '1' }, ...job }];
	const attempts = [toFailed(error)];
	const [item] = toOutput(inputOf(), jobs, attempts, false);
	expect(item).toMatchObject({ json: { code, temporary, chat: '1' }, pairedItem: { item: 0 } });
	expect(item?.json.error).toMatch(/\w/);
	expect(item).not.toHaveProperty('error');
	const [failedItem] = toOutput(inputOf('continueErrorOutput'), jobs, attempts, false);
	expect(failedItem).toHaveProperty('error.message', item?.json.error);
	expect(Object.keys(failedItem ?? {})).not.toContain('error');
});

test('a failed item has a description if there is one', () => {
	const fieldsOf = (error: Error) => toOutput(inputOf(), [toJob()], [toFailed(error)], false)[0];
	expect(fieldsOf(OVERLOADED)?.json.description).toBe(OVERLOADED.description);
	expect(fieldsOf(new UserError('no'))?.json).not.toHaveProperty('description');
});

test('a failed attempt says how to retry', () => {
	const error = toZApiError({ statusCode: 503, retryAfterMs: 2000 }, []);
	expect(toFailed(error)).toStrictEqual({ ok: false, error, retry: 'pause', retryAfterMs: 2000 });
	const other = new Error('no');
	expect(toFailed(other)).toStrictEqual({ ok: false, error: other });
	expect(toRefused(other)).toStrictEqual({ ok: false, error: other });
});
