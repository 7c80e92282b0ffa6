import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import {
	type IdParameter,
	LEFT_BY_EXPRESSIONS,
	readIdText,
	refusal,
	refuseInvalid,
	toChoice,
} from '../../shared/parameter';
import { decodeUrl } from '../../shared/text';
import type { ItemReader } from './operation';

/** A file to send: its URL, or the name of the input's binary property, or that property itself. */
export type FileSource = string | { property: string | IBinaryData; mimeType: string };

/** Where a file can come from. */
export const FILE_SOURCES = [
	{ name: 'URL', value: 'url' },
	{ name: 'Input Data', value: 'binary' },
] as const;

/** As a data URL it takes a third more, and n8n has it several times in memory. */
const MAX_BYTES = 50_000_000;

/** MIME types by extension, for files whose own type is missing. */
const MIME_TYPES = new Map([
	['gif', 'image/gif'],
	['jpeg', 'image/jpeg'],
	['jpg', 'image/jpeg'],
	['png', 'image/png'],
	['webp', 'image/webp'],
	['3gp', 'video/3gpp'],
	['mov', 'video/quicktime'],
	['mp4', 'video/mp4'],
	['pdf', 'application/pdf'],
]);

const FILE_URL: IdParameter = {
	name: 'File URL',
	// Signed URLs are long.
	maxLength: 4000,
	advice: 'Use the public URL of the file, which begins with https:// or http://.',
	refusals: [
		...LEFT_BY_EXPRESSIONS,
		[/^(?!https?:\/\/[^/])/i, 'does not begin with https:// or http://'],
		[/\s/, 'has a space in it', 'Write %20 in place of a space.'],
		[/[/=_-](?:null|NaN)(?:[/?#&._-]|$)/, 'has a part that an expression did not find'],
	],
};

const BINARY = 'Input Data Field Name';

/**
 * Finds the extension of a file name: letters and digits, as it goes into a path. It has a letter: "Minutes 1.2"
 * has none.
 */
export function extensionOf(fileName: string): string {
	return /\.(?=\d*[a-z])([a-z\d]{1,10})$/i.exec(fileName)?.[1] ?? '';
}

/**
 * Reads which file is sent, but not the file itself.
 *
 * @param type what the file is called in the parameters
 * @param mimeTypes those that it may have
 * @returns its source, and its name, which may have no extension
 * @throws {UserError} naming the parameter that is invalid
 */
export function readFile(
	{ read, findFile }: ItemReader,
	type: string,
	mimeTypes: RegExp,
): { source: FileSource; name: string } {
	if (toChoice(FILE_SOURCES, read('fileSource'), 'File From') === 'url') {
		const url = readIdText(read('fileUrl'), FILE_URL);
		refuseInvalid(url, FILE_URL);
		refuseInvalid(decodeUrl(url), { ...FILE_URL, refusals: LEFT_BY_EXPRESSIONS });
		if (!URL.canParse(url)) throw refusal(FILE_URL.name, 'is not a URL', FILE_URL.advice);
		return { source: url, name: decodeUrl(new URL(url).pathname).split('/').at(-1) ?? '' };
	}
	const property = read('binaryPropertyName') as string | IBinaryData;
	let file: IBinaryData;
	try {
		file = findFile(property);
	} catch {
		const advice = 'Check the name, and that the node before outputs the file.';
		throw refusal(BINARY, 'names no file of the input item', advice);
	}
	const { fileName = '', fileExtension } = file;
	const isComplete = extensionOf(fileName) !== '' || !fileExtension;
	const name = isComplete ? fileName : `${fileName || 'file'}.${fileExtension}`;
	const mimeType = findMimeType(file.mimeType, name);
	if (!mimeTypes.test(mimeType)) {
		const what = `names a file that is no ${type.toLowerCase()}`;
		throw refusal(BINARY, what, "Set 'Message Type' to what the file is. Document takes any file.");
	}
	// Older versions of n8n don't give it.
	if (typeof file.bytes === 'number') checkSize(file.bytes);
	return { source: { property, mimeType }, name };
}

function findMimeType(given: unknown, fileName: string): string {
	const [, mimeType = ''] = /^\s*([\w.+-]+\/[\w.+-]+)\s*(?:;|$)/.exec(String(given)) ?? [];
	if (mimeType !== '' && !mimeType.endsWith('/octet-stream')) return mimeType.toLowerCase();
	return MIME_TYPES.get(extensionOf(fileName).toLowerCase()) ?? 'application/octet-stream';
}

/**
 * Gives a file as Z-API takes it.
 *
 * @returns its URL; a data URL if the input has it
 * @throws {UserError} if n8n can't read it, or it is empty or too large
 */
export async function readSource(
	{ helpers }: IExecuteFunctions,
	itemIndex: number,
	source: FileSource,
): Promise<string> {
	if (typeof source === 'string') return source;
	const { property, mimeType } = source;
	let buffer: Buffer;
	try {
		buffer = await helpers.getBinaryDataBuffer(itemIndex, property);
	} catch {
		// Not n8n's own text, which has the path of the file.
		const advice = 'Execute the node before again, which outputs the file.';
		throw refusal(BINARY, 'names a file that n8n does not have any more', advice);
	}
	checkSize(buffer.length);
	return `data:${mimeType};base64,${buffer.toString('base64')}`;
}

function checkSize(bytes: number): void {
	if (bytes === 0) throw refusal(BINARY, 'names an empty file', 'Check the node before.');
	if (bytes <= MAX_BYTES) return;
	throw refusal(BINARY, 'names a file of more than 50 MB', "Set 'File From' to URL.");
}
