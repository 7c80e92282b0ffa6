/** In milliseconds. */
const TTL = 10 * 60 * 1000;

/** A cache that keeps each value for ten minutes, and the latest ones if there are too many. */
export class TtlCache<V> {
	/** Oldest first. */
	private readonly entries = new Map<string, { value: V; expiresAt: number }>();

	constructor(private readonly maxSize: number) {}

	get(key: string): V | undefined {
		const now = Date.now();
		for (const [oldest, { expiresAt }] of this.entries) {
			if (now < expiresAt) break;
			this.entries.delete(oldest);
		}
		return this.entries.get(key)?.value;
	}

	/** @param key one that isn't in the cache */
	set(key: string, value: V): void {
		const [oldest] = this.entries.keys();
		if (oldest !== undefined && this.entries.size >= this.maxSize) this.entries.delete(oldest);
		this.entries.set(key, { value, expiresAt: Date.now() + TTL });
	}

	delete(key: string): void {
		this.entries.delete(key);
	}
}
