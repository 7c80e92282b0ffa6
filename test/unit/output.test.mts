import { toProgress, toQueued } from '../../nodes/ZApiPinMessage/execution/output';

const done = { ok: true, value: {} } as const;
const failed = { ok: false, error: new Error('no') } as const;

test.each<[attempts: Parameters<typeof toProgress>[0], sentence: string]>([
	[[undefined], '0 of 1 item is done.'],
	[[done], '1 of 1 item is done, the last of them is item 0.'],
	[[failed, undefined], '0 of 2 items are done.'],
	[[failed, done, undefined], '1 of 3 items is done, the last of them is item 1.'],
	[[done, done, failed], '2 of 3 items are done, the last of them is item 1.'],
	[[done, undefined, done], '2 of 3 items are done, the last of them is item 2.'],
])('how far it came: %j', (attempts, sentence) => {
	expect(toProgress(attempts)).toBe(sentence);
});

test('what is queued has no end yet, and keeps the order of its fields', () => {
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
