import { EventEmitter } from 'node:events';
import type { Instance } from './instance.mts';

/** An entry that Z-API has accepted and not sent to WhatsApp yet. */
export interface QueueEntry {
	zaapId: string;
	/** ID of its event in WhatsApp. */
	messageId: string;
	phone: string;
	/** For people, e.g. "pin 77DF5293". */
	what: string;
	/** Unix time in milliseconds. */
	created: number;
	/**
	 * Sends it.
	 *
	 * @throws with the `error` of the delivery callback
	 */
	send: () => void;
}

export interface FailedEntry extends QueueEntry {
	error: string;
}

interface QueueEvents {
	/** It has left the queue: sent, or with an error. */
	done: [entry: QueueEntry, error?: string];
}

/** Limit while disconnected. */
const LIMIT = 1000;

/**
 * Z-API's queue: sends accepted entries one by one, and keeps them while the instance is disconnected.
 *
 * @see https://developer.z-api.io (quickstart, queue)
 */
export class Queue extends EventEmitter<QueueEvents> {
	readonly waiting: QueueEntry[] = [];

	readonly failed: FailedEntry[] = [];

	private timer?: NodeJS.Timeout | undefined;

	/** @param delayMs the shortest and the longest time to the next entry; with 0 nothing waits */
	constructor(
		private readonly instance: Instance,
		private readonly delayMs: [min: number, max: number] = [0, 0],
	) {
		super();
		instance.on('connection', () => this.work());
	}

	/** @throws if the queue of a disconnected instance is full. The text is assumed. */
	add(entry: QueueEntry): void {
		const { isConnected, disableEnqueueWhenDisconnected } = this.instance;
		if (!isConnected && disableEnqueueWhenDisconnected) throw new Error('You are not connected.');
		if (!isConnected && this.waiting.length >= LIMIT) throw new Error('Queue limit reached');
		this.waiting.push(entry);
		this.work();
	}

	clear(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		this.waiting.length = 0;
		this.failed.length = 0;
	}

	private work(): void {
		const [min, max] = this.delayMs;
		if (max === 0) {
			while (this.instance.isConnected && this.waiting.length > 0) this.sendNext();
			return;
		}
		if (this.timer || !this.instance.isConnected || this.waiting.length === 0) return;
		this.timer = setTimeout(
			() => {
				this.timer = undefined;
				if (this.instance.isConnected) this.sendNext();
				this.work();
			},
			min + Math.random() * (max - min),
		).unref();
	}

	private sendNext(): void {
		const entry = this.waiting.shift();
		if (!entry) return;
		try {
			entry.send();
			this.emit('done', entry);
		} catch (reason) {
			const error = (reason as Error).message;
			this.failed.push({ ...entry, error });
			this.emit('done', entry, error);
		}
	}
}
