import type { ZApiState } from './zApi.mts';

/** What the sandbox itself knows of the messages that it was asked to pin. */
export function accountOf({ requests }: Pick<ZApiState, 'requests'>) {
	const pinned = new Set<string>();
	const confirmed = new Set<string>();
	let confirmedTwice = 0;
	for (const { body, isDone, isFaulty } of requests) {
		const { messageId } = body as { messageId: string };
		if (confirmed.has(messageId)) confirmedTwice++;
		if (isDone) pinned.add(messageId);
		if (isDone && !isFaulty) confirmed.add(messageId);
	}
	/** `confirmedTwice` counts requests for a message whose pin was confirmed already. */
	return { pinned, confirmedTwice };
}
