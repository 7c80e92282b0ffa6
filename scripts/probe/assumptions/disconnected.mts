import { NotTried, type Probe } from '../probe.mts';
import { tell, tellAccepted, tellFields, tellOutcome } from '../tell.mts';
import { type Assumption, needing, once } from './assumption.mts';
import { firstMessage, LISTED, tellListed } from './messages.mts';

const disconnected = once(async (probe) => {
	const message = await firstMessage(probe);
	await probe.settleLast();
	const status = await probe.waitForPerson(
		false,
		'Now disconnect the instance from WhatsApp, in the Z-API panel. The probe notices, and goes on.',
	);
	probe.say('Pinning the first message while disconnected.');
	const pin = await probe.pin(message);
	const queue = await probe.call('POST', '/queue', { pageSize: 30 });
	return { status, pin, queue };
});

const reconnected = once(async (probe) => {
	const { pin } = await disconnected(probe);
	await probe.waitForPerson(
		true,
		'Now connect the instance again, in the Z-API panel. The probe notices, and goes on.',
	);
	return pin;
});

const toCallback = (
	name: string,
	type: string,
	act: (probe: Probe) => Promise<unknown>,
	sandbox: string,
): Assumption => ({
	name,
	sandbox,
	needs: ['webhook'],
	look: async (probe) => {
		await act(probe);
		const call = await probe.callOf((callback) => callback.type === type);
		if (!call) throw new NotTried('no callback came');
		return tellFields(probe, [call.callback]);
	},
});

/** What happens while the instance is disconnected from WhatsApp, and after. */
export const DISCONNECTED: Assumption[] = needing(
	['messages', 'disconnect', 'connected'],
	[
		{
			name: '/status while disconnected',
			sandbox: '200 {"connected":false,"error":"You are not connected."}',
			look: async (probe) => tell(probe, (await disconnected(probe)).status),
		},
		toCallback(
			'The callback on disconnecting',
			'DisconnectedCallback',
			disconnected,
			'disconnected: boolean; error: text; instanceId: text; momment: number; type: text',
		),
		{
			name: 'A pin while disconnected: the response',
			sandbox: 'accepted',
			look: async (probe) => tellAccepted(probe, (await disconnected(probe)).pin),
		},
		{
			name: '/queue while disconnected',
			sandbox: LISTED,
			look: async (probe) => {
				const { queue, pin } = await disconnected(probe);
				return tellListed(probe, [queue.body], pin);
			},
		},
		{
			name: 'A webhook URL while disconnected',
			sandbox: '200 {"value":true}',
			needs: ['settings'],
			look: async (probe) => {
				await disconnected(probe);
				return tell(probe, await probe.setUrl('presenceChatCallbackUrl', ''));
			},
		},
		toCallback(
			'The callback on connecting',
			'ConnectedCallback',
			reconnected,
			'connected: boolean; instanceId: text; momment: number; phone: text; type: text',
		),
		{
			name: 'A pin while disconnected: what becomes of it once connected',
			sandbox: 'sent',
			needs: ['webhook'],
			look: async (probe) => await tellOutcome(probe, await reconnected(probe)),
		},
		{
			name: 'A pin while disconnected: whether it waits on once connected',
			sandbox: 'it has left the queue',
			look: async (probe) => {
				const pin = await reconnected(probe);
				const hasLeft = await probe.until(async () => (await probe.isWaiting(pin)) === false);
				return hasLeft
					? 'it has left the queue'
					: `not seen to leave it within ${probe.patienceMs / 1000} s`;
			},
		},
	],
);
