import type { IBinaryData, IDataObject, INodeProperties } from 'n8n-workflow';
import { isGroupId } from '../../shared/chat/chatId';
import {
	type IdParameter,
	LEFT_BY_EXPRESSIONS,
	readIdText,
	refusal,
	refuseInvalid,
	toBoolean,
	toChoice,
} from '../../shared/parameter';
import { readMessageText } from './messageText';
import type { ItemReader } from './operation';

/** What is sent, beside the chat and the delays. */
export interface Content {
	path: string;
	body: IDataObject;
	/** A file of the input, and the field of the body that it goes into. */
	file?: { field: string; property: string; mimeType: string };
}

interface MessageType {
	name: string;
	value: string;
	/** What the parameter `text` is called; whether it may be empty. */
	text: { displayName: string; placeholder: string; description: string; isOptional?: boolean };
	/** Whether it has a file, which must be of this MIME type. */
	mimeType?: RegExp;
	/** Whether it can only be sent to groups. */
	groupsOnly?: boolean;
	/** Makes what is sent. */
	make: (text: string, reader: ItemReader, file?: File) => Content;
}

/** A file: its URL, or the name of the input's binary property. */
type File = { url: string; name: string } | { property: string; name: string; mimeType: string };

const CAPTION = {
	displayName: 'Caption',
	placeholder: 'e.g. Minutes of the meeting',
	description: 'The text below the file. It may be empty.',
	isOptional: true,
};

/** Makes the content of a message with a file. */
const media =
	(kind: 'image' | 'video') =>
	(caption: string, _reader: ItemReader, file?: File): Content =>
		withFile({ path: `/send-${kind}`, body: { ...(caption && { caption }) } }, kind, file);

/**
 * The types of message that Send and Pin sends.
 *
 * @see https://developer.z-api.io (messages: `/send-text`, `/send-image`, `/send-video`,
 * `/send-document/{extension}`, `/send-poll`; `mentionAll` of groups)
 */
