import pRetry from 'p-retry';

/** What of the account is changed for a while. */
export class Changes {
	private readonly undos = new Map<string, { what: string; undo: () => Promise<unknown> }>();

	/**
	 * To be called before the change is asked for, as it may happen although no response comes.
	 *
	 * @param what is changed, for people
	 * @param undo puts it back, to what it was at first
	 * @param key tells whether it was changed already
	 */
	add(what: string, undo: () => Promise<unknown>, key = what): void {
		if (!this.undos.has(key)) this.undos.set(key, { what, undo });
	}

	/**
	 * Puts everything back, the latest change first.
	 *
	 * @returns what could not be put back
	 */
	async undoAll(): Promise<string[]> {
		const left: string[] = [];
		for (const { what, undo } of [...this.undos.values()].reverse()) {
			// p-retry takes every TypeError for a bug, but fetch throws one for whatever goes wrong.
			const attempt = async () =>
				await undo().catch((cause: unknown) => {
					throw new Error('Not put back', { cause });
				});
			await pRetry(attempt, { retries: 3, minTimeout: 500 }).catch(() => left.push(what));
		}
		this.undos.clear();
		return left;
	}
}
