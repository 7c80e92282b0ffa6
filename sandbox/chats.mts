import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';

export interface Message {
	messageId: string;
	text: string;
	senderName: string;
	fromMe: boolean;
	/** Unix time in milliseconds. Z-API's own spelling. */
	momment: number;
}

export interface Pin {
	messageId: string;
	/** Unix time in milliseconds. */
	expiresAt: number;
}

export interface Chat {
	phone: string;
	name: string | null;
	isGroup: boolean;
	archived: boolean;
	messages: Message[];
	/** Oldest first. */
	pins: Pin[];
}

/** A pin or unpin, which WhatsApp delivers as a message of its own. */
export interface PinEvent {
	/** ID of the event itself. */
	messageId: string;
	action: 'pin' | 'unpin';
	/** The message that is pinned or unpinned. */
	pinned: string;
	/** 0 for an unpin. */
	durationMs: number;
	momment: number;
}

interface ChatEvents {
	message: [chat: Chat, message: Message];
	pin: [chat: Chat, event: PinEvent];
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const DURATIONS_MS: Record<string, number> = {
	'24_hours': DAY_MS,
	'7_days': 7 * DAY_MS,
	'30_days': 30 * DAY_MS,
};

/** The chats that the sandbox begins with are this far apart, the first is the latest. */
const SEED_INTERVAL_MS = 7 * 60 * 1000;

/** WhatsApp's own limit. */
const PINS_PER_CHAT = 3;

/** An ID as WhatsApp makes them. */
export const newId = (bytes = 16) => randomBytes(bytes).toString('hex').toUpperCase();

/** The chats of the one instance that the sandbox plays, in memory. Tells what happens in them. */
export class Chats extends EventEmitter<ChatEvents> {
	private readonly chats = new Map<string, Chat>();

	constructor(private readonly now: () => number = Date.now) {
		super();
		for (const [index, [phone, name, ...texts]] of SEED.entries()) {
			this.seed(phone, name, texts, now() - index * SEED_INTERVAL_MS);
		}
		const [demo] = this.get(DEMO_MESSAGE.phone).messages;
		if (demo) demo.messageId = DEMO_MESSAGE.messageId;
		this.get('5511966665555').archived = true;
	}

	all(): Chat[] {
		return [...this.chats.values()];
	}

	/** Assumed: Z-API does not say what it answers for a chat that it doesn't know; here one begins. */
	get(phone: string): Chat {
		const chat = this.chats.get(phone) ?? newChat(phone, null);
		this.chats.set(phone, chat);
		chat.pins = chat.pins.filter(({ expiresAt }) => expiresAt > this.now());
		return chat;
	}

	write(phone: string, text: string, from: { senderName: string; fromMe: boolean }): Message {
		const message = { messageId: newId(), text, momment: this.now(), ...from };
		const chat = this.get(phone);
		chat.messages.push(message);
		this.emit('message', chat, message);
		return message;
	}

	/**
	 * Assumed, as Z-API does not say: a message that was never seen here can be pinned, and a fourth pin
	 * takes the place of the oldest, as in WhatsApp's own app.
	 *
	 * @returns ID of the event
	 */
	pin(phone: string, messageId: string, durationMs: number): string {
		const chat = this.get(phone);
		chat.pins = chat.pins.filter((pin) => pin.messageId !== messageId);
		const momment = this.now();
		chat.pins.push({ messageId, expiresAt: momment + durationMs });
		chat.pins.splice(0, chat.pins.length - PINS_PER_CHAT);
		return this.tell(chat, { action: 'pin', pinned: messageId, durationMs, momment });
	}

	/** @returns ID of the event */
	unpin(phone: string, messageId: string): string {
		const chat = this.get(phone);
		chat.pins = chat.pins.filter((pin) => pin.messageId !== messageId);
		const momment = this.now();
		return this.tell(chat, { action: 'unpin', pinned: messageId, durationMs: 0, momment });
	}

	private tell(chat: Chat, event: Omit<PinEvent, 'messageId'>): string {
		const messageId = newId(10);
		this.emit('pin', chat, { messageId, ...event });
		return messageId;
	}

	private seed(phone: string, name: string | null, texts: string[], momment: number) {
		this.chats.set(phone, newChat(phone, name));
		for (const text of texts) {
			this.write(phone, text, { senderName: name ?? phone, fromMe: false }).momment = momment;
		}
	}
}

/** The message of Z-API's documented example, waiting in the first chat to be pinned. */
export const DEMO_MESSAGE = {
	phone: '120363019502650977-group',
	messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
};

const SEED: Array<[phone: string, name: string | null, ...texts: string[]]> = [
	[
		DEMO_MESSAGE.phone,
		'Condomínio Jardim',
		'The water will be off on Friday from 9 to 12 h.',
		'Thanks for telling us!',
	],
	['5511999999999', 'Ana Souza', 'Hi! Is the shop open tomorrow?', 'And on Saturday?'],
	['5511988887777', 'Padaria do Bairro', 'Your order is ready.'],
	['5511999999999-1623281429', 'Class 3B', 'The trip is on Tuesday, bring a hat.'],
	['999999999999999@lid', null, 'Hello from a private identifier.'],
	['5511966665555', 'Old Customer', 'See you next year.'],
	['120363166555745933@newsletter', 'City News', 'New opening hours of the library.'],
];

function newChat(phone: string, name: string | null): Chat {
	const isGroup = phone.endsWith('-group') || /^\d+-\d+$/.test(phone);
	return { phone, name, isGroup, archived: false, messages: [], pins: [] };
}
