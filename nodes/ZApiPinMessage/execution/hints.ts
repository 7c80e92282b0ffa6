import type { IDataObject, NodeExecutionHint } from 'n8n-workflow';
import { toChatKey } from '../../shared/chat/chatId';
import type { Results } from './output';
import type { ScheduleResult } from './scheduler';

/** WhatsApp's limit: one more pin unpins the oldest message, without any notice. */
const PINS_PER_CHAT = 3;

/**
 * Makes hints for what the output doesn't show: what happens to accepted requests, and what took long.
 *
 * @param all the last result of each item
 * @see https://developer.z-api.io (queue: what is kept for an instance that is not connected)
 */
export function makeHints(
	all: Results,
	{ pauses, pausedMs }: Pick<ScheduleResult<unknown, unknown>, 'pauses' | 'pausedMs'>,
): NodeExecutionHint[] {
	const results = [...all.values()];
	const outputs = results.flatMap((result) => (result.ok ? [result.value].flat() : []));
	const hints: NodeExecutionHint[] = [];
	const add = (type: NodeExecutionHint['type'], message: string) =>
		hints.push({ type, message, location: 'outputPane' });

	if (outputs.some(({ state }) => state === 'queued')) {
		add(
			'warning',
			'The Z-API instance is not connected to WhatsApp. Z-API keeps what it accepted, 1,000 requests at most, until it is connected again: open the instance in the Z-API panel and scan the QR code with the phone.',
		);
	}
	const crowded = countCrowded(outputs);
	if (crowded > 0) {
		const where = crowded === 1 ? 'one chat' : `each of ${crowded} chats`;
		add(
			'warning',
			`More than ${PINS_PER_CHAT} pins were accepted for ${where}. WhatsApp keeps the newest ${PINS_PER_CHAT} of a chat, and unpins the others.`,
		);
	}
	const searches = [...all].flatMap(([{ progress }, { ok }]) =>
		ok && progress.search ? [progress.search] : [],
	);
	if (searches.some(({ isCutOff }) => isCutOff)) {
		add(
			'warning',
			'Z-API sent the same page of its list of chats twice, or a list without end, so chats may be missing here. Enter the ID of a chat that is missing.',
		);
	}
	const unfinished = searches.filter(({ page }) => page !== undefined);
	if (unfinished.length > 0) {
		const left = unfinished.reduce((sum, { found, limit }) => sum + found.size - limit, 0);
		const what = left > 0 ? `At least ${left} more match` : 'There may be more chats';
		add('info', `${what}: increase 'Limit', or turn on 'Return All'.`);
	}
	const [failed, ...others] = searches.filter(({ found }) => found.size === 0);
	if (failed) {
		const filter = failed.filter && ` “${failed.filter.slice(0, 50)}”`;
		const more = others.length > 0 ? `, nor ${others.length} other filters` : '';
		add(
			'warning',
			`No chat matches${filter}${more}. 'Filter' takes a part of the name, or the whole number or ID. Archived chats are only listed with 'Include Archived'.`,
		);
	}
	if (pauses > 0) {
		const times = pauses === 1 ? 'once' : `${pauses} times`;
		const seconds = Math.max(1, Math.round(pausedMs / 1000));
		add(
			'info',
			`Z-API was busy or asked for fewer requests ${times}, so the node waited ${seconds} s in total.`,
		);
	}
	return hints;
}

/** Counts chats with more pins than they can hold. Pinning the same message again adds no pin. */
function countCrowded(outputs: IDataObject[]): number {
	const pinned = new Map<string, Set<unknown>>();
	for (const { duration, chat, messageId } of outputs) {
		// Only operations that pin have a duration.
		if (duration === undefined) continue;
		const key = toChatKey(String(chat));
		pinned.set(key, (pinned.get(key) ?? new Set()).add(messageId));
	}
	return [...pinned.values()].filter(({ size }) => size > PINS_PER_CHAT).length;
}
