import { createHash } from 'node:crypto';

/** A picture, video or document of a message. */
export interface Media {
	kind: MediaKind;
	/** Where the sender has it; absent: it came with the request. */
	url?: string;
	mimeType: string;
	/** Of documents. */
	fileName?: string;
	/** Absent: it was not read. */
	bytes?: number;
	/** In hex. */
	sha256?: string;
	/** Whether the sandbox serves it, as it is small. */
	isKept?: boolean;
	/** Only of those. Not enumerable. */
	data?: Buffer;
}

export type MediaKind = 'image' | 'video' | 'document';

/** Kept in memory of each, in bytes. */
const KEPT = 2 * 1024 * 1024;

/** Z-API's limit for videos, in bytes. */
const LIMIT = 100 * 1024 * 1024;

const FETCH_TIMEOUT_MS = 30_000;

const MIME_TYPES: Record<string, string> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	gif: 'image/gif',
	webp: 'image/webp',
	mp4: 'video/mp4',
	pdf: 'application/pdf',
	txt: 'text/plain',
};

/**
 * What a request wants to send.
 *
 * @param value a data URL, or an HTTP URL, which is not fetched yet
 * @throws if it is none; the text is assumed
 */
export function readMedia(kind: MediaKind, value: unknown): Media {
	if (typeof value !== 'string') throw new Error(`Invalid ${kind}`);
	const comma = value.indexOf(',');
	const [, found] =
		/^data:([\w.+-]+\/[\w.+-]+)[^,]*;base64,$/.exec(value.slice(0, comma + 1)) ?? [];
	if (found) {
		// A copy: a part of a string keeps the whole of it in memory.
		const mimeType = Buffer.from(found).toString();
		const data = Buffer.from(value.slice(comma + 1), 'base64');
		const isOfKind = kind === 'document' || mimeType.startsWith(`${kind}/`);
		// Buffer skips what is not base64.
		const isWhole = Math.ceil(data.length / 3) * 4 === value.length - comma - 1;
		if (!isOfKind || !isWhole || data.length === 0) throw new Error(`Invalid ${kind}`);
		const sha256 = createHash('sha256').update(data).digest('hex');
		return keep({ kind, mimeType, bytes: data.length, sha256 }, data);
	}
	if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
		throw new Error(`Invalid ${kind}`);
	}
	const [extension = ''] = /[^.]*$/.exec(new URL(value).pathname) ?? [];
	const ofKind = { image: 'image/jpeg', video: 'video/mp4', document: 'application/octet-stream' };
	return { kind, url: value, mimeType: MIME_TYPES[extension.toLowerCase()] ?? ofKind[kind] };
}

/**
 * Fetches what is on this machine, and nothing else. Assumed of other URLs: they can be fetched unless their
 * path contains `missing`.
 *
 * @throws with the `error` of the delivery callback
 * @see https://developer.z-api.io/en/webhooks/on-message-send-examples
 */
export function fetchMedia(media: Media): Media | Promise<Media> {
	if (media.url === undefined) return media;
	if (isLoopback(media.url)) return fetchLocal(media, media.url);
	if (new URL(media.url).pathname.includes('missing')) throw new Error(NOT_FOUND);
	return media;
}

const NOT_FOUND = 'Got a 404 error while trying to send message';

const NOT_FETCHED = 'Message not send caused by invalid media url';

const IS_PAGE =
	'The url informed is not a valid url in the media format, apparently it can be an html';

async function fetchLocal(media: Media, url: string): Promise<Media> {
	const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
	// A redirect could lead away from this machine.
	const response = await fetch(url, { signal, redirect: 'manual' }).catch((cause: unknown) => {
		throw new Error(NOT_FETCHED, { cause });
	});
	const { mimeType = media.mimeType } =
		/^(?<mimeType>[^;\s]+)/.exec(response.headers.get('content-type') ?? '')?.groups ?? {};
	const isPage = mimeType === 'text/html' && media.kind !== 'document';
	if (!response.ok || isPage) {
		await response.body?.cancel();
		throw new Error(response.status === 404 ? NOT_FOUND : isPage ? IS_PAGE : NOT_FETCHED);
	}
	const hash = createHash('sha256');
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	try {
		for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
			bytes += chunk.length;
			hash.update(chunk);
			if (bytes <= KEPT) chunks.push(chunk);
			if (bytes > LIMIT) throw new Error('Too large');
		}
	} catch (cause) {
		throw new Error(NOT_FETCHED, { cause });
	}
	const data = bytes <= KEPT ? Buffer.concat(chunks) : undefined;
	return keep({ ...media, mimeType, bytes, sha256: hash.digest('hex') }, data);
}

/** Whether a URL leads to this machine: the sandbox calls no other. */
export function isLoopback(url: string): boolean {
	const host = URL.canParse(url) ? new URL(url).hostname : '';
	return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Adds the data of a small one so that JSON leaves it out. */
function keep(media: Media, data?: Buffer): Media {
	const isKept = data !== undefined && data.length <= KEPT;
	const value = isKept ? data : undefined;
	return Object.defineProperty({ ...media, isKept }, 'data', { value, enumerable: false });
}
