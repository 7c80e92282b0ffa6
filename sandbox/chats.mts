import { randomBytes, randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Media } from './media.mts';

/** Who writes, reacts or pins. */
export interface Author {
	senderName: string;
	/** Whether it is the connected number. */
	fromMe: boolean;
	/** Whether it used the API and not the phone. */
	fromApi?: boolean;
	/** Phone number of a group's member. */
	participantPhone?: string;
}

/** What a message can have beside its text. */
export interface Content {
	/** ID of the message that it replies to. */
	replyTo?: string | undefined;
	/** Then the text is its caption. */
	media?: Media | undefined;
	/** Then the text is the question. */
	poll?: Poll | undefined;
	/** Whether everyone in the group is mentioned. */
	mentionsAll?: boolean | undefined;
}

export interface Poll {
	options: string[];
	/** How many of them a person can choose; 0: any number. */
	maxOptions: number;
}

export interface Message extends Author, Content {
	messageId: string;
	text: string;
	/** Unix time in milliseconds. Z-API's own spelling. */
	momment: number;
	/** What each person has chosen, by name; only of a poll. */
	votes?: Record<string, string[]>;
	/** By the name of the person. */
	reactions: Record<string, string>;
}

export interface Pin {
	messageId: string;
	/** Unix time in milliseconds. */
	expiresAt: number;
}

/** Another person than the connected number. */
export interface Person {
	phone: string;
	name: string;
}

export interface Chat {
	phone: string;
	name: string | null;
	isGroup: boolean;
	archived: boolean;
	/** Whether it is the announcement group of a community. */
	isGroupAnnouncement: boolean;
	/** Whether it is the community itself: what is sent there reaches nobody. */
	isCommunity: boolean;
	/** The contact, or the members of the group. */
	people: Person[];
	messages: Message[];
	/** Oldest first. */
	pins: Pin[];
}

/** A pin or unpin, which WhatsApp delivers as a message of its own. */
export interface PinEvent extends Author {
	/** ID of the event itself. */
	messageId: string;
	action: 'pin' | 'unpin';
	/** The message that is pinned or unpinned. */
	pinned: string;
	/** 0 for an unpin. */
	durationMs: number;
	momment: number;
}

export interface ReactionEvent extends Author {
	/** ID of the event itself. */
	messageId: string;
	/** Empty if the reaction was removed. */
	value: string;
	/** The message that is reacted to. */
	reactedTo: string;
	momment: number;
}

export interface VoteEvent extends Author {
	/** ID of the event itself. */
	messageId: string;
	/** The poll. */
	pollMessageId: string;
	/** All that the person has chosen now; empty: the vote was taken back. */
	options: string[];
	momment: number;
}

/** A notification of a chat that is no message: a call, a group change, a deleted message. */
export interface Notification extends Author {
	/** Z-API's, which is no message's. */
	messageId: string;
	/** Such as `CALL_RECEIVED` or `GROUP_PARTICIPANT_ADD`. */
	kind: string;
	parameters: string[];
	momment: number;
}

interface ChatEvents {
	notification: [chat: Chat, event: Notification];
	message: [chat: Chat, message: Message];
	pin: [chat: Chat, event: PinEvent];
	reaction: [chat: Chat, event: ReactionEvent];
	vote: [chat: Chat, event: VoteEvent];
}

const DAY_MS = 24 * 60 * 60 * 1000;

export type Duration = '24_hours' | '7_days' | '30_days';

export const DURATIONS_MS: Record<Duration, number> = {
	'24_hours': DAY_MS,
	'7_days': 7 * DAY_MS,
	'30_days': 30 * DAY_MS,
};

/** Time between the sandbox's first chats; the first one is the latest. */
const SEED_INTERVAL_MS = 7 * 60 * 1000;

/** WhatsApp's limit: a fourth pin unpins the oldest message, without any notice. */
const PINS_PER_CHAT = 3;

/** The connected number, on the phone. */
export const ME: Author = { senderName: 'Me', fromMe: true };

/** An ID as WhatsApp makes them. */
export const newId = (bytes = 16) => randomBytes(bytes).toString('hex').toUpperCase();

/** The chats of the sandbox's instance, in memory. Emits an event for each change. */
export class Chats extends EventEmitter<ChatEvents> {
	private readonly chats = new Map<string, Chat>();

