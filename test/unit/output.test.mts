import {
	type IExecuteFunctions,
	type INode,
	NodeApiError,
	NodeOperationError,
	UserError,
} from 'n8n-workflow';
import {
	applyStatus,
	describeProgress,
	type Item,
	makeNodeError,
	makeOutput,
} from '../../nodes/ZApiPinMessage/execution/output';
import type { AttemptResult } from '../../nodes/ZApiPinMessage/operations/operation';
import { failed, type Output, type Step } from '../../nodes/ZApiPinMessage/operations/operation';
import { pin } from '../../nodes/ZApiPinMessage/operations/pin';
import { toZApiError } from '../../nodes/shared/transport/zApiError';

type Result = AttemptResult<Output>;

const done: Result = { ok: true, value: {} };
const no: Result = { ok: false, error: new Error('no') };
const OVERLOADED = toZApiError({ statusCode: 429 }, []);

/** An item that has come so far; after a message was accepted, its ID is 3EB0. */
const itemAt = (step: Step = 'nothing', itemIndex = 0): Item => ({
	itemIndex,
	operation: pin,
	identity: { chat: '1', messageId: null },
	values: {},
	progress: {
		step,
		...(step.startsWith('messageAccepted') && { sent: { messageId: '3EB0', response: {} } }),
	},
});

/** The items of these results; one without a result was not finished. */
const withResults = (results: Array<Result | undefined>, steps: Step[] = []) => {
	const items = results.map((_, index) => itemAt(steps[index], index));
	const map = new Map<Item, Result>();
	for (const [index, item] of items.entries()) {
		const result = results[index];
		if (result) map.set(item, result);
	}
	return { items, results: map };
};

test.each<[results: Array<Result | undefined>, sentence: string]>([
	[[undefined], 'Nothing was sent.'],
	[[done], '1 of 1 item is done, the last of them is item 0.'],
	[[no, undefined], 'Nothing was sent.'],
	[[no, done, undefined], '1 of 3 items is done, the last of them is item 1.'],
	[[done, done, done, no], '3 of 4 items are done, the last of them is item 2.'],
	[[done, done, no], '2 of 3 items are done, the last of them is item 1.'],
	[[done, undefined, done], '2 of 3 items are done (0, 2), the last of them is item 2.'],
	[
		[done, done, no, done, done, done, undefined, done],
		'6 of 8 items are done (0–1, 3–5, 7), the last of them is item 7.',
	],
])('progress: %j', (all, sentence) => {
	const { items, results } = withResults(all);
	expect(describeProgress(items, results)).toBe(sentence);
});

test('nothing was sent is only said if it is certain', () => {
	const { items, results } = withResults([no, no], ['pinPerhapsAccepted', 'nothing']);
	expect(describeProgress(items, results)).toBe('0 of 2 items are done.');
});

const ACCEPTED = 'Z-API accepted the message, but not its pin';

test('the progress lists partly done items, except the reported one and those that are done', () => {
	const { items, results } = withResults(
		[no, undefined, no, done],
		['messageAccepted', 'messageAccepted', 'nothing', 'messageAccepted'],
	);
	expect(describeProgress(items, results, items[0])).toBe(
		`1 of 4 items is done, the last of them is item 3. Item 1: ${ACCEPTED}. Pin it with 'Message ID' 3EB0; don't send it again.`,
	);
});

test('the progress lists all partly done items', () => {
	const { items, results } = withResults(
		Array.from({ length: 70 }, () => undefined),
		Array.from({ length: 70 }, () => 'messagePerhapsAccepted'),
	);
	const sentence = describeProgress(items, results);
	expect(sentence.match(/Item \d+: The message may have been sent\./g)).toHaveLength(70);
});

const NODE = { name: 'Pin', type: 'zApiPinMessage' } as INode;

