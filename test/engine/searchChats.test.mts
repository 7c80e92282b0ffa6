import { credentialOf } from '../../sandbox/account.mts';
import { KNOWN_FAULTS, clientTokenNotAllowed } from '../../sandbox/faults.mts';
import { CANARIES } from '../support/canaries.mts';
import { runPinNode, searchChats } from '../support/engine.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

const sandbox = useSandbox();

/** Adds chats to those that the sandbox begins with. */
function addChats(count: number, name?: (index: number) => string) {
	for (let index = 0; index < count; index++) {
		sandbox.chats.get(`55119${String(index).padStart(8, '0')}`).name = name?.(index) ?? null;
	}
}

test('lists chats and groups with their IDs, without channels', async () => {
	const { results, paginationToken } = await searchChats(credentialOf(sandbox));
	expect(paginationToken).toBeUndefined();
	expect(results).toStrictEqual([
		{
			name: 'Condomínio Jardim · group · 120363019502650977-group',
			value: '120363019502650977-group',
		},
		{ name: 'Ana Souza · 5511999999999', value: '5511999999999' },
		{ name: 'Padaria do Bairro · 5511988887777', value: '5511988887777' },
		{
			name: 'Class 3B · group · 5511999999999-1623281429',
			value: '5511999999999-1623281429',
		},
		{ name: '999999999999999@lid', value: '999999999999999@lid' },
		{ name: 'Old Customer · archived · 5511966665555', value: '5511966665555' },
		...['Bloco A · group · 120363019502651111-group', 'Bloco B · group · 120363019502652222-group']
			.concat('Vila Verde · announcements · 120363277777777702-group')
			.concat('Vila Verde · group · 120363277777777701-group')
			.map((name) => ({ name, value: name.replace(/^.* · /, '') })),
	]);
});

test.each([
	['condominio', ['120363019502650977-group']],
	['  CONDOMÍNIO j ', ['120363019502650977-group']],
	['98888', ['5511988887777']],
	['@lid', ['999999999999999@lid']],
	['archived', ['5511966665555']],
	['Arquivado', ['5511966665555']],

	['City News', []],
	['nobody', []],
])('finds %j', async (filter, values) => {
	const { results } = await searchChats(credentialOf(sandbox), filter);
	expect(results.map(({ value }) => value)).toStrictEqual(values);
});

test("finds groups by 'group' and 'grupo'", async () => {
	const { results } = await searchChats(credentialOf(sandbox), 'grupo');
	expect(results.length).toBeGreaterThan(3);
	expect(results.filter(({ name }) => !name.includes('group'))).toStrictEqual([]);
	expect(await searchChats(credentialOf(sandbox), 'group')).toStrictEqual({ results });
});

test("finds archived chats by 'archived' and 'arquivado'", async () => {
	Object.assign(sandbox.chats.get('5511955554444'), { name: 'Zeca', archived: true });
	const { results } = await searchChats(credentialOf(sandbox), 'arquivado');
	expect(results.map(({ value }) => value)).toContain('5511955554444');
	expect(results.filter(({ name }) => !name.includes('archived'))).toStrictEqual([]);
	expect(await searchChats(credentialOf(sandbox), 'archived')).toStrictEqual({ results });
});

test('pages through 5,000 chats, each listed once', async () => {
	addChats(5000);
	const seen: unknown[] = [];
	let token: string | undefined;
	do {
		const { results, paginationToken } = await searchChats(credentialOf(sandbox), '', token);
		expect(results.length).toBeGreaterThan(0);
		expect(results.length).toBeLessThanOrEqual(100);
		seen.push(...results.map(({ value }) => value));
		token = paginationToken;
	} while (token);
	expect(new Set(seen).size).toBe(5010);
	expect(seen).toHaveLength(5010);
});

test('a search reads pages up to its limit, says so, and continues from there', async () => {
	addChats(5100, (index) => (index === 5050 ? 'Needle' : `Straw ${index}`));
	const first = await searchChats(credentialOf(sandbox), 'needle');
	expect(first.results).toStrictEqual([
		{ name: expect.stringMatching(/^Searched 5000 chats: scroll to continue/), value: '' },
	]);
	expect(sandbox.requests).toHaveLength(50);
	const next = await searchChats(credentialOf(sandbox), 'needle', String(first.paginationToken));
	expect(next.results).toStrictEqual([{ name: 'Needle · 5511900005050', value: '5511900005050' }]);
});