	constructor(private readonly now: () => number = Date.now) {
		super();
		this.reset();
	}

	/** Resets to the first chats. */
	reset(): void {
		this.chats.clear();
		for (const [index, { phone, name, people = [], texts, ...kind }] of SEED.entries()) {
			const chat: Chat = { ...newChat(phone, name), ...kind };
			if (chat.isGroup) chat.people = people;
			const momment = this.now() - index * SEED_INTERVAL_MS;
			chat.messages = texts.map((text) => ({
				messageId: newId(),
				text,
				momment,
				reactions: {},
				...authorIn(chat, chat.people[0]?.phone),
			}));
			this.chats.set(phone, chat);
		}
		const [first] = this.get(DEMO_MESSAGE.phone).messages;
		if (first) first.messageId = DEMO_MESSAGE.messageId;
	}

	all(): Chat[] {
		return [...this.chats.values()];
	}

	/** Assumed: Z-API does not document what it does with an unknown chat. The sandbox adds it. */
	get(phone: string): Chat {
		const chat = this.chats.get(phone) ?? newChat(phone, null);
		this.chats.set(phone, chat);
		chat.pins = chat.pins.filter(({ expiresAt }) => expiresAt > this.now());
		return chat;
	}

	find(phone: string, messageId: string): Message | undefined {
		return this.get(phone).messages.find((message) => message.messageId === messageId);
	}

	findMedia(messageId: string): Media | undefined {
		const messages = this.all().flatMap((chat) => chat.messages);
		return messages.find((message) => message.messageId === messageId)?.media;
	}

	write(
		phone: string,
		text: string,
		author: Author,
		{ messageId = newId(), ...content }: Content & { messageId?: string } = {},
	): Message {
		const message: Message = {
			messageId,
			text,
			momment: this.now(),
			reactions: {},
			...content,
			...author,
			...(content.poll && { votes: {} }),
		};
		const chat = this.get(phone);
		chat.messages.push(message);
		this.emit('message', chat, message);
		return message;
	}

	/** @returns ID of the event */
	react(phone: string, reactedTo: string, value: string, author: Author): string {
		const { senderName } = author;
		const message = this.find(phone, reactedTo);
		if (message) {
			const others = Object.entries(message.reactions).filter(([name]) => name !== senderName);
			message.reactions = Object.fromEntries(value ? [...others, [senderName, value]] : others);
		}
		const messageId = newId(10);
		const event = { messageId, value, reactedTo, momment: this.now(), ...author };
		this.emit('reaction', this.get(phone), event);
		return messageId;
	}

	/**
	 * @param options all that the person chooses
	 * @returns ID of the event
	 * @throws if there is no such poll or option
	 */
	vote(phone: string, pollMessageId: string, options: string[], author: Author): string {
		const { poll, votes = {} } = this.find(phone, pollMessageId) ?? {};
		if (!poll || !options.every((option) => poll.options.includes(option))) {
			throw new Error('No such poll or option');
		}
		const { maxOptions } = poll;
		if (maxOptions > 0 && options.length > maxOptions) throw new Error('Too many options');
		votes[author.senderName] = options;
		const messageId = newId(10);
		const event = { messageId, pollMessageId, options, momment: this.now(), ...author };
		this.emit('vote', this.get(phone), event);
		return messageId;
	}

	/** Whether anybody gets what is sent there: the ID of a community is accepted, and shown to nobody. */
	isReached(phone: string): boolean {
		const id = phone.replace(/-group$/, '');
		return !this.all().some((chat) => chat.isCommunity && chat.phone === `${id}-group`);
	}

	/** @returns ID of the event */
	notify(phone: string, kind: string, author: Author, parameters: string[] = []): string {
		const momment = this.now();
		const messageId = `${Math.floor(momment / 1000)}-${randomInt(100)}`;
		const event = { messageId, kind, parameters, momment, ...author };
		this.emit('notification', this.get(phone), event);
		return messageId;
	}

	/** @returns ID of the event */
	pin(
		phone: string,
		pinned: string,
		durationMs: number,
		author = ME,
		messageId = newId(10),
	): string {
		const chat = this.get(phone);
		const momment = this.now();
		chat.pins = chat.pins.filter((pin) => pin.messageId !== pinned);
		chat.pins.push({ messageId: pinned, expiresAt: momment + durationMs });
		chat.pins.splice(0, chat.pins.length - PINS_PER_CHAT);
		this.emit('pin', chat, { messageId, action: 'pin', pinned, durationMs, momment, ...author });
		return messageId;
	}

