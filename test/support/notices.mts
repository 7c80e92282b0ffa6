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
		...{ text: `Notice ${index}`, chat: `${5511900000001 + (index % chats)}` },
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
