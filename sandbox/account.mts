import type { Sandbox } from './server.mts';
import type { ZApiState } from './zApi.mts';

/** The fields of the credential for a sandbox. */
export function credentialOf({ instance, url }: Sandbox) {
	const { instanceId, token, clientToken } = instance;
	return { instanceId, token, clientToken, baseUrl: url };
}

/**
 * The results of a sandbox's requests: `accepted` has the IDs of the messages whose pin or unpin was accepted,
 * `acceptedTwice` counts requests for messages after a response had accepted them, `sent` counts how often
 * each text was accepted. Accepted isn't pinned: see `sandbox.chats` for pins.
 */
export function accountOf({ requests }: Pick<ZApiState, 'requests'>) {
	const accepted = new Set<string>();
	const confirmed = new Set<string>();
	const sent = new Map<string, number>();
	let acceptedTwice = 0;
	for (const { path, body, isDone, isFaulty } of requests) {
		const { messageId, message } = body as { messageId: string; message: string };
		if (path === '/send-text' && isDone) sent.set(message, (sent.get(message) ?? 0) + 1);
		if (path !== '/pin-message') continue;
		if (confirmed.has(messageId)) acceptedTwice++;
		if (isDone) accepted.add(messageId);
		if (isDone && !isFaulty) confirmed.add(messageId);
	}
	return { accepted, acceptedTwice, sent };
}
