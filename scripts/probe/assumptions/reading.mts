import { toObject } from '../../../nodes/shared/json.ts';
import type { Probe } from '../probe.mts';
import { tell, tellFields } from '../tell.mts';
import type { Assumption } from './assumption.mts';

const LARGE_PAGE = 500;

async function readChats(probe: Probe, page: number, pageSize: number) {
	return await probe.call('GET', `/chats?page=${page}&pageSize=${pageSize}`);
}

/** What can be read. */
export const READING: Assumption[] = [
	{
		name: '/status while connected',
		sandbox:
			'200 {"connected":true,"smartphoneConnected":true,"error":"You are already connected."}',
		needs: ['connected'],
		look: async (probe) => tell(probe, await probe.call('GET', '/status')),
	},
	{
		name: '/me',
		sandbox:
			'connected: boolean; connectedCallbackUrl: empty text; deliveryCallbackUrl: empty text; disconnectedCallbackUrl: empty text; due: number; id: text; messageStatusCallbackUrl: empty text; name: text; paymentStatus: text; presenceChatCallbackUrl: empty text; proxyUrl: text; receiveCallbackSentByMe: boolean; receivedCallbackUrl: empty text; token: text',
		look: async (probe) => tellFields(probe, [probe.original]),
	},
	{
		name: '/chats',
		sandbox:
			'archived: boolean as text; isGroup: boolean; isGroupAnnouncement: boolean; lastMessageTime: number as text; name: null or text; phone: text; pinned: boolean as text; unread: number as text',
		look: async (probe) => {
			const response = await readChats(probe, 1, 20);
			const { body } = response;
			return Array.isArray(body) ? tellFields(probe, body) : tell(probe, response);
		},
	},
	{
		name: '/chats: pages 1 and 2, of one chat each',
		sandbox: '1 and 1 chats, different ones',
		look: async (probe) => {
			const [one, two] = [await readChats(probe, 1, 1), await readChats(probe, 2, 1)];
			if (!Array.isArray(one.body) || !Array.isArray(two.body)) return tell(probe, two);
			const isSame = toObject(one.body[0]).phone === toObject(two.body[0]).phone;
			const which = isSame ? 'the same' : 'different ones';
			return `${one.body.length} and ${two.body.length} chats, ${which}`;
		},
	},
	{
		name: `/chats: a page of ${LARGE_PAGE}`,
		sandbox: 'all chats, fewer than that',
		look: async (probe) => {
			const response = await readChats(probe, 1, LARGE_PAGE);
			const { body } = response;
			if (!Array.isArray(body)) return tell(probe, response);
			if (body.length >= LARGE_PAGE) return 'so many came';
			const next = await readChats(probe, 2, LARGE_PAGE);
			const hasMore = Array.isArray(next.body) && next.body.length > 0;
			return hasMore ? `${body.length} came, and page 2 has more` : 'all chats, fewer than that';
		},
	},
	...['?page=0&pageSize=20', ''].map((query) => ({
		name: query ? '/chats: page 0' : '/chats without a page',
		sandbox: '400 {"error":"page and pageSize are required"} → requestRefused',
		look: async (probe: Probe) => {
			const response = await probe.call('GET', `/chats${query}`);
			return Array.isArray(response.body) ? '200 and a list' : tell(probe, response);
		},
	})),
	{
		name: '/queue while nothing waits',
		sandbox: '200 {"messages":[],"pagingState":null,"hasMore":false}',
		needs: ['connected'],
		look: async (probe) => tell(probe, await probe.call('POST', '/queue', { pageSize: 20 })),
	},
];
