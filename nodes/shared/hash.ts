import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 in base64url. */
export function toHash(text: string, more: string | Buffer = ''): string {
	return createHash('sha256').update(text).update(more).digest('base64url');
}

/** Compares hashes in constant time. */
export function isEqual(one: string, other: string): boolean {
	const [first, second] = [Buffer.from(one), Buffer.from(other)];
	return first.length === second.length && timingSafeEqual(first, second);
}