test('if a page fails after others, the list shows what was found and continues there', async () => {
	addChats(450, (index) => `Straw ${index}`);
	sandbox.faults.latencyMs = 200;
	const searching = searchChats(credentialOf(sandbox), 'straw');
	await waitFor(() => sandbox.requests.length >= 2);
	sandbox.faults.set({ response: { status: 503 } });
	const first = await searching;
	const last = first.results.pop();
	expect(last?.name).toMatch(/: scroll to continue, or choose By ID$/);
	sandbox.faults.reset();
	const next = await searchChats(credentialOf(sandbox), 'straw', String(first.paginationToken));
	const found = [...first.results, ...next.results].map(({ value }) => value);
	expect([new Set(found).size, found.length]).toStrictEqual([450, 450]);
});

test('pages that only have channels are skipped', async () => {
	for (let index = 0; index < 250; index++) sandbox.chats.get(`12036${index}@newsletter`);
	sandbox.chats.get('5511900000001');
	const { results, paginationToken } = await searchChats(credentialOf(sandbox));
	expect(results.map(({ value }) => value)).toContain('5511900000001');
	expect(paginationToken).toBeUndefined();
});

test.each(['', '9999'])(
	'a page that comes again ends the list, each chat once: %j',
	async (filter) => {
		const body = Array.from({ length: 12 }, (_, index) => ({ phone: `55119999900${10 + index}` }));
		sandbox.faults.set({ path: '/chats', response: { status: 200, body } });
		const { results, paginationToken } = await searchChats(credentialOf(sandbox), filter);
		expect(results).toHaveLength(12);
		expect(paginationToken).toBeUndefined();
		expect(sandbox.requests).toHaveLength(2);
	},
);

test('a page that comes again when users scroll ends the list', async () => {
	const body = Array.from({ length: 30 }, (_, index) => ({ phone: `55119999900${10 + index}` }));
	sandbox.faults.set({ path: '/chats', response: { status: 200, body } });
	const first = await searchChats(credentialOf(sandbox));
	expect(first.results).toHaveLength(30);
	const next = await searchChats(credentialOf(sandbox), '', String(first.paginationToken));
	expect(next.paginationToken).toBeUndefined();
});

test('a group whose name is its ID is found by the name that the list of groups has', async () => {
	const phone = '120363019502650977-group';
	const body = [{ phone, name: phone, isGroup: true }];
	sandbox.faults.set({ path: '/chats', response: { status: 200, body } });
	const { results } = await searchChats(credentialOf(sandbox), 'condom');
	expect(results).toStrictEqual([{ name: `Condomínio Jardim · group · ${phone}`, value: phone }]);
});

test.each([
	[
		'wrong Client-Token',
		clientTokenNotAllowed(CANARIES.clientToken),
		/accept the Client-Token\. Copy/,
	],
	['not connected', KNOWN_FAULTS.notConnected, /not connected to WhatsApp\. Open/],
	['HTML', { status: 200, body: `<html>${CANARIES.token}` }, /not what Z-API sends/],
	['down', { status: 503 }, /overloaded or under maintenance\. Wait/],
	['closed', 'reset' as const, /connection to Z-API closed .+\. Check/],
])('a failure is shown with what to do: %s', async (_what, response, sentences) => {
	sandbox.faults.set({ response });
	const error = await searchChats(credentialOf(sandbox)).catch(
		(caught: unknown) => caught as Error,
	);
	expect((error as Error).message).toMatch(sentences);
	expect(JSON.stringify(error) + (error as Error).stack).not.toMatch(/canary/i);
});

test('an invalid credential is reported before anything is sent', async () => {
	const credential = { ...credentialOf(sandbox), token: '' };
	await expect(searchChats(credential)).rejects.toThrow(
		/^'Instance Token' is empty or not usable\. Copy it /,
	);
	expect(sandbox.requests).toHaveLength(0);
});

test('every entry of the list can be pinned in', async () => {
	const { results } = await searchChats(credentialOf(sandbox));
	for (const { value } of results) {
		const phone = { __rl: true, mode: 'list', value };
		const { error } = await runPinNode(credentialOf(sandbox), { phone });
		expect(error).toBeUndefined();
		expect(pinsSent(sandbox).at(-1)?.body).toMatchObject({ phone: value });
	}
});
