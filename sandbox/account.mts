import type { Sandbox } from './server.mts';
import { subjectOf, type ZApiState } from './zApi.mts';

/** The fields of the credential for a sandbox. */
export function credentialOf({ instance, url }: Sandbox) {
	const { instanceId, token, clientToken } = instance;
	return { instanceId, token, clientToken, baseUrl: url };
}

/**
 * The results of a sandbox's requests: `accepted` has the IDs of the messages whose pin or unpin was accepted,
 * `acceptedTwice` counts requests for messages after a response had accepted them, `sent` counts how often
 * each text was accepted, or caption, question, or file without a caption. Accepted isn't pinned: see `sandbox.chats` for pins.
 */
export function accountOf({ requests }: Pick<ZApiState, 'requests'>) {
	const accepted = new Set<string>();
	const confirmed = new Set<string>();
	const sent = new Map<string, number>();
	let acceptedTwice = 0;
	for (const { path, body, isDone, isFaulty } of requests) {
		const { messageId } = body as { messageId: string };
		const subject = String(subjectOf(body));
		if (path.startsWith('/send-') && isDone) sent.set(subject, (sent.get(subject) ?? 0) + 1);
		if (path !== '/pin-message') continue;
		if (confirmed.has(messageId)) acceptedTwice++;
		if (isDone) accepted.add(messageId);
		if (isDone && !isFaulty) confirmed.add(messageId);
	}
	return { accepted, acceptedTwice, sent };
}
