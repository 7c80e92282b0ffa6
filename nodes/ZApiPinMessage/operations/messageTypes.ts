import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { isGroupId } from '../../shared/chat/chatId';
import {
	findChoice,
	type IdParameter,
	LEFT_BY_EXPRESSIONS,
	readIdText,
	refusal,
	refuseInvalid,
	toBoolean,
} from '../../shared/parameter';
import { extensionOf, FILE_SOURCES, type FileSource, readFile } from './file';
import { readMessageText } from './messageText';
import type { ItemReader, ReadParameter } from './operation';

/** What is sent, beside the chat and the delays. */
export interface Content {
	path: string;
	body: IDataObject;
	/** The file, and the field of the body that it goes into. */
	file?: { field: string; source: FileSource };
}

interface MessageType {
	name: string;
	/** Also the last part of its method, and the field of its file. */
	value: string;
	/** What the parameter `text` is called, the field it goes into, and whether it may be empty. */
	text: Pick<INodeProperties, 'displayName' | 'placeholder' | 'description'> & {
		field: string;
		isOptional?: boolean;
	};
	/** Whether it has a file, which must be of this MIME type. */
	mimeType?: RegExp;
	/**
	 * Checks and makes what only this type has.
	 *
	 * @param chat absent if it is refused itself
	 * @param fileName may be empty
	 */
	make?: (text: string, read: ReadParameter, chat?: string, fileName?: string) => Partial<Content>;
}

const CAPTION = {
	displayName: 'Caption',
	placeholder: 'e.g. Minutes of the meeting',
	description: 'The text below the file. It may be empty.',
	field: 'caption',
	isOptional: true,
};

/**
 * The types of message that Send and Pin sends.
 *
 * @see https://developer.z-api.io (messages: `/send-text`, `/send-image`, `/send-video`,
 * `/send-document/{extension}`, `/send-poll`; `mentionAll` of groups)
 */
