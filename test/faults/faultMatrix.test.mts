import { credentialOf } from '../../sandbox/account.mts';
import { readFileSync, writeFileSync } from 'node:fs';
import {
	isRefused,
	isSending,
	type Line,
	RETRIES,
	runFaultMatrix,
	toResult,
	toTables,
} from '../support/faultMatrix.mts';
import { runPinNode } from '../support/engine.mts';
import { FILES } from '../support/notices.mts';
import { trustTlsHops } from '../support/tlsHop.mts';

const DOCUMENT = `${__dirname}/../../docs/faults.md`;

let lines: Line[];

beforeAll(async () => {
	trustTlsHops();
	lines = await runFaultMatrix(async (sandbox, items, parameters, baseUrl) => {
		const credential = { ...credentialOf(sandbox), ...(baseUrl && { baseUrl }) };
		const outcome = await runPinNode(credential, parameters, {
			items,
			binary: FILES,
			onError: 'continueRegularOutput',
		});
		return { items: outcome.items ?? [], trace: outcome.trace };
	}, 16);
}, 400_000);

test('no item is lost, misreported, mispaired or sent twice, and no secret is found', () => {
	expect(lines.filter(({ violations }) => violations.length > 0)).toStrictEqual([]);
	expect(lines.filter(({ sentTwice }) => sentTwice > 0)).toStrictEqual([]);
});

test('every item is pinned after a temporary fault that is over at the next attempt', () => {
	const over = lines.filter(({ pattern, isTemporary }) => isTemporary && pattern.includes('once'));
	const repeated = over.filter(({ step, fault }) => !isSending(step) || isRefused(fault));
	expect(repeated.length).toBeGreaterThan(20);
	for (const line of repeated) {
		expect(line).toMatchObject({ pinned: line.items, reportedPinned: line.items });
	}
});

test('no item has more attempts than its retries allow, unless the service is only slow', () => {
	const others = lines.filter(({ fault }) => !/429|503/.test(fault));
	for (const { items, requests } of others) {
		expect(requests).toBeLessThanOrEqual((RETRIES + 1) * items);
	}
});

test('no message that may have been sent is sent again', () => {
	const others = lines.filter(({ step, fault }) => isSending(step) && !isRefused(fault));
	expect(others.length).toBeGreaterThan(20);
	for (const { items, requests } of others) expect(requests).toBeLessThanOrEqual(items);
});

test('a fault that is not temporary is not retried', () => {
	for (const line of lines.filter(({ isTemporary, requests }) => !isTemporary && requests > 0)) {
		expect(line.requests).toBe(line.items);
	}
});

test('the tables in the documentation have the same results', () => {
	const document = readFileSync(DOCUMENT, 'utf8');
	const [introduction = ''] = document.split('\n<details>');
	const seen = `${introduction.replace(/^In .* cases: .*$/m, toResult(lines))}\n${toTables(lines)}`;
	const isRight = lines.every(({ violations, sentTwice }) => !violations.length && !sentTwice);
	if (process.env.UPDATE_DOCS && isRight) writeFileSync(DOCUMENT, seen);
	// How often an overloaded service is asked depends on the moment.
	const withoutRequests = (text: string) => text.replace(/\d+ \|$/gm, '');
	expect(withoutRequests(readFileSync(DOCUMENT, 'utf8'))).toBe(withoutRequests(seen));
});
