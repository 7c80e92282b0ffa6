import { credentialOf } from '../../sandbox/account.mts';
import { CANARIES } from '../support/canaries.mts';
import { runPinNode, searchChats } from '../support/engine.mts';
import { speedUpClock } from '../support/fastClock.mts';
import { findUntruths, SEND_AND_PIN } from '../support/notices.mts';
import { useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();

const GET_MANY = { resource: 'chat', operation: 'getAll' };

const run = async (parameters: object = {}, options: Parameters<typeof runPinNode>[2] = {}) =>
	await runPinNode(credentialOf(sandbox), { ...GET_MANY, ...parameters }, options);

const namesOf = ({ items }: Awaited<ReturnType<typeof run>>) => items?.map(({ json }) => json.name);

const chatRequests = () => sandbox.requests.filter(({ path }) => path === '/chats');

const addChats = (count: number) => {
	for (let index = 0; index < count; index++) {
		const chat = sandbox.chats.get(`${5511900000001 + index}`);
		chat.name = `Straw ${index}`;
	}
};

test('every chat that messages can be pinned in is one item', async () => {
	const { items = [], hints } = await run({ includeArchived: true });
	expect(items.map(({ json }) => json.chat)).toStrictEqual([
		'120363019502650977-group',
		'5511999999999',
		'5511988887777',
		'5511999999999-1623281429',
		'999999999999999@lid',
		'5511966665555',
		'120363019502651111-group',
		'120363019502652222-group',
		'120363277777777702-group',
		'120363277777777701-group',
	]);
	const { momment } = sandbox.chats.get('120363019502650977-group').messages.at(-1) ?? {};
	expect(items[0]).toStrictEqual({
		json: {
			chat: '120363019502650977-group',
			name: 'Condomínio Jardim',
			isGroup: true,
			isAnnouncement: false,
			archived: false,
			unread: 0,
			// The documentation shows seconds for chats.
			lastMessageAt: new Date(Math.floor((momment ?? 0) / 1000) * 1000).toISOString(),
		},
		pairedItem: { item: 0 },
	});
	expect(hints).toStrictEqual([]);
	// Listing needs no queue, so nobody asks for the connection.
	expect(new Set(sandbox.requests.map(({ path }) => path))).toStrictEqual(new Set(['/chats']));
});

test.each<[parameters: object, names: unknown[]]>([
	[{ filter: 'condominio' }, ['Condomínio Jardim']],
	[{ filter: ' CLASS 3b ' }, ['Class 3B']],
	[{ filter: 'group' }, []],
	[{ filter: '3' }, ['Class 3B']],
	[{ filter: '(11) 98888-7777' }, ['Padaria do Bairro']],
	[{ filter: '120363019502650977' }, ['Condomínio Jardim']],
	[{ filter: 'City News' }, []],
	[{ filter: 'bloco' }, ['Bloco A', 'Bloco B']],
	[
		{ chatType: 'groups' },
		['Condomínio Jardim', 'Class 3B', 'Bloco A', 'Bloco B', 'Vila Verde', 'Vila Verde'],
	],
	[{ chatType: 'private' }, ['Ana Souza', 'Padaria do Bairro', '']],
	[
		{ chatType: 'private', includeArchived: true },
		['Ana Souza', 'Padaria do Bairro', '', 'Old Customer'],
	],
	[{ limit: '2' }, ['Condomínio Jardim', 'Ana Souza']],
	[{ limit: 2 }, ['Condomínio Jardim', 'Ana Souza']],
	[{ chatType: 'groups', limit: 1 }, ['Condomínio Jardim']],
])('%j gives %j', async (parameters, names) => {
	expect(namesOf(await run(parameters))).toStrictEqual(names);
});

test('the limit is 50 by default; Return All has none', async () => {
	addChats(406);
	expect((await run()).items).toHaveLength(50);
	expect(chatRequests()).toHaveLength(1);
	expect((await run({ returnAll: true })).items).toHaveLength(415);
	expect(chatRequests()).toHaveLength(1 + 6);
});

/** Answers each request for chats with the next of these pages, the last one always. */
const servePages = (...pages: object[][]) =>
	sandbox.faults.set(
		...pages.map((body, index) => ({
			path: '/chats',
			...(index < pages.length - 1 && { times: 1 }),
			response: { status: 200, body },
		})),
	);

const toPage = (...phones: Array<string | null>) =>
	phones.map((phone, index) => ({ phone, name: phone ?? `Nobody ${index}` }));

test('a repeated page ends the list, and one hint says that chats may be missing', async () => {
	servePages(toPage('5511900000001', '5511900000002'));
	const { items, hints } = await run({ returnAll: true }, { items: [{}, {}] });
	expect(items).toHaveLength(4);
	expect(chatRequests()).toHaveLength(4);
	expect(hints).toStrictEqual([expect.stringMatching(/chats may be missing/)]);
});

test('small pages, pages that begin alike and pages without a phone do not end the list', async () => {
	servePages(
		toPage('5511900000001', '5511900000002'),
		toPage('5511900000001', '5511900000003'),
		toPage(null, '5511900000004'),
		toPage(null, '5511900000005'),
		toPage(null),
		toPage('5511900000006'),
		[],
	);
	const { items, hints } = await run({ returnAll: true });
	expect(items?.map(({ json }) => String(json.chat).at(-1))).toStrictEqual('123456'.split(''));
	expect(hints).toStrictEqual([]);
});

test('a page that fails is requested again, but not the pages before it', async () => {
	addChats(206);
	sandbox.faults.set({ path: '/chats', every: 3, once: true, response: { status: 500 } });
	const { items } = await run({ returnAll: true });
	expect(new Set(items?.map(({ json }) => json.chat)).size).toBe(215);
	expect(items).toHaveLength(215);
	expect(chatRequests().map(({ url }) => /page=(\d)/.exec(url)?.[1])).toStrictEqual([
		'1',
		'1',
		'2',
		'3',
		'3',
		'4',
	]);
});

test.each(['Nil', 'NaN', 'True', '[Error 404] Devs'])(
	'the name %s can be typed',
	async (filter) => {
		sandbox.chats.get('5511999999999').name = filter;
		expect(namesOf(await run({ filter }))).toStrictEqual([filter]);
		const { error } = await run({ filter: `={{ "${filter}" }}` });
		expect(error?.message).toMatch(/is the result of an expression that found nothing/);
	},
);

test('a group whose name is its ID gets the name that the list of groups has', async () => {
	const phones = ['120363019502650977-group', '5511999999999-1623281429', '5511999999999'];
	const toList = (...names: string[]) =>
		phones.map((phone, index) => ({ phone, name: names[index] }));
	sandbox.faults.set(
		{ path: '/chats', times: 2, response: { status: 200, body: toList(...phones) } },
		{ path: '/chats', response: { status: 200, body: [] } },
		{ path: '/groups', times: 1, response: { status: 500 } },
		{
			path: '/groups',
			times: 1,
			response: { status: 200, body: toList('Garden', phones[1] ?? '') },
		},
		{ path: '/groups', response: { status: 200, body: [] } },
	);
	expect(namesOf(await run({ returnAll: true, options: { retries: 1 } }))).toStrictEqual([
		'Garden',
		'',
		'5511999999999',
	]);
	// A failed request for the names repeats the page that needs them.
	expect(sandbox.requests.map(({ path, status }) => `${path} ${status}`)).toStrictEqual([
		'/chats 200',
		'/groups 500',
		'/chats 200',
		'/groups 200',
		'/groups 200',
		'/chats 200',
	]);
});

test('without a list of groups, a group whose name is its ID has no name', async () => {
	const phone = '120363019502650977-group';
	sandbox.faults.set(
		{ path: '/chats', times: 1, response: { status: 200, body: [{ phone, name: phone }] } },
		{ path: '/chats', response: { status: 200, body: [] } },
		{ path: '/groups', response: { status: 404 } },
	);
	const { items } = await run({ returnAll: true });
	expect(items?.map(({ json }) => [json.chat, json.name])).toStrictEqual([[phone, '']]);
	expect(sandbox.requests.filter(({ path }) => path === '/groups')).toHaveLength(1);
});

test('each item has its own search; one that finds nothing outputs nothing', async () => {
	const { items } = await run(
		{ filter: '={{ $json.name }}' },
		{ items: [{ name: 'class' }, { name: 'nobody' }, { name: 'ana' }] },
	);
	expect(items?.map(({ json, pairedItem }) => [json.name, pairedItem])).toStrictEqual([
		['Class 3B', { item: 0 }],
		['Ana Souza', { item: 2 }],
	]);
});

test('Include Input Fields outputs the fields of the input with each chat', async () => {
	const options = { includeInputFields: true };
	const { items } = await run({ options, limit: 1 }, { items: [{ notice: 'Hi' }] });
	expect(items?.map(({ json }) => json)).toStrictEqual([
		{ notice: 'Hi', zApi: expect.objectContaining({ name: 'Condomínio Jardim' }) },
	]);
});

test.each<[parameters: object, message: string]>([
	[{ filter: '={{ $json.missing }}' }, "'Filter' is neither text nor a number"],
	[{ filter: '={{ $json.missing }} ' }, "'Filter' is empty"],
	[{ filter: '={{ "" }}' }, "'Filter' is empty"],
	[{ filter: ' ' }, "'Filter' is empty"],
	[
		{ filter: '={{ Number($json.missing) }}' },
		"'Filter' is the result of an expression that found nothing",
	],
	[{ limit: 0 }, "'Limit' is out of range"],
	[{ limit: '={{ "many" }}' }, "'Limit' is out of range"],
	[{ includeArchived: '={{ 1 }}' }, "'Include Archived' is neither true nor false"],
	[{ returnAll: '={{ "yes" }}' }, "'Return All' is neither true nor false"],
	[{ chatType: 'channels' }, "'Type' has an unknown value"],
])('%j is refused, and nothing is sent', async (parameters, message) => {
	const { error } = await run(parameters);
	expect(error?.message).toBe(message);
	expect(error?.description).toMatch(/^[A-Z].*\.$/);
	expect(sandbox.requests).toHaveLength(0);
});

test('a failed request says what to do, without a secret', async () => {
	const body = { error: `Client-Token ${CANARIES.clientToken} not allowed` };
	sandbox.faults.set({ path: '/chats', response: { status: 403, body } });
	const { items, trace } = await run({}, { onError: 'continueRegularOutput' });
	expect(items?.[0]?.json).toMatchObject({
		error: 'Z-API does not accept the Client-Token',
		code: 'clientTokenWrong',
		action: 'getAll',
		temporary: false,
	});
	expect(trace).not.toMatch(/canary/i);
});

test('a secret in a name is masked, in the items and in the list', async () => {
	sandbox.chats.get('5511999999999').name = `Ana ${CANARIES.clientToken}`;
	const { items, trace } = await run({ filter: 'ana' });
	expect(items?.[0]?.json.name).toBe('Ana ***');
	expect(trace).not.toMatch(/canary/i);
	const { results } = await searchChats(credentialOf(sandbox), 'ana');
	expect(results).toMatchObject([{ name: 'Ana *** · 5511999999999' }]);
});

test('chats that are listed twice are one item', async () => {
	const phones = ['5511999999999', '551187654321', '5511987654321', '5511999999999'];
	const body = phones.map((phone) => ({ phone }));
	sandbox.faults.set({ path: '/chats', response: { status: 200, body } });
	const { items } = await run();
	expect(items?.map(({ json }) => json.chat)).toStrictEqual(['5511999999999', '551187654321']);
});

test('times are read in seconds and in milliseconds, groups without a field for it', async () => {
	const body = [
		{ phone: '5511999999999', lastMessageTime: '1622991687' },
		{ phone: '5511988887777', lastMessageTime: 1730918668000 },
		{ phone: '120363019502650977-group', lastMessageTime: '0' },
	];
	sandbox.faults.set({ path: '/chats', response: { status: 200, body } });
	const { items } = await run();
	expect(items?.map(({ json }) => [json.lastMessageAt, json.isGroup])).toStrictEqual([
		['2021-06-06T15:01:27.000Z', false],
		['2024-11-06T18:44:28.000Z', false],
		[undefined, true],
	]);
});

test('each page has all retries', async () => {
	speedUpClock();
	addChats(406);
	sandbox.faults.set({ path: '/chats', every: 2, response: { status: 500 } });
	expect((await run({ returnAll: true, options: { retries: 1 } })).items).toHaveLength(415);
});

test('a text can be sent to each chat in the output', async () => {
	const { items: chats = [] } = await run({ chatType: 'groups', limit: 5 });
	const notices = chats.map(({ json }, index) => ({
		text: `Notice ${index}`,
		chat: String(json.chat),
	}));
	const { items = [] } = await runPinNode(credentialOf(sandbox), SEND_AND_PIN, { items: notices });
	expect(findUntruths(sandbox, notices, items)).toStrictEqual([]);
	expect(notices.map(({ chat }) => sandbox.chats.get(chat).pins.length)).toStrictEqual([
		1, 1, 1, 1, 1,
	]);
});
