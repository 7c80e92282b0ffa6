import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { isDeeperThan } from '../../nodes/shared/json';
import { receive } from '../../nodes/shared/transport/transport';

test.each<[value: unknown, depth: number]>([
	['text', 0],
	[null, 0],
	[{}, 1],
	[[1, null, 'text'], 1],
	[{ a: 1, b: [{}] }, 3],
	[[[], [[]]], 3],
])('%j is %d deep', (value, depth) => {
	expect(isDeeperThan(depth, value)).toBe(false);
	if (depth > 0) expect(isDeeperThan(depth - 1, value)).toBe(true);
});

test('after a response, nothing waits for its deadline, as this would keep it in memory', async () => {
	const timeout = jest.spyOn(AbortSignal, 'timeout');
	const response = { statusCode: 200, headers: {}, body: Readable.from([Buffer.from('{"a":1}')]) };
	expect(await receive(Promise.resolve(response), 60_000)).toMatchObject({ body: { a: 1 } });
	const deadline = timeout.mock.results[0]?.value as AbortSignal;
	expect(getEventListeners(deadline, 'abort')).toStrictEqual([]);
});
