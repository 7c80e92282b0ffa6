import type { Sandbox } from './server.mts';
import type { ZApiState } from './zApi.mts';

/** The fields of the credential that a sandbox accepts. */
export function credentialOf({ instance, url }: Sandbox) {
	const { instanceId, token, clientToken } = instance;
	return { instanceId, token, clientToken, baseUrl: url };
}

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
