import {
	type Chat,
	hasIdAsName,
	parseChats,
	toFilter,
	toLabel,
} from '../../nodes/shared/chat/chats';

const NONE = { isAnnouncement: false, archived: false, unread: 0 };

const CHATS: Record<string, Chat> = {
	garden: { ...NONE, chat: '120363019502650977-group', name: 'Condomínio Jardim', isGroup: true },
	bakery: { ...NONE, chat: '5511988887777', name: 'Padaria do Bairro', isGroup: false },
	// A number of somebody whom WhatsApp knows without the ninth digit.
	old: { ...NONE, chat: '551177776666', name: 'Old Customer', isGroup: false, archived: true },
	hidden: { ...NONE, chat: '999999999999999@lid', name: '', isGroup: false },
	community: {
		...NONE,
		chat: '120363099999999999-group',
		name: 'Neighbourhood',
		isGroup: true,
		isAnnouncement: true,
	},
	school: { ...NONE, chat: '5511999999999-1623281429', name: 'Class 3B', isGroup: true },
};

test.each<[filter: string, names: string[]]>([
	['', Object.keys(CHATS)],
	['  ', Object.keys(CHATS)],
	['condominio', ['garden']],
	[' CONDOMÍNIO j ', ['garden']],
	// Neither words of the list nor parts of many IDs: the next node may send to what is found.
	['group', []],
	['archived', []],
	['@lid', []],
	['9988', []],
	['999999999999999@lid', ['hidden']],
	// No accents of letters, but characters of names.
	['^', []],
	['3b', ['school']],
	['b 98888', []],
	['98888 b', []],
	['98888', ['bakery']],
	['+55 (11) 98888-7777', ['bakery']],
	['11 9 8888 7777', ['bakery']],
	['(11) 98888.7777', ['bakery']],
	['+55 11 97777-6666', ['old']],
	['5511977776666', ['old']],
	['99999-9999-1623', ['school']],
	['120363019502650977@g.us', ['garden']],
	['()', []],
	['nobody', []],
])('%j finds %j', (filter, names) => {
	const isWanted = toFilter(filter);
	const found = Object.entries(CHATS).filter(([, chat]) => isWanted(chat));
	expect(found.map(([name]) => name)).toStrictEqual(names);
});

test.each([
	['garden', 'Condomínio Jardim · group · 120363019502650977-group'],
	['bakery', 'Padaria do Bairro · 5511988887777'],
	['old', 'Old Customer · archived · 551177776666'],
	['hidden', '999999999999999@lid'],
	['community', 'Neighbourhood · announcements · 120363099999999999-group'],
])('%s is shown with its ID last', (name, label) => {
	const chat = CHATS[name];
	expect(chat && toLabel(chat)).toBe(label);
});

const TIME = '2026-01-01T00:00:00.000Z';
const SECONDS = Date.parse(TIME) / 1000;

test.each<[what: string, entry: unknown, chats: Array<Partial<Chat>>]>([
	[
		'a chat as Z-API documents it',
		{ phone: '5511988887777', name: ' Padaria ', unread: '2', lastMessageTime: String(SECONDS) },
		[
			{
				...NONE,
				chat: '5511988887777',
				name: 'Padaria',
				isGroup: false,
				unread: 2,
				lastMessageAt: TIME,
			},
		],
	],
	[
		'a group, with its time in milliseconds',
		{ phone: '120363019502650977-group', isGroup: 'true', lastMessageTime: SECONDS * 1000 },
		[{ ...NONE, chat: '120363019502650977-group', name: '', isGroup: true, lastMessageAt: TIME }],
	],
	[
		'a group by its ID alone, without a message',
		{
			phone: '5511999999999-1623281429',
			name: 3,
			isGroup: false,
			unread: 'many',
			lastMessageTime: '0',
		},
		[{ ...NONE, chat: '5511999999999-1623281429', name: '', isGroup: true }],
	],
	[
		'a group by its field alone',
		{ phone: '999999999999999@lid', isGroup: true, isGroupAnnouncement: 'true', archived: 'true' },
		[
			{
				...NONE,
				chat: '999999999999999@lid',
				name: '',
				isGroup: true,
				isAnnouncement: true,
				archived: true,
			},
		],
	],
	['a channel', { phone: '120363166555745933@newsletter', name: 'News' }, []],
	['no chat', 'chat', []],
	['null', null, []],
])('%s is read', (_what, entry, chats) => {
	expect(parseChats(entry)).toStrictEqual(chats);
});

test.each([
	['120363019502650977-group', '120363019502650977-group', true],
	['120363019502650977-group', '120363019502650977', true],
	['120363019502650977-group', '120363019502650977@g.us', true],
	['5511999999999-1623281429', '5511999999999-1623281429', true],
	['120363019502650977-group', '120363019502650978-group', false],
	['120363019502650977-group', 'Class 120363019502650977', false],
	['120363019502650977-group', '', false],
	['5511999999999', '5511999999999', false],
])('%s has its ID as its name %j: %s', (phone, name, expected) => {
	expect(parseChats({ phone, name }).map(hasIdAsName)).toStrictEqual([expected]);
});