const MESSAGE_TYPES: readonly MessageType[] = [
	{
		name: 'Text',
		value: 'text',
		text: {
			displayName: 'Text',
			placeholder: 'e.g. The water will be off on Friday from 9 to 12 h.',
			description: 'The text to send. *bold*, _italic_ and ~strikethrough~ work as in WhatsApp.',
			field: 'message',
		},
		make: (text, read, chat) => {
			const isForAll = read('options.mentionEveryone') || false;
			if (!toBoolean(isForAll, false, 'Mention Everyone')) return {};
			requireGroup(chat, 'Mention Everyone', 'works in groups only');
			const message = /(^|\s)@all(?!\w)/.test(text) ? text : `${text}\n@all`;
			return { body: { message, mentionAll: true } };
		},
	},
	{ name: 'Image', value: 'image', text: CAPTION, mimeType: /^image\// },
	{ name: 'Video', value: 'video', text: CAPTION, mimeType: /^video\// },
	{
		name: 'Document',
		value: 'document',
		text: CAPTION,
		mimeType: /./,
		make: (_caption, read, _chat, ofFile = '') => {
			const name = readFileName(read) || ofFile;
			const extension = extensionOf(name) || extensionOf(ofFile);
			if (!extension) throw refusal(FILE_NAME.name, 'needs an extension', FILE_NAME.advice);
			const fileName = extensionOf(name) ? name : `${name}.${extension}`;
			return { path: `/send-document/${extension.toLowerCase()}`, body: { fileName } };
		},
	},
	{
		name: 'Poll',
		value: 'poll',
		text: {
			displayName: 'Question',
			placeholder: 'e.g. When do we meet?',
			description: 'The question of the poll. Z-API sends polls to groups only.',
			field: 'message',
		},
		make: (_question, read, chat) => {
			requireGroup(chat, 'Message Type', 'is Poll, which only groups can get');
			const isMultiple = toBoolean(read('allowMultipleAnswers'), true, 'Allow Multiple Answers');
			const poll = readPollOptions(read('pollOptions')).map((name) => ({ name }));
			return { body: { poll, ...(!isMultiple && { pollMaxOptions: 1 }) } };
		},
	},
];

const shownFor = (types: readonly MessageType[], show = {}) => ({
	show: { messageType: types.map(({ value }) => value), ...show },
});

const WITH_FILE = MESSAGE_TYPES.filter(({ mimeType }) => mimeType);
const POLLS = MESSAGE_TYPES.filter(({ value }) => value === 'poll');

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
		displayOptions: shownFor(WITH_FILE),
		description: 'Whether the file comes from the internet or from the input item',
	},
	{
		displayName: 'File URL',
		name: 'fileUrl',
		type: 'string',
		default: '',
		required: true,
		displayOptions: shownFor(WITH_FILE, { fileSource: ['url'] }),
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
		displayOptions: shownFor(WITH_FILE, { fileSource: ['binary'] }),
		hint: 'The name of the input field that has the file',
		description: 'The file may have 50 MB at most. For a larger one, use a URL.',
	},
	...[...new Set(MESSAGE_TYPES.map(({ text }) => text))].map(
		({ displayName, placeholder, description, isOptional = false }): INodeProperties => ({
			displayName,
			name: 'text',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: !isOptional,
			displayOptions: shownFor(
				MESSAGE_TYPES.filter(({ text }) => text.displayName === displayName),
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
		// Not required, as n8n would ask for it, too, where an expression chooses the type.
		displayOptions: shownFor(POLLS),
		placeholder: 'e.g. Friday',
		description:
			'What can be chosen: 2 to 12 different options. An expression may yield a list, or text with one option a line.',
	},
	{
		displayName: 'Allow Multiple Answers',
		name: 'allowMultipleAnswers',
		type: 'boolean',
		default: true,
		displayOptions: shownFor(POLLS),
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
	const type = findChoice(MESSAGE_TYPES, read('messageType'), 'Message Type');
	const { displayName, field, isOptional } = type.text;
	const text = readMessageText(read('text'), displayName, isOptional);
	const { value, mimeType } = type;
	const file = mimeType && readFile(reader, type.name, mimeType);
	const { path = `/send-${value}`, body } = type.make?.(text, read, chat, file?.name) ?? {};
	return {
		path,
		body: { ...(text && { [field]: text }), ...body },
		...(file && { file: { field: value, source: file.source } }),
	};
}

/** @throws {UserError} if the chat is not a group */
function requireGroup(chat: string | undefined, name: string, what: string): void {
	if (chat && !isGroupId(chat)) throw refusal(name, what, "Choose a group as 'Chat'.");
}

const FILE_NAME: IdParameter = {
	name: 'File Name',
	maxLength: 255,
	advice: "Set the option 'File Name' to a name with an extension, such as minutes.pdf.",
	refusals: LEFT_BY_EXPRESSIONS,
};

/** @returns '' if the option is not set */
function readFileName(read: ReadParameter): string {
	const fileName = readIdText(read('options.fileName'), FILE_NAME);
	if (fileName) refuseInvalid(fileName, FILE_NAME);
	return fileName;
}

/** Reads a list, or text with one option a line. An entry of the list may be either, too. */
function readPollOptions(value: unknown): string[] {
	const name = 'Options of the Poll';
	const advice = 'Use 2 to 12 different options, in text one a line.';
	const options = [value]
		.flat(2)
		.flatMap((entry: unknown) => (typeof entry === 'string' ? splitLines(entry) : [entry]))
		.map((entry) => readMessageText(entry ?? '', name, true).trim());
	if (options.includes('')) throw refusal(name, 'has an empty option', advice);
	if (options.length < 2) throw refusal(name, 'has fewer than two options', advice);
	if (options.length > 12) throw refusal(name, 'has more than twelve options', advice);
	if (new Set(options).size < options.length) throw refusal(name, 'has an option twice', advice);
	return options;
}

/** Without blank lines, unless it is one. */
function splitLines(text: string): string[] {
	const lines = text.split('\n').filter((line) => line.trim() !== '');
	return lines.length > 0 ? lines : [text];
}