test.each<[step: Step, message: string, description: RegExp]>([
	['nothing', 'Z-API asks for fewer requests', /^Wait a minute, then try again\.$/],
	[
		'pinPerhapsAccepted',
		'Z-API asks for fewer requests',
		/^Wait a minute, .+\. If the message is pinned/,
	],
	['unpinPerhapsAccepted', 'Z-API asks for fewer requests', /unpin it again\.$/],
	[
		'messagePerhapsAccepted',
		'The message may have been sent',
		/^Look in the chat before you send it again\. Z-API asks for fewer requests\. Wait a minute, then try again\.$/,
	],
	['messageAccepted', ACCEPTED, /^Pin it with 'Message ID' 3EB0; don't send it again\. Z-API asks/],
	[
		'messageAcceptedPinPerhaps',
		'Z-API accepted the message, but its pin is not confirmed',
		/^Pin it with 'Message ID' 3EB0; don't send it again\. Z-API asks/,
	],
])('after %s, the message is: %s', (step, message, description) => {
	const error = makeNodeError(NODE, OVERLOADED, itemAt(step));
	expect(error).toMatchObject({ message, description: expect.stringMatching(description) });
	expect(error).toHaveProperty('httpCode', '429');
});

test('only an error of one of several items names the item', () => {
	const item = itemAt('nothing', 3);
	expect(makeNodeError(NODE, OVERLOADED, item).message).not.toContain('[item');
	expect(makeNodeError(NODE, OVERLOADED, item, { isNamed: true }).message).toBe(
		'Z-API asks for fewer requests [item 3]',
	);
});

test('an unexpected error is passed on as it is, unless a part is done', () => {
	const unexpected = new Error('Maximum call stack size exceeded');
	expect(makeNodeError(NODE, unexpected, itemAt('pinPerhapsAccepted'))).toBe(unexpected);
	expect(makeNodeError(NODE, unexpected, itemAt('messageAccepted'))).toMatchObject({
		message: ACCEPTED,
		description: expect.stringMatching(/3EB0.*Maximum call stack size exceeded\.$/),
	});
});

test('an AI agent gets the message and the description as one text', () => {
	const error = makeNodeError({ ...NODE, type: 'zApiPinMessageTool' }, OVERLOADED, itemAt());
	expect(error.message).toBe('Z-API asks for fewer requests. Wait a minute, then try again.');
});

test.each([
	['connected', { state: 'accepted', expiresAt: 'x' }],
	['unknown', { state: 'accepted' }],
	['notConnected', { state: 'queued' }],
] as const)('if the status is %s, an accepted pin has: %j', (status, fields) => {
	const value = { action: 'pin', state: 'accepted', expiresAt: 'x' };
	expect(applyStatus({ ok: true, value }, status)).toStrictEqual({
		ok: true,
		value: { action: 'pin', ...fields },
	});
	expect(value.state).toBe('accepted');
	expect(applyStatus(no, status)).toBe(no);
	expect(applyStatus({ ok: true, value: { chat: '1' } }, status)).toHaveProperty('value', {
		chat: '1',
	});
});

const BINARY = { data: { mimeType: 'image/png', data: '' } };

const inputOf = (onError?: INode['onError']) => {
	const context = {
		getNode: () => ({ ...NODE, onError }),
		getInputData: () => [
			{ json: { messageId: 'input' }, binary: BINARY },
			{ json: { messageId: 'other' } },
		],
	};
	// It is asked for nothing else.
	return context as unknown as IExecuteFunctions;
};

test('each output item has its own input item', () => {
	const { results } = withResults([
		{ ok: true, value: [{ chat: '1' }, { chat: '2' }] },
		{ ok: true, value: { chat: '3' } },
	]);
	expect(makeOutput(inputOf(), results, { isIncluded: false })).toStrictEqual([
		{ json: { chat: '1' }, pairedItem: { item: 0 } },
		{ json: { chat: '2' }, pairedItem: { item: 0 } },
		{ json: { chat: '3' }, pairedItem: { item: 1 } },
	]);
	const [first, , last] = makeOutput(inputOf(), results, { isIncluded: true });
	expect(first?.json).toStrictEqual({ messageId: 'input', zApi: { chat: '1' } });
	expect(first?.binary).toBe(BINARY);
	expect(last?.json).toStrictEqual({ messageId: 'other', zApi: { chat: '3' } });
	expect(last).not.toHaveProperty('binary');
});

const refused = (error: Error): Item => ({
	itemIndex: 0,
	identity: { chat: '1', messageId: null },
	progress: { step: 'nothing' },
	refusal: error,
});

test.each<[what: string, error: Error, item: Item, code: string, temporary: boolean]>([
	['a busy service', OVERLOADED, itemAt(), 'tooManyRequests', true],
	['the same after a pin', OVERLOADED, itemAt('pinPerhapsAccepted'), 'tooManyRequests', true],
	['the same after a message', OVERLOADED, itemAt('messageAccepted'), 'tooManyRequests', false],
	['an invalid parameter', new UserError('no'), itemAt(), 'invalidParameter', false],
	['a refused item', new Error('no'), refused(new Error('no')), 'invalidParameter', false],
	['an unexpected error', new Error('no'), itemAt(), 'unexpected', false],
])('the output of %s', (_what, error, item, code, temporary) => {
	const results = new Map([[item, failed(error)]]);
	const [output] = makeOutput(inputOf(), results, { isIncluded: false });
	expect(output).toMatchObject({ json: { code, temporary, chat: '1' }, pairedItem: { item: 0 } });
	expect(output?.json.error).toBe(makeNodeError(NODE, error, item, { isNamed: true }).message);
	expect(output?.json.messageId).toBe(item.progress.sent ? '3EB0' : null);
	expect(output).not.toHaveProperty('error');
	const [failedItem] = makeOutput(inputOf('continueErrorOutput'), results, { isIncluded: false });
	expect(failedItem).toHaveProperty('error.message', output?.json.error);
	expect(Object.keys(failedItem ?? {})).not.toContain('error');
});

test('an error that all items have in common names none of them', () => {
	const results = new Map([[itemAt(), failed(OVERLOADED)]]);
	const [output] = makeOutput(inputOf(), results, { isIncluded: false, isCommon: true });
	expect(output?.json.error).toBe('Z-API asks for fewer requests');
});

test('a failed item has a description, or null', () => {
	const fieldsOf = (error: Error) =>
		makeOutput(inputOf(), new Map([[itemAt(), failed(error)]]), { isIncluded: false })[0]?.json;
	expect(fieldsOf(OVERLOADED)?.description).toBe(OVERLOADED.description);
	expect(fieldsOf(new UserError('no'))).toHaveProperty('description', null);
});

test('a failed attempt says how to retry', () => {
	const error = toZApiError({ statusCode: 503, retryAfterMs: 2000 }, []);
	expect(failed(error)).toStrictEqual({ ok: false, error, retry: 'pause', retryAfterMs: 2000 });
	const other = new Error('no');
	expect(failed(other)).toStrictEqual({ ok: false, error: other });
});

test("n8n's own kinds of errors are used, with the progress at the end", () => {
	const input = new UserError('Chat is empty', { description: 'Use a phone number.' });
	const options = { isNamed: true, progress: '2 items are done.' };
	const refusedInput = makeNodeError(NODE, input, itemAt('nothing', 3), options);
	expect(refusedInput).toBeInstanceOf(NodeOperationError);
	expect(refusedInput).toMatchObject({
		message: 'Chat is empty [item 3]',
		description: 'Use a phone number. 2 items are done.',
		context: { itemIndex: 3 },
	});
	const request = makeNodeError(NODE, OVERLOADED, itemAt('nothing', 1), options);
	expect(request).toBeInstanceOf(NodeApiError);
	expect(request).toMatchObject({ httpCode: '429', context: { itemIndex: 1 } });
	const common = makeNodeError(NODE, new UserError('no'), undefined, { progress: 'None.' });
	expect(common).toMatchObject({ message: 'no', description: 'None.' });
});
