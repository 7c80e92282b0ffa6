/** In milliseconds. */
const TTL = 10 * 60 * 1000;

/** A cache that keeps each value for ten minutes, and the latest ones if there are too many. */
export class TtlCache<V> {
	/** Oldest first. */
	private readonly entries = new Map<string, { value: V; expiresAt: number }>();

	constructor(private readonly maxSize: number) {}

	get(key: string): V | undefined {
		const entry = this.entries.get(key);
		return entry && Date.now() < entry.expiresAt ? entry.value : undefined;
	}

	set(key: string, value: V): void {
		const now = Date.now();
		this.entries.delete(key);
		for (const [oldest, { expiresAt }] of this.entries) {
			if (now < expiresAt && this.entries.size < this.maxSize) break;
			this.entries.delete(oldest);
		}
		this.entries.set(key, { value, expiresAt: now + TTL });
	}

	delete(key: string): void {
		this.entries.delete(key);
	}
}
