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
	 * Sends it; what comes after it waits for its promise.
	 *
	 * @throws with the `error` of the delivery callback
	 */
	send: () => unknown;
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

	/** The entry whose promise is waited for. */
	private current?: QueueEntry | undefined;

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
		this.current = undefined;
		this.waiting.length = 0;
		this.failed.length = 0;
	}

	private work(): void {
		const [min, max] = this.delayMs;
		const isReady = () => !this.current && this.instance.isConnected && this.waiting.length > 0;
		if (max === 0) {
			while (isReady()) this.sendNext();
			return;
		}
		if (this.timer || !isReady()) return;
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
			const sending = entry.send();
			if (!(sending instanceof Promise)) this.finish(entry);
			else void this.sendLater(entry, sending);
		} catch (reason) {
			this.finish(entry, reason as Error);
		}
	}

	private async sendLater(entry: QueueEntry, sending: Promise<unknown>): Promise<void> {
		this.current = entry;
		const reason = await sending.then(
			() => undefined,
			(thrown: unknown) => thrown as Error,
		);
		// Unless the queue was cleared.
		if (this.current !== entry) return;
		this.current = undefined;
		this.finish(entry, reason);
		this.work();
	}

	private finish(entry: QueueEntry, reason?: Error): void {
		const error = reason?.message;
		if (error !== undefined) this.failed.push({ ...entry, error });
		this.emit('done', entry, error);
	}
}
