import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { accountOf } from '../../sandbox/account.mts';
import type { Sandbox } from '../../sandbox/server.mts';

/** One text for one chat. */
export interface Notice extends IDataObject {
	text: string;
	chat: string;
}

/** Parameters of "Z-API Pin Message" that send and pin each item's `text` in its `chat`. */
export const SEND_AND_PIN = {
	resource: 'message',
	operation: 'sendAndPin',
	phone: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
	text: '={{ $json.text }}',
};

/** @param chats how many chats they are for; if absent, each is for its own */
export const toNotices = (count: number, chats = count): Notice[] =>
	Array.from({ length: count }, (_, index) => ({
		text: `Notice ${index}`,
		chat: `${5511900000001 + (index % chats)}`,
	}));

/** A pixel. */
export const PNG =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Files of an input item, by the type of message that sends them. What is in the last two doesn't matter. */
export const FILES = {
	image: { data: PNG, mimeType: 'image/png', fileName: 'notice.png' },
	video: { data: 'AAAA', mimeType: 'video/mp4', fileName: 'notice.mp4' },
	document: { data: 'JVBERi0=', mimeType: 'application/pdf', fileName: 'notice.pdf' },
};

/** The methods that send, by type. */
export const METHODS = {
	text: '/send-text',
	image: '/send-image',
	video: '/send-video',
	document: '/send-document/pdf',
	poll: '/send-poll',
};

const MEDIA = ['image', 'video', 'document'] as const;

/** Every type of message, from every source, as fields of an item for `SEND_ANY`. */
export const WAYS: Array<{ type: keyof typeof METHODS; source?: 'url' | 'binary'; url?: string }> =
	[
		{ type: 'text' },
		...MEDIA.map((type) => ({ type, source: 'binary' as const })),
		...MEDIA.map((type) => {
			const url = `https://example.com/${FILES[type].fileName}`;
			return { type, source: 'url' as const, url };
		}),
		{ type: 'poll' },
	];

/** Like `SEND_AND_PIN`, with the type and the source that each item says; a file of the input is of `FILES`. */
export const SEND_ANY = {
	...SEND_AND_PIN,
	messageType: '={{ $json.type }}',
	fileSource: '={{ $json.source ?? "url" }}',
	fileUrl: '={{ $json.url }}',
	binaryPropertyName: '={{ $json.type }}',
	pollOptions: ['Friday', 'Saturday'],
};

/** Notices for groups, in every way in turn. */
export const toAnyNotices = (count: number, chats = count): Notice[] =>
	toNotices(count, chats).map((notice, index) => ({
		...notice,
		chat: `${notice.chat}-group`,
		...WAYS[index % WAYS.length],
	}));

/**
 * Compares what came out of Send and Pin with what the sandbox did.
 *
 * @param items one for each notice, in their order
 * @returns in words, every text sent twice and every item that says what isn't so; empty when all is well
 */
export function findUntruths(
	sandbox: Sandbox,
	notices: Notice[],
	items: INodeExecutionData[],
): string[] {
	const { sent, accepted } = accountOf(sandbox);
	return notices.flatMap(({ text, chat }, index) => {
		const { error, messageId } = items[index]?.json ?? { error: 'The item is lost' };
		const times = sent.get(text) ?? 0;
		const isKnown = sandbox.chats.find(chat, String(messageId))?.text === text;
		const isPinned = isKnown && accepted.has(String(messageId));
		const toUntruth = (is: boolean) => (is ? [] : [`Item ${index}, sent ${times} times: ${error}`]);
		if (times > 1) return toUntruth(false);
		if (error === undefined) return toUntruth(isPinned);
		const claim = String(error);
		if (claim.startsWith('Z-API accepted the message, but its pin')) return toUntruth(isKnown);
		if (claim.startsWith('Z-API accepted the message, but not its pin')) {
			return toUntruth(isKnown && !accepted.has(String(messageId)));
		}
		if (claim.startsWith('The message may have been sent')) return [];
		return toUntruth(times === 0 && messageId === null);
	});
}
