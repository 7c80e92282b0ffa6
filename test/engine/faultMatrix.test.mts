import { credentialOf } from '../../sandbox/account.mts';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Line, runFaultMatrix, toTable } from '../support/faultMatrix.mts';
import { runPinNode } from '../support/engine.mts';

const DOCUMENT = `${__dirname}/../../docs/faults.md`;

let lines: Line[];

beforeAll(async () => {
	lines = await runFaultMatrix(async (sandbox, messageIds, { timeout, baseUrl }) => {
		const credential = credentialOf(sandbox);
		const { items = [], trace } = await runPinNode(
			{ ...credential, ...(baseUrl && { baseUrl }) },
			{
				phone: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
				messageId: '={{ $json.messageId }}',
				options: { timeout },
			},
			{
				items: messageIds.map((messageId, index) => ({
					...{ messageId, chat: `${5511900000000 + index}` },
				})),
				onError: 'continueRegularOutput',
			},
		);
		return { items, trace };
	}, 16);
}, 180_000);

test('no item is lost, misreported, mispaired or sent twice, and no secret is found', () => {
	expect(lines.filter(({ violations }) => violations.length > 0)).toStrictEqual([]);
	expect(lines.filter(({ sentTwice }) => sentTwice > 0)).toStrictEqual([]);
});

test('every item is pinned after a temporary fault that is over at the next attempt', () => {
	const over = lines.filter(({ pattern, isTemporary }) => isTemporary && pattern.includes('once'));
	expect(over.length).toBeGreaterThan(10);
	for (const line of over) {
		expect(line).toMatchObject({ pinned: line.items, reportedPinned: line.items });
	}
});

test('no item has more attempts than its retries allow, unless the service is only slow', () => {
	const others = lines.filter(({ fault }) => !/429|503/.test(fault));
	for (const { items, requests } of others) expect(requests).toBeLessThanOrEqual(4 * items);
});

test('a fault that is not temporary is not retried', () => {
	for (const line of lines.filter(({ isTemporary, requests }) => !isTemporary && requests > 0)) {
		expect(line.requests).toBe(line.items);
	}
});

test('the table in the documentation has the same results', () => {
	const document = readFileSync(DOCUMENT, 'utf8');
	const [introduction] = document.split('\n| ');
	const seen = `${introduction}\n${toTable(lines)}\n`;
	if (process.env.UPDATE_DOCS) writeFileSync(DOCUMENT, seen);
	// How often an overloaded service is asked depends on the moment.
	const withoutRequests = (text: string) => text.replace(/\d+ \|$/gm, '');
	expect(withoutRequests(readFileSync(DOCUMENT, 'utf8'))).toBe(withoutRequests(seen));
});