export const MESSAGE_TYPES = [
	{
		name: 'Text',
		value: 'text',
		text: {
			displayName: 'Text',
			placeholder: 'e.g. The water will be off on Friday from 9 to 12 h.',
			description: 'The text to send. *bold*, _italic_ and ~strikethrough~ work as in WhatsApp.',
		},
		make: (message, { read }) => {
			const isForAll = read('options.mentionEveryone') || false;
			if (!toBoolean(isForAll, false, 'Mention Everyone'))
				return { path: '/send-text', body: { message } };
			const mentioning = /(^|\s)@all(?!\w)/.test(message) ? message : `${message}\n@all`;
			return { path: '/send-text', body: { message: mentioning, mentionAll: true } };
		},
	},
	{ name: 'Image', value: 'image', text: CAPTION, mimeType: /^image\//, make: media('image') },
	{ name: 'Video', value: 'video', text: CAPTION, mimeType: /^video\//, make: media('video') },
	{
		name: 'Document',
		value: 'document',
		text: CAPTION,
		mimeType: /./,
		make: (caption, { read }, file) => {
			const named = String(read('options.fileName') || '').trim();
			const fileName = named || file?.name || '';
			const [, extension] = /\.([a-z\d]{1,10})$/i.exec(fileName) ?? [];
			if (!extension) {
				throw refusal(
					'File Name',
					'has no extension',
					"Add the option 'File Name', with an extension such as minutes.pdf.",
				);
			}
			const body = { fileName, ...(caption && { caption }) };
			return withFile({ path: `/send-document/${extension}`, body }, 'document', file);
		},
	},
	{
		name: 'Poll',
		value: 'poll',
		text: {
			displayName: 'Question',
			placeholder: 'e.g. When do we meet?',
			description: 'The question of the poll. Z-API sends polls to groups only.',
		},
		groupsOnly: true,
		make: (message, { read }) => ({
			path: '/send-poll',
			body: {
				message,
				poll: readPollOptions(read('pollOptions')).map((name) => ({ name })),
				...(!toBoolean(read('allowMultipleAnswers'), true, 'Allow Multiple Answers') && {
					pollMaxOptions: 1,
				}),
			},
		}),
	},
] as const satisfies readonly MessageType[];

type MessageTypeName = (typeof MESSAGE_TYPES)[number]['value'];

const WITH_FILE = MESSAGE_TYPES.filter((type) => 'mimeType' in type).map(({ value }) => value);

const FILE_SOURCES = [
	{ name: 'URL', value: 'url' },
	{ name: 'Input Data', value: 'binary' },
] as const;

const shownFor = (...types: MessageTypeName[]) => ({ show: { messageType: types } });

/** The fields of all types. `text` has one name, so that a change of type keeps it. */
export const contentFields: INodeProperties[] = [
	{
		displayName: 'Message Type',
		name: 'messageType',
		type: 'options',
		options: MESSAGE_TYPES.map(({ name, value }) => ({ name, value })),
		default: 'text',
		description: 'What to send: text, image, video, document or poll',
	},
	{
		displayName: 'File From',
		name: 'fileSource',
		type: 'options',
		options: [...FILE_SOURCES],
		default: 'url',
		displayOptions: shownFor(...WITH_FILE),
		description: 'Whether the file comes from the internet or from the input item',
	},
	{
		displayName: 'File URL',
		name: 'fileUrl',
		type: 'string',
		default: '',
		required: true,
		displayOptions: { show: { messageType: WITH_FILE, fileSource: ['url'] } },
		placeholder: 'e.g. https://example.com/minutes.pdf',
		description:
			"A public URL of the file. Z-API downloads it later: if it can't, Z-API Pin Message Trigger reports it as Sending Failed.",
	},
	{
		displayName: 'Input Data Field Name',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		displayOptions: { show: { messageType: WITH_FILE, fileSource: ['binary'] } },
		hint: 'The name of the input field that has the file',
		description: 'The file may have 50 MB at most. For a larger one, use a URL.',
	},
	...[...new Set(MESSAGE_TYPES.map(({ text }) => text))].map(
		({ displayName, placeholder, description, ...rest }): INodeProperties => ({
			displayName,
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: !('isOptional' in rest),
			displayOptions: shownFor(
				...MESSAGE_TYPES.filter(({ text }) => text.displayName === displayName).map(
					({ value }) => value,
				),
			),
			placeholder,
			description,
		}),
	),
	{
		displayName: 'Options of the Poll',
		name: 'pollOptions',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Option' },
		default: [],
		required: true,
		displayOptions: shownFor('poll'),
		placeholder: 'e.g. Friday',
		description:
			'What can be chosen: 2 to 12 different options. An expression may yield a list, or text with one option a line.',
	},
	{
		displayName: 'Allow Multiple Answers',
		name: 'allowMultipleAnswers',
		type: 'boolean',
		default: true,
		displayOptions: shownFor('poll'),
		description: 'Whether people can choose more than one option',
	},
];

/**
 * Reads and checks what is sent.
 *
 * @param chat absent if it is refused itself
 * @throws {UserError} naming the parameter that is invalid
 */
export function readContent(reader: ItemReader, chat?: string): Content {
	const { read } = reader;
	const type = findType(toChoice(MESSAGE_TYPES, read('messageType') || 'text', 'Message Type'));
	const isForAll = type.value === 'text' && read('options.mentionEveryone');
	if (chat && !isGroupId(chat) && (type.groupsOnly || isForAll)) {
		const name = isForAll ? 'Mention Everyone' : 'Message Type';
		const what = isForAll ? 'works in groups only' : 'is a poll, which only groups can get';
		throw refusal(name, what, "Choose a group as 'Chat'.");
	}
	const { displayName, isOptional = false } = type.text;
	const text = readMessageText(read('text'), displayName, isOptional);
	return type.make(text, reader, type.mimeType && readFile(reader, type));
}

function findType(value: MessageTypeName): MessageType {
	return MESSAGE_TYPES.find((type) => type.value === value) ?? MESSAGE_TYPES[0];
}

const MAX_FILE_BYTES = 50_000_000;

/** MIME types by extension, for files whose own type is missing. */
const MIME_TYPES: Record<string, string> = {
	gif: 'image/gif',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
	'3gp': 'video/3gpp',
	mov: 'video/quicktime',
	mp4: 'video/mp4',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	pdf: 'application/pdf',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

const FILE_URL: IdParameter = {
	name: 'File URL',
	maxLength: 2000,
	advice: 'Use the public http or https URL of the file.',
	refusals: [
		...LEFT_BY_EXPRESSIONS,
		[/^(?!https?:\/\/[^/])/i, 'does not begin with http:// or https://'],
		[/[\s\\"<>]/, 'has a character that no URL has'],
		[
			/(?:undefined|null|NaN|\[object \w+\])(?:[/?#&.]|$)/,
			'has a part that an expression did not find',
		],
	],
};

function readFile({ read, findFile }: ItemReader, type: MessageType): File {
	const source = toChoice(FILE_SOURCES, read('fileSource') || 'url', 'File From');
	if (source === 'url') {
		const url = readIdText(read('fileUrl'), FILE_URL);
		refuseInvalid(url, FILE_URL);
		if (!URL.canParse(url)) throw refusal(FILE_URL.name, 'is not a URL', FILE_URL.advice);
		return { url, name: new URL(url).pathname.split('/').at(-1) ?? '' };
	}
	const property = String(read('binaryPropertyName'));
	const name = 'Input Data Field Name';
	let file: IBinaryData;
	try {
		file = findFile(property);
	} catch {
		const advice = 'Check the name, and that the node before passes the file on.';
		throw refusal(name, 'names no file of the input item', advice);
	}
	const { fileName = '', fileExtension = '', bytes } = file;
	const extension = /\.(\w+)$/.exec(fileName)?.[1] ?? fileExtension;
	const isKnown = file.mimeType && file.mimeType !== 'application/octet-stream';
	const mimeType = isKnown ? file.mimeType : (MIME_TYPES[extension.toLowerCase()] ?? file.mimeType);
	if (!type.mimeType?.test(mimeType)) {
		const advice = `Choose a file that fits 'Message Type', or Document for any file.`;
		throw refusal(name, `names a file that is no ${type.name.toLowerCase()}`, advice);
	}
	checkSize(bytes ?? 0);
	const fullName =
		extension && !fileName.includes('.') ? `${fileName || 'file'}.${extension}` : fileName;
	return { property, name: fullName, mimeType };
}

/** @throws {UserError} if a file is too large to be sent in a request */
export function checkSize(bytes: number): void {
	if (bytes <= MAX_FILE_BYTES) return;
	throw refusal(
		'Input Data Field Name',
		'names a file of more than 50 MB',
		"Set 'File From' to URL.",
	);
}

function withFile(content: Content, field: string, file?: File): Content {
	if (!file) return content;
	if ('url' in file) return { ...content, body: { [field]: file.url, ...content.body } };
	const { property, mimeType } = file;
	return { ...content, file: { field, property, mimeType } };
}

function readPollOptions(value: unknown): string[] {
	const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
	const list = typeof value === 'string' ? lines(value) : value;
	const advice = 'Use 2 to 12 different options, none of them empty.';
	const name = 'Options of the Poll';
	if (!Array.isArray(list)) throw refusal(name, 'is neither a list nor text', advice);
	const options = list.map((option) => readMessageText(option, name).trim());
	if (options.length < 2) throw refusal(name, 'has fewer than two options', advice);
	if (options.length > 12) throw refusal(name, 'has more than twelve options', advice);
	if (new Set(options).size < options.length) throw refusal(name, 'has an option twice', advice);
	return options;
}
