import {
	type IBinaryData,
	type IExecuteFunctions,
	type INode,
	type INodeProperties,
	NodeHelpers,
} from 'n8n-workflow';
import { extensionOf, readSource } from '../../nodes/ZApiPinMessage/operations/file';
import { readContent } from '../../nodes/ZApiPinMessage/operations/messageTypes';
import { ZApiPinMessage } from '../../nodes/ZApiPinMessage/ZApiPinMessage.node';
import { hostileTexts } from '../support/hostileText.mts';

const GROUP = '120363019502650977-group';
const NODE: INode = {
	id: '',
	name: '',
	type: '',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const MINUTES = 'https://example.com/a/minutes.pdf';

type Binary = Record<string, Partial<IBinaryData>>;

const DEFAULTS: Record<string, unknown> = { messageType: 'text', fileSource: 'url' };

/** Reads an item with these parameters; options have their path as their name. */
const read = (values: Record<string, unknown>, binary: Binary = {}, chat: string | null = GROUP) =>
	readContent(
		{
			read: (name) => (name in values ? values[name] : (DEFAULTS[name] ?? '')),
			findFile: (property) => {
				if (typeof property === 'object') return property;
				if (!binary[property]) throw new Error('n8n does not find it');
				return { data: '', mimeType: '', ...binary[property] };
			},
		},
		chat ?? undefined,
	);

const FROM_INPUT = { fileSource: 'binary', binaryPropertyName: 'data', text: '' };
const POLL = { messageType: 'poll', text: 'When?', allowMultipleAnswers: true };
const TWO = [{ name: 'Fri' }, { name: 'Sat' }];

test.each<[values: Record<string, unknown>, path: string, body: object]>([
	[{ text: 'Hi' }, '/send-text', { message: 'Hi' }],
	[{ messageType: 'text', text: ' *Hi*\n' }, '/send-text', { message: ' *Hi*\n' }],
	[{ messageType: 'image', text: 'Look' }, '/send-image', { caption: 'Look' }],
	[{ messageType: 'video', text: ' \n' }, '/send-video', {}],
	[
		{ messageType: 'document', text: 'Read' },
		'/send-document/pdf',
		{ caption: 'Read', fileName: 'minutes.pdf' },
	],
	[{ ...POLL, pollOptions: ['Fri', 'Sat'] }, '/send-poll', { message: 'When?', poll: TWO }],
	[
		{ ...POLL, pollOptions: ['Fri', 'Sat'], allowMultipleAnswers: 'false' },
		'/send-poll',
		{ message: 'When?', poll: TWO, pollMaxOptions: 1 },
	],
])('%j is sent to %s', (values, path, body) => {
	const content = read({ fileUrl: MINUTES, ...values });
	expect(content).toMatchObject({ path });
	expect(content.body).toStrictEqual(body);
	const { messageType: field = 'text' } = values;
	const hasFile = !['text', 'poll'].includes(String(field));
	expect(content.file).toStrictEqual(hasFile ? { field, source: MINUTES } : undefined);
});

test.each([
	['Water off', 'Water off\n@all'],
	['Water off @all', 'Water off @all'],
	['@all: water off', '@all: water off'],
	['Water off @allday', 'Water off @allday\n@all'],
	['me@all.example', 'me@all.example\n@all'],
])('with Mention Everyone, %j is sent as %j', (text, message) => {
	const { body } = read({ text, 'options.mentionEveryone': true });
	expect(body).toStrictEqual({ message, mentionAll: true });
});

test.each([false, 'false', '', undefined])(
	'with Mention Everyone %j, a private chat gets the text',
	(mentionEveryone) => {
		const values = { text: 'Hi', 'options.mentionEveryone': mentionEveryone };
		expect(read(values, {}, '5511999999999').body).toStrictEqual({ message: 'Hi' });
	},
);

test.each<[pollOptions: unknown]>([
	[['Fri', 'Sat']],
	[[' Fri ', 'Sat\n']],
	['Fri\n\n  Sat\r\n'],
	// What n8n gives where one entry is an expression.
	[[['Fri', 'Sat']]],
	[['Fri\nSat']],
])('a poll has the options of %j', (pollOptions) => {
	expect(read({ ...POLL, pollOptions }).body.poll).toStrictEqual(TWO);
});

test('options of a poll may be numbers', () => {
	expect(read({ ...POLL, pollOptions: [9, 10] }).body.poll).toStrictEqual([
		{ name: '9' },
		{ name: '10' },
	]);
});

test.each<[options: unknown, what: string]>([
	[[], 'has fewer than two options'],
	['Fri', 'has fewer than two options'],
	['', 'has an empty option'],
	[undefined, 'has an empty option'],
	[['Fri', ' ', 'Sat'], 'has an empty option'],
	[['Fri', null], 'has an empty option'],
	[['Fri', 'Fri '], 'has an option twice'],
	[Array.from({ length: 13 }, (_, index) => index), 'has more than twelve options'],
	[['Fri', '={{ $json.day }}'], 'contains an expression that was not evaluated'],
	[['Fri', 'undefined'], 'is the result of an expression that found nothing'],
	[{ a: 'Fri', b: 'Sat' }, 'is neither text nor a number'],
	[TWO, 'is neither text nor a number'],
	[['Fri', true], 'is neither text nor a number'],
])('a poll of %j is refused', (pollOptions, what) => {
	expect(() => read({ ...POLL, pollOptions })).toThrow(`'Options of the Poll' ${what}`);
});

test.each<[file: Partial<IBinaryData>, values: object, extension: string, fileName: string]>([
	[{ fileName: 'minutes.pdf' }, {}, 'pdf', 'minutes.pdf'],
	[{ fileName: 'Minutes.PDF', fileExtension: 'PDF' }, {}, 'pdf', 'Minutes.PDF'],
	[{ fileName: 'minutes', fileExtension: 'pdf' }, {}, 'pdf', 'minutes.pdf'],
	[{ fileName: 'minutes 1.2', fileExtension: 'pdf' }, {}, 'pdf', 'minutes 1.2.pdf'],
	[{ fileName: 'photo.jpg', fileExtension: 'jpeg' }, {}, 'jpg', 'photo.jpg'],
	[{ fileExtension: 'xlsx' }, {}, 'xlsx', 'file.xlsx'],
	[{ fileName: '.pdf' }, {}, 'pdf', '.pdf'],
	[{ fileName: 'a.tar.gz' }, {}, 'gz', 'a.tar.gz'],
	[{ fileName: 'x.pdf' }, { 'options.fileName': ' May.docx ' }, 'docx', 'May.docx'],
	[{ fileName: 'x.pdf' }, { 'options.fileName': 'Minutes 12.05' }, 'pdf', 'Minutes 12.05.pdf'],
	[{ fileName: 'data' }, { 'options.fileName': 'May.pdf' }, 'pdf', 'May.pdf'],
	[{ fileName: 'x.pdf' }, { 'options.fileName': null }, 'pdf', 'x.pdf'],
])(
	'a document %j with %j has the extension %s and the name %s',
	(file, values, extension, fileName) => {
		const given = { ...FROM_INPUT, messageType: 'document', ...values };
		expect(read(given, { data: file })).toMatchObject({
			path: `/send-document/${extension}`,
			body: { fileName },
		});
	},
);

test.each([
	['https://example.com/minutes%20of%20May.pdf', 'pdf', 'minutes of May.pdf'],
	['https://example.com/minutes%2Epdf?x=1.zip#a.b', 'pdf', 'minutes.pdf'],
	['https://example.com/a%2Fminutes.pdf', 'pdf', 'minutes.pdf'],
	['http://example.com/%E0%A4%A.pdf', 'pdf', '%E0%A4%A.pdf'],
	['HTTPS://example.com/a.b/Minutes.Docx', 'docx', 'Minutes.Docx'],
])('a document of %s has the extension %s and the name %s', (fileUrl, extension, fileName) => {
	expect(read({ messageType: 'document', fileUrl })).toMatchObject({
		path: `/send-document/${extension}`,
		body: { fileName },
		file: { source: fileUrl },
	});
});

test.each<[values: object, file: Partial<IBinaryData> | undefined]>([
	[{ fileUrl: 'https://example.com' }, undefined],
	[{ fileUrl: 'https://example.com/' }, undefined],
	[{ fileUrl: 'https://example.com/download?file=a.pdf' }, undefined],
	[{ fileUrl: 'https://example.com/v1.2' }, undefined],
	[{ fileUrl: 'https://example.com/a.p%2Ff' }, undefined],
	[{ fileUrl: 'https://example.com/a', 'options.fileName': 'minutes' }, undefined],
	[{ fileUrl: 'https://example.com/a', 'options.fileName': 'minutes.p/f' }, undefined],
	[FROM_INPUT, {}],
	[FROM_INPUT, { fileName: 'minutes' }],
	[FROM_INPUT, { fileName: '..', fileExtension: '..' }],
])('a document with %j, %j is asked for its extension', (values, file) => {
	const given = { messageType: 'document', ...values };
	expect(() => read(given, file && { data: file })).toThrow(
		expect.objectContaining({
			message: "'File Name' needs an extension",
			description: expect.stringContaining('such as minutes.pdf'),
		}),
	);
});

test.each<[type: string, file: Partial<IBinaryData>, mimeType: string]>([
	['image', { mimeType: 'image/png' }, 'image/png'],
	['image', { mimeType: 'IMAGE/PNG; charset=binary' }, 'image/png'],
	['image', { fileName: 'a.JPG' }, 'image/jpeg'],
	['image', { fileExtension: 'png', mimeType: 'application/octet-stream' }, 'image/png'],
	['image', { fileName: 'a.webp', mimeType: 'binary/octet-stream' }, 'image/webp'],
	['video', { fileName: 'a.mp4', mimeType: 'nonsense' }, 'video/mp4'],
	['video', { fileName: 'a.bin', mimeType: 'video/quicktime' }, 'video/quicktime'],
	['document', { fileName: 'a.pdf' }, 'application/pdf'],
	['document', { fileName: 'a.pdf', mimeType: 'image/png' }, 'image/png'],
	['document', { fileName: 'a.bin' }, 'application/octet-stream'],
	['document', { fileName: 'a.txt', mimeType: 'text/plain,<b>' }, 'application/octet-stream'],
])('as %s, %j has the MIME type %s', (messageType, file, mimeType) => {
	expect(read({ ...FROM_INPUT, messageType }, { data: file }).file).toStrictEqual({
		field: messageType,
		source: { property: 'data', mimeType },
	});
});

test('an expression may yield the binary data itself', () => {
	const property = { data: '', mimeType: 'image/png' };
	const { file } = read({ ...FROM_INPUT, messageType: 'image', binaryPropertyName: property });
	expect(file?.source).toStrictEqual({ property, mimeType: 'image/png' });
});

test.each<[type: string, file: Partial<IBinaryData> | undefined, what: string]>([
	['image', undefined, 'names no file of the input item'],
	['image', { mimeType: 'application/pdf' }, 'names a file that is no image'],
	['image', { mimeType: 'video/mp4' }, 'names a file that is no image'],
	['image', {}, 'names a file that is no image'],
	['video', { fileName: 'a.png' }, 'names a file that is no video'],
	['image', { mimeType: 'image/png', bytes: 50_000_001 }, 'names a file of more than 50 MB'],
	['image', { mimeType: 'image/png', bytes: 0 }, 'names an empty file'],
])('as %s, %j is refused', (messageType, file, what) => {
	expect(() => read({ ...FROM_INPUT, messageType }, file && { data: file })).toThrow(
		expect.objectContaining({
			message: `'Input Data Field Name' ${what}`,
			description: expect.stringMatching(/^[A-Z].*\.$/),
		}),
	);
});

test('a file of 50 MB is not refused', () => {
	const data = { mimeType: 'image/png', bytes: 50_000_000 };
	expect(read({ ...FROM_INPUT, messageType: 'image' }, { data }).file).toBeDefined();
});

/** Reads a file of the input whose size was not known before. */
const readBytes = async (getBinaryDataBuffer: () => Promise<Buffer>) => {
	const context = { helpers: { getBinaryDataBuffer } } as unknown as IExecuteFunctions;
	return await readSource(context, 0, { property: 'data', mimeType: 'image/png' });
};

test('a file becomes a data URL', async () => {
	expect(await readBytes(async () => Buffer.from('abc'))).toBe('data:image/png;base64,YWJj');
});

test.each<[what: string, getBuffer: () => Promise<Buffer>]>([
	['names an empty file', async () => Buffer.alloc(0)],
	['names a file of more than 50 MB', async () => Buffer.alloc(50_000_001)],
	[
		'names a file that n8n does not have any more',
		async () => {
			throw new Error("ENOENT: no such file or directory, open '/home/node/.n8n/a'");
		},
	],
])('a file is refused when it is read: %s', async (what, getBuffer) => {
	await expect(readBytes(getBuffer)).rejects.toThrow(`'Input Data Field Name' ${what}`);
});

test.each<[fileUrl: unknown, what: string]>([
	['', 'is empty'],
	[undefined, 'is empty'],
	[12, 'is not text'],
	[`https://example.com/${'a'.repeat(4000)}`, 'is too long'],
	['{{ $json.url }}', 'is an expression or a placeholder that was not evaluated'],
	['undefined', 'is the result of an expression that found nothing'],
	['[object Object]', 'is the result of an expression that found nothing'],
	[
		'https://example.com/%5Bobject%20Object%5D',
		'is the result of an expression that found nothing',
	],
	['https://example.com/?a=%7B%7B%20b%20%7D%7D', 'is an expression or a placeholder'],
	['https://example.com/undefined/a.png', 'is the result of an expression that found nothing'],
	['https://example.com/null', 'has a part that an expression did not find'],
	['https://example.com/a-null.png', 'has a part that an expression did not find'],
	['https://example.com/a.png?id=NaN', 'has a part that an expression did not find'],
	['minutes.pdf', 'does not begin with https:// or http://'],
	['ftp://example.com/a.png', 'does not begin with https:// or http://'],
	['data:image/png;base64,iVBO', 'does not begin with https:// or http://'],
	['file:///etc/passwd', 'does not begin with https:// or http://'],
	['https://', 'does not begin with https:// or http://'],
	['https://example.com/my file.pdf', 'has a space in it'],
	['https://[x]/a.png', 'is not a URL'],
])('the URL %j is refused', (fileUrl, what) => {
	expect(() => read({ messageType: 'image', fileUrl })).toThrow(`'File URL' ${what}`);
});

test.each([
	'https://example.com/nullable/finance-NaNo.png',
	'https://example.com/annull.png',
	`https://bucket.example.com/a.png?X-Amz-Security-Token=${'a'.repeat(2500)}`,
	'http://example.com:8080/ação.png',
])('the URL %j is sent as it is', (fileUrl) => {
	expect(read({ messageType: 'image', fileUrl }).file?.source).toBe(fileUrl);
});

test.each<[values: object, chat: string | null, message: string]>([
	[{ text: 'Hi', messageType: undefined }, GROUP, "'Message Type' has an unknown value"],
	[{ text: 'Hi', messageType: 'audio' }, GROUP, "'Message Type' has an unknown value"],
	[
		{ text: 'Hi', messageType: 'image', fileSource: 'ftp' },
		GROUP,
		"'File From' has an unknown value",
	],
	[{ text: '' }, GROUP, "'Text' is empty"],
	[{ ...POLL, text: '' }, GROUP, "'Question' is empty"],
	[{ text: undefined, messageType: 'image' }, GROUP, "'Caption' is neither text nor a number"],
	[
		{ text: 'Hi', 'options.mentionEveryone': 'maybe' },
		GROUP,
		"'Mention Everyone' is neither true nor false",
	],
	[
		{ text: 'Hi', 'options.mentionEveryone': true },
		'5511999999999',
		"'Mention Everyone' works in groups only",
	],
	[POLL, '999999999999999@lid', "'Message Type' is Poll, which only groups can get"],
	// The chat is refused already.
	[{ ...POLL, pollOptions: ['Fri'] }, null, "'Options of the Poll' has fewer than two options"],
	[
		{ ...POLL, pollOptions: ['Fri', 'Sat'], allowMultipleAnswers: 'some' },
		GROUP,
		"'Allow Multiple Answers' is neither true nor false",
	],
	[
		{ messageType: 'document', fileUrl: MINUTES, 'options.fileName': 'undefined.pdf' },
		GROUP,
		"'File Name' is the result of an expression that found nothing",
	],
	[
		{ messageType: 'document', fileUrl: MINUTES, 'options.fileName': 'a'.repeat(256) },
		GROUP,
		"'File Name' is too long",
	],
])('%j in %s is refused: %s', (values, chat, message) => {
	expect(() => read({ fileUrl: MINUTES, ...values }, {}, chat)).toThrow(message);
});

const FILE = ['fileSource', 'fileUrl'];

test.each<[values: object, shown: string[], options: string[]]>([
	[{}, ['text'], ['mentionEveryone']],
	[{ messageType: 'image' }, [...FILE, 'text'], []],
	[{ messageType: 'video' }, [...FILE, 'text'], []],
	[{ messageType: 'document' }, [...FILE, 'text'], ['fileName']],
	[
		{ messageType: 'document', fileSource: 'binary' },
		['fileSource', 'binaryPropertyName', 'text'],
		['fileName'],
	],
	[{ messageType: 'poll' }, ['text', 'pollOptions', 'allowMultipleAnswers'], []],
])('%j shows the parameters %j and the options %j only', (values, shown, options) => {
	const { description } = new ZApiPinMessage();
	const given = { resource: 'message', operation: 'sendAndPin', ...values };
	const node = { ...NODE, parameters: given };
	const parameters =
		NodeHelpers.getNodeParameters(description.properties, given, true, false, node, description) ??
		given;
	const namesOf = (list: INodeProperties[]) =>
		list
			.filter((one) => NodeHelpers.displayParameter(parameters, one, node, description, parameters))
			.map(({ name }) => name);
	const common = ['resource', 'operation', 'phone', 'messageType', 'duration', 'options'];
	expect(namesOf(description.properties).filter((name) => !common.includes(name))).toStrictEqual(
		shown,
	);
	const rows = description.properties.find(({ name }) => name === 'options')?.options ?? [];
	expect(
		namesOf(rows as INodeProperties[]).filter((name) =>
			['mentionEveryone', 'fileName'].includes(name),
		),
	).toStrictEqual(options);
});

test.each(hostileTexts('a.1 '))('a megabyte of %j is read in no time', (_part, texts) => {
	const startedAt = process.cpuUsage();
	for (const text of texts) {
		extensionOf(text);
		expect(() => read({ ...POLL, pollOptions: `a\n${text}\na` })).toThrow(/^'Options of the Poll'/);
		expect(() =>
			read({ ...FROM_INPUT, messageType: 'image' }, { data: { mimeType: text } }),
		).toThrow();
	}
	expect(process.cpuUsage(startedAt).user).toBeLessThan(5_000_000);
});
