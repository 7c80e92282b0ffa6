/** The last run of each key. */
const last = new Map<unknown, Promise<unknown>>();

/** Runs functions of the same key one after another, however long the previous ones take. */
export async function withLock<T>(key: unknown, run: () => Promise<T>): Promise<T> {
	const result = (last.get(key) ?? Promise.resolve()).then(run);
	const ended = result.catch(() => {});
	last.set(key, ended);
	try {
		return await result;
	} finally {
		if (last.get(key) === ended) last.delete(key);
	}
}