	/** @returns ID of the event */
	unpin(phone: string, pinned: string, author = ME, messageId = newId(10)): string {
		const chat = this.get(phone);
		chat.pins = chat.pins.filter((pin) => pin.messageId !== pinned);
		const event = { messageId, action: 'unpin' as const, pinned, durationMs: 0, ...author };
		this.emit('pin', chat, { ...event, momment: this.now() });
		return messageId;
	}
}

/**
 * Who acts in a chat.
 *
 * @param phone phone number of a member; absent: the connected number
 */
export function authorIn({ people, isGroup }: Chat, phone?: string): Author {
	const person = people.find((one) => one.phone === phone);
	if (!person) return ME;
	const { name } = person;
	return { senderName: name, fromMe: false, ...(isGroup && { participantPhone: person.phone }) };
}

/** The private identifier of a phone number: an invented one, but always the same. */
export const lidOf = (phone: string): string =>
	phone.endsWith('@lid') ? phone : `${phone.slice(-9)}${phone.slice(0, -9).padEnd(6, '0')}@lid`;

/** The message of Z-API's documented example, waiting in the first chat to be pinned. */
export const DEMO_MESSAGE = {
	phone: '120363019502650977-group',
	messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
};

interface Seed {
	phone: string;
	name: string | null;
	/** Members of a group. */
	people?: Person[];
	texts: string[];
	archived?: boolean;
	isGroupAnnouncement?: boolean;
	isCommunity?: boolean;
}

const SEED: Seed[] = [
	{
		phone: DEMO_MESSAGE.phone,
		name: 'Condomínio Jardim',
		people: [
			{ phone: '5511955554444', name: 'Bruno Lima' },
			{ phone: '5511999999999', name: 'Ana Souza' },
		],
		texts: ['The water will be off on Friday from 9 to 12 h.', 'Please fill your bottles before.'],
	},
	{
		phone: '5511999999999',
		name: 'Ana Souza',
		texts: ['Hi! Is the shop open tomorrow?', 'And on Saturday?'],
	},
	{ phone: '5511988887777', name: 'Padaria do Bairro', texts: ['Your order is ready.'] },
	{
		phone: '5511999999999-1623281429',
		name: 'Class 3B',
		people: [
			{ phone: '5511944443333', name: 'Carla Dias' },
			{ phone: '5511955554444', name: 'Bruno Lima' },
		],
		texts: ['The trip is on Tuesday, bring a hat.'],
	},
	{ phone: '999999999999999@lid', name: null, texts: ['Hello from a private identifier.'] },
	{ phone: '5511966665555', name: 'Old Customer', texts: ['See you next year.'], archived: true },
	{
		phone: '120363166555745933@newsletter',
		name: 'City News',
		texts: ['New opening hours of the library.'],
	},
	{
		phone: '120363019502651111-group',
		name: 'Bloco A',
		people: [
			{ phone: '5511933332222', name: 'Diego Alves' },
			{ phone: '5511999999999', name: 'Ana Souza' },
		],
		texts: ['Who has the key of the meeting room?'],
	},
	{
		phone: '120363019502652222-group',
		name: 'Bloco B',
		people: [{ phone: '5511922221111', name: 'Elisa Rocha' }],
		texts: ['The lift is out of order again.'],
	},
	{
		phone: '120363277777777702-group',
		name: 'Vila Verde',
		people: [{ phone: '5511922221111', name: 'Elisa Rocha' }],
		texts: ['Welcome to the announcements of the neighbourhood.'],
		isGroupAnnouncement: true,
	},
	// Assumed: that the list of chats has the community, too, with the ending of a group.
	{ phone: '120363277777777701-group', name: 'Vila Verde', texts: [], isCommunity: true },
];

function newChat(phone: string, name: string | null): Chat {
	const isGroup = phone.endsWith('-group') || /^\d+-\d+$/.test(phone);
	const people = isGroup ? [] : [{ phone, name: name ?? phone }];
	const kind = { isGroup, archived: false, isGroupAnnouncement: false, isCommunity: false };
	return { phone, name, ...kind, people, messages: [], pins: [] };
}
