import { toObject } from '../../../nodes/shared/json.ts';
import { NotTried, type Probe, type Sent, toPinMessage } from '../probe.mts';
import {
	tell,
	tellAccepted,
	tellDelivery,
	tellFields,
	tellOutcome,
	tellOwnCallback,
} from '../tell.mts';
import { type Assumption, NEEDS, needing, once } from './assumption.mts';
import { DELIVERED, firstMessage, messages, QUEUED, toMessage } from './messages.mts';

const REJECTED = 'not sent: {"error":"Whatsapp rejected sending this message"}';

const INVALID_BODY = '400 {"error":"Invalid body"} → requestRefused';

const pinnedAtOnce = async (probe: Probe) => {
	const { pin } = await messages(probe);
	if (!pin) throw new NotTried('the message was not accepted');
	return pin;
};

const pinned = once(async (probe) => {
	const message = await firstMessage(probe);
	probe.say('Pinning the first message for 24 hours.');
	return await probe.pin(message);
});

const pinnedAgain = once(async (probe) => {
	await pinned(probe);
	probe.say('Pinning it once more.');
	return await probe.pin(await firstMessage(probe));
});

const unpinned = once(async (probe) => {
	await pinnedAgain(probe);
	probe.say('Unpinning it.');
	return await probe.unpin(await firstMessage(probe));
});

const unpinnedAgain = once(async (probe) => {
	await unpinned(probe);
	probe.say('Unpinning it once more.');
	return await probe.unpin(await firstMessage(probe));
});

const pinnedByZaapId = once(async (probe) => {
	const { zaapId } = (await messages(probe)).second;
	if (!zaapId) throw new NotTried('the response had no zaapId');
	probe.say('Pinning the second message by its zaapId.');
	return await probe.pin(zaapId);
});

/** The pins of four messages, of which the oldest has to go. */
const fourPins = once(async (probe) => {
	const { first, second } = await messages(probe);
	await probe.unpin(second.messageId);
	probe.say('Sending two more messages to the chat.');
	const third = await probe.sendText('Probe: message 3');
	const fourth = await probe.sendText('Probe: message 4');
	const ids: string[] = [];
	for (const sent of [first, second, third, fourth]) ids.push(await toMessage(probe, sent));
	probe.say('Pinning all four for 24 hours.');
	const pins: Sent[] = [];
	for (const id of ids) pins.push(await probe.pin(id));
	await probe.settleLast();
	return pins;
});

const fourthPin = async (probe: Probe) => (await fourPins(probe))[3] as Sent;

/** Pins a message that does not exist. What is given may be wrong, too. */
const pinUnknown = (name: string, body: Record<string, unknown>) =>
	once(async (probe) => {
		probe.say(`Sending ${name.toLowerCase()}.`);
		const messageId = probe.makeUp('unknown message ID');
		return await probe.sendNext({ ...probe.toPin(messageId), ...body });
	});

/** Whether it is accepted, and what becomes of it. */
const toRows = (
	name: string,
	act: (probe: Probe) => Promise<Sent>,
	outcome: string,
	response = 'accepted',
): Assumption[] => [
	{
		name: `${name}: the response`,
		sandbox: response,
		look: async (probe) => tellAccepted(probe, await act(probe)),
	},
	{
		name: `${name}: what becomes of it`,
		sandbox: outcome,
		needs: ['webhook'],
		look: async (probe) => await tellOutcome(probe, await act(probe)),
	},
];

const toUnknownRows = (name: string, body: Record<string, unknown>, outcome = REJECTED) =>
	toRows(name, pinUnknown(name, body), outcome);

const toRefusedRows = (name: string, body: Record<string, unknown>, response: string) =>
	toRows(name, pinUnknown(name, body), 'not accepted', response);

const toOwnCallback = (
	name: string,
	act: (probe: Probe) => Promise<Sent>,
	pinMessage: string,
): Assumption => ({
	name: `${name}: its own callback`,
	sandbox: `{${pinMessage},"fromMe":true,"fromApi":true}; messageId is the response’s; refers to the message`,
	needs: ['webhook'],
	look: async (probe) => await tellOwnCallback(probe, await act(probe)),
});

const PINNED = '"action":"pin","pinDurationInSecs":86400';

const FOUR: Assumption[] = [
	...toRows('A fourth pin', fourthPin, 'sent'),
	{
		name: 'A fourth pin: which messages are pinned then',
		sandbox: '2, 3 and 4',
		needs: ['person'],
		look: async (probe) => {
			await fourPins(probe);
			const choices = ['2, 3 and 4', '1, 2 and 3', 'all four', 'others'];
			const question = 'Look into the chat: which of the probe’s messages are pinned?';
			return (await probe.options.look?.(question, choices)) ?? '';
		},
	},
	{
		name: 'A fourth pin: a callback for the one that it displaces',
		sandbox: 'none before that of the next unpin',
		needs: ['webhook'],
		look: async (probe) => {
			const [oldest] = await fourPins(probe);
			const { body, callsBefore } = await fourthPin(probe);
			probe.say('Unpinning the fourth message.');
			await probe.eventOf(await probe.unpin(String(body.messageId)));
			const isTold = probe
				.ownCalls(callsBefore)
				.some(({ callback }) => toPinMessage(callback).reference === oldest?.body.messageId);
			return isTold ? 'one' : 'none before that of the next unpin';
		},
	},
];

