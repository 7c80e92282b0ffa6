import { ZApi } from '../../credentials/ZApi.credentials';
import { FAILURES } from '../../nodes/shared/transport/failures';
import { SUBTITLES } from '../../nodes/ZApiPinMessage/parameters';
import { ZApiPinMessage } from '../../nodes/ZApiPinMessage/ZApiPinMessage.node';
import { ZApiPinMessageTrigger } from '../../nodes/ZApiPinMessageTrigger/ZApiPinMessageTrigger.node';

const { description: action } = new ZApiPinMessage();
const { description: trigger } = new ZApiPinMessageTrigger();

const fieldOf = ({ properties }: typeof action, name: string) =>
	properties.find((property) => property.name === name);

const optionsOf = (description: typeof action, name: string) =>
	(fieldOf(description, name)?.options ?? []) as Array<{
		name: string;
		value: string;
		description: string;
	}>;

test('the description of an event ends with its value, which a Switch node needs', () => {
	const events = optionsOf(trigger, 'events');
	expect(events[0]?.value).toBe('messageReceived');
	for (const { value, description } of events) expect(description).toMatch(`(${value})`);
});

test('own messages are ignored by default, and the choices come in the order of use', () => {
	expect(fieldOf(trigger, 'sentByMe')).toMatchObject({
		displayName: 'My Own Messages and Reactions',
		default: 'pins',
	});
	expect(optionsOf(trigger, 'sentByMe').map(({ name }) => name)).toStrictEqual([
		'Ignore',
		'Start the Workflow',
		'Start the Workflow, Also With Automated Messages',
	]);
});

test('the options that people need first come first', () => {
	const names = (description: typeof action) =>
		optionsOf(description, 'options').map(({ name }) => name);
	expect(names(trigger).slice(0, 3)).toStrictEqual(['textContains', 'chatType', 'ifWebhookTaken']);
	expect(names(action).slice(0, 2)).toStrictEqual(['fileName', 'mentionEveryone']);
});

test('a hint below Message ID says how to get one', () => {
	expect(fieldOf(action, 'messageId')?.hint).toMatch(
		/Reaction Received.+react to the message from another phone/,
	);
});

test("the trigger's panel names buttons that n8n has", () => {
	const texts = JSON.stringify([trigger.triggerPanel, fieldOf(trigger, 'events')?.hint]);
	expect(texts).not.toMatch(/listen/i);
	expect(texts).toMatch(/Execute step or Test this trigger/);
	expect(texts).toMatch(/While you test, make the event happen in WhatsApp/);
});

test('a subtitle says in words what a node does', () => {
	expect(SUBTITLES).toMatchObject({ sendAndPin: 'Send and Pin', getAll: 'Get Many Chats' });
});

test('the icons of the two nodes differ', () => {
	expect(trigger.icon).not.toStrictEqual(action.icon);
});

test("places in Z-API's panel have their Portuguese names", () => {
	const hints = new ZApi().properties.map(({ hint = '' }) => hint);
	const texts = [...hints, ...FAILURES.map(({ description }) => description)];
	const naming = (place: string) => texts.filter((text) => text.includes(place));
	expect(naming('Instances')).toStrictEqual(naming('Instances (Instâncias)'));
	expect(naming('Security')).toHaveLength(4);
	for (const text of naming('Security')) expect(text).toContain('(Segurança)');
});
