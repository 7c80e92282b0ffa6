import fc from 'fast-check';
import {
	describeReceiver,
	isSecretForm,
	isSigned,
	readReceivers,
	type Receiver,
	type ReceiverList,
	toHost,
	writeReceivers,
} from '../../nodes/shared/webhooks/receivers';

const TOKEN = 'TOKEN-1-1';
const CRM = 'https://user:pass@crm.test/hook?key=a b&ü=1#x';

const toUrl = (id: string, path = 'webhook') =>
	`https://n8n.test/${path}/${id}/callback?${new URLSearchParams({
		secret: id.padEnd(43, '-'),
		owner: `n8n-----.${id.padEnd(16, '-')}`,
		workflow: `Workflow ${id} ✓`,
	})
		.toString()
		.replaceAll('+', '%20')}`;

const A: Receiver = { role: 'trigger', url: toUrl('a'), wantsSentByMe: true };
const B: Receiver = { role: 'trigger', url: toUrl('b'), unreachableSince: 1_800_000_000 };
const T: Receiver = { role: 'test', url: toUrl('t', 'webhook-test') };
const OTHER: Receiver = { role: 'shared', url: CRM };

const listOf = (...receivers: Receiver[]): ReceiverList => ({ receivers, hasSwitchedOn: true });
const write = (list: ReceiverList) => writeReceivers(list, TOKEN);

test.each<[what: string, list: ReceiverList]>([
	['nobody', { receivers: [], hasSwitchedOn: false }],
	['another system', { receivers: [OTHER], hasSwitchedOn: false }],
	['a trigger', { receivers: [{ role: 'trigger', url: toUrl('a') }], hasSwitchedOn: false }],
	['a trigger that switched on calls', listOf(A)],
	['a test', listOf(T)],
	['many', listOf(A, T, B, OTHER, { role: 'guest', url: 'https://x.test' })],
	['one set aside', listOf(A, { role: 'aside', url: 'no URL at all' })],
])('what is written is read again: %s', (_what, list) => {
	expect(readReceivers(write(list))).toStrictEqual(list);
});

test("any URL of another system is kept to the letter, and given back when it's alone", () => {
	const property = fc.property(fc.string({ unit: 'binary', minLength: 1 }), (url) => {
		const other: Receiver = { role: 'shared', url };
		expect(readReceivers(write(listOf(A, other))).receivers).toStrictEqual([A, other]);
		expect(write(listOf(other))).toBe(url);
	});
	fc.assert(property);
});

test('a trigger alone is registered with its own URL', () => {
	const { url } = A;
	expect(write({ receivers: [{ role: 'trigger', url }], hasSwitchedOn: false })).toBe(url);
});

test('a trigger that does not respond, or a test, is not the first', () => {
	for (const list of [listOf(A, T), listOf(A, B)]) expect(write(list)).toContain(toUrl('a'));
	expect(readReceivers(write(listOf(B, A))).receivers).toStrictEqual([A, B]);
});

test('of a URL that is cut, all but the last is still read', () => {
	const before = write(listOf(A, B, OTHER));
	const after = write(listOf(A, B, { role: 'trigger', url: toUrl('c') }, OTHER));
	for (let length = before.length - 40; length < after.length - 44; length++) {
		const { receivers } = readReceivers(after.slice(0, length));
		expect(receivers).toStrictEqual([A, B, OTHER]);
	}
});

test.each([['a'], ['.'], [''], ['a.b'], [Buffer.from('{"a":1}').toString('base64url')]])(
	'the list %j is damaged: the trigger is alone',
	(list) => {
		const { receivers } = readReceivers(`${toUrl('a')}&list=${list}`);
		expect(receivers).toStrictEqual([{ role: 'trigger', url: toUrl('a') }]);
	},
);

test('a list is signed for one trigger and one token', () => {
	const url = new URL(write(listOf(A, OTHER)));
	const [list = '', secret = ''] = ['list', 'secret'].map((name) => url.searchParams.get(name));
	expect(isSigned(list ?? '', secret ?? '', TOKEN)).toBe(true);
	expect(isSigned(list ?? '', secret ?? '', 'TOKEN-2-2')).toBe(false);
	expect(isSigned(list ?? '', 'b'.padEnd(43, '-'), TOKEN)).toBe(false);
	expect(isSigned(`A${list}`, secret ?? '', TOKEN)).toBe(false);
	expect(isSigned((list ?? '').split('.')[0] ?? '', secret ?? '', TOKEN)).toBe(false);
});

test.each<[given: unknown, expected: boolean]>([
	['a'.repeat(43), true],
	['a'.repeat(42), false],
	['a'.repeat(44), false],
	[`${'a'.repeat(42)}!`, false],
	[`${'a'.repeat(43)}\n`, false],
	['', false],
	[undefined, false],
	[['a'.repeat(43)], false],
	[{ length: 43 }, false],
])('%j has the format of a secret: %s', (given, expected) => {
	expect(isSecretForm(given)).toBe(expected);
});

test('a receiver is named without secrets', () => {
	expect(describeReceiver(toUrl('a'))).toBe('the workflow “Workflow a ✓” (n8n.test)');
	expect(describeReceiver(CRM)).toBe('another system (crm.test)');
	expect(toHost('no URL')).toBe('an unknown host');
});