/** What is pinned and unpinned. */
export const PINS: Assumption[] = needing(
	['messages', 'connected'],
	[
		...toRows('A pin of a message that still waits', pinnedAtOnce, 'sent'),
		{
			name: 'A pin: the response',
			sandbox: QUEUED,
			look: async (probe) => tell(probe, (await pinned(probe)).response),
		},
		{
			name: 'A pin: the messageId of the response',
			sandbox: 'the same as id',
			look: async (probe) => {
				const { response, body } = await pinned(probe);
				const { messageId, id, zaapId } = toObject(response.body);
				const others = { id, zaapId, 'the pinned message’s': body.messageId };
				const same = Object.entries(others).filter(([, other]) => other === messageId);
				return same.length > 0
					? `the same as ${same.map(([name]) => name).join(', ')}`
					: 'another than id, zaapId and the pinned message’s';
			},
		},
		{
			name: 'A pin: the delivery callback',
			sandbox: DELIVERED,
			needs: ['webhook'],
			look: async (probe) => await tellDelivery(probe, await pinned(probe)),
		},
		toOwnCallback('A pin', pinned, PINNED),
		{
			name: 'A pin: the fields of its own callback',
			sandbox:
				'broadcast: boolean; chatLid: null; chatName: text; connectedPhone: text; forwarded: boolean; fromApi: boolean; fromMe: boolean; instanceId: text; isEdit: boolean; isGroup: boolean; isNewsletter: boolean; isStatusReply: boolean; messageId: text; momment: number; participantLid: null; participantPhone: null; phone: text; pinMessage: object; referenceMessageId: null; senderLid: null; senderName: text; status: text; type: text; waitingMessage: boolean',
			needs: ['webhook'],
			look: async (probe) =>
				tellFields(probe, [(await probe.eventOf(await pinned(probe)))?.callback]),
		},
		{
			name: 'A pin: whether the chat shows it',
			sandbox: 'yes',
			needs: ['person'],
			look: async (probe) => {
				await probe.settle(await pinned(probe));
				const question = 'Look into the chat: is “Probe: message 1” pinned?';
				return (await probe.options.look?.(question, ['yes', 'for me only', 'no'])) ?? '';
			},
		},
		...toRows('A second pin of the message', pinnedAgain, 'sent'),
		toOwnCallback('A second pin of the message', pinnedAgain, PINNED),
		...toRows('An unpin', unpinned, 'sent'),
		toOwnCallback('An unpin', unpinned, '"action":"unpin","pinDurationInSecs":0'),
		...toRows('An unpin of what is not pinned', unpinnedAgain, 'sent'),
		...toRows('A pin by the zaapId of a message', pinnedByZaapId, REJECTED),
		...toUnknownRows('A pin of an unknown message', {}),
		...toUnknownRows('An unpin of an unknown message', { messageAction: 'unpin' }),
		...toUnknownRows('A pin in a chat of nobody', { phone: '5500000000000' }),
		...toUnknownRows(
			'A pin in a channel',
			{ phone: '120363000000000000@newsletter' },
			'not sent: {"error":"SendPinChatMessage not available to channels."}',
		),
		...toRefusedRows(
			'A pin in what is no chat',
			{ phone: 'chat' },
			'400 {"error":"Invalid phone"} → requestRefused',
		),
		...toRefusedRows('A pin for an hour', { pinMessageDuration: '1_hour' }, INVALID_BODY),
		...toRefusedRows(
			'An unpin without a duration',
			{ messageAction: 'unpin', pinMessageDuration: undefined },
			INVALID_BODY,
		),
		...toRefusedRows(
			'An action that is neither pin nor unpin',
			{ messageAction: 'toggle' },
			'400 {"error":"Invalid messageAction"} → requestRefused',
		),
		{
			name: 'A callback that is responded with HTTP 500',
			sandbox: 'comes again, the same',
			needs: ['webhook'],
			look: async (probe) => {
				const { listener } = probe.options;
				if (!listener) throw new NotTried(NEEDS.webhook);
				await probe.settleLast();
				listener.failNext = ({ type }) => type === 'DeliveryCallback';
				const sent = await pinUnknown('One more', {})(probe);
				const first = await probe.deliveryOf(sent);
				listener.failNext = undefined;
				if (first?.status !== 500) throw new NotTried('its callback was not the next one');
				const { callback } = first;
				const again = await probe.callOf(
					({ type, messageId }) => type === callback.type && messageId === callback.messageId,
					listener.calls.indexOf(first) + 1,
				);
				if (!again) return 'does not come again';
				const isSame = JSON.stringify(again.callback) === JSON.stringify(callback);
				return `comes again, ${isSame ? 'the same' : 'changed'}`;
			},
		},
		...needing(['fourth'], FOUR),
	],
);
