import type { INodeProperties } from 'n8n-workflow';
import { toBoolean, toChoice, toWholeNumber } from '../shared/parameter';
import { DEFAULT_TIMEOUT_MS } from '../shared/transport/transport';

const forSending = (...messageType: string[]): INodeProperties['displayOptions'] => ({
	show: {
		'/operation': ['sendAndPin'],
		...(messageType.length > 0 && { '/messageType': messageType }),
	},
});

const NUMERIC_OPTIONS = {
	delayMessage: {
		displayName: 'Delay Message',
		default: 0,
		minValue: 0,
		maxValue: 15,
		description:
			'How long Z-API waits before it sends the next message, in seconds; 0 leaves it to Z-API',
		displayOptions: forSending(),
	},
	delayTyping: {
		displayName: 'Delay Typing',
		default: 0,
		minValue: 0,
		maxValue: 15,
		description: 'How long the chat shows “Typing…” before the message, in seconds',
		displayOptions: forSending(),
	},
	maxConcurrentRequests: {
		displayName: 'Max Concurrent Requests',
		default: 64,
		minValue: 1,
		maxValue: 500,
		description:
			'How many items to process at the same time, at most one of each chat. Values above 64 save little time and put more load on Z-API. 1 processes the items one after another.',
	},
	retries: {
		displayName: 'Retries',
		default: 3,
		minValue: 0,
		maxValue: 10,
		description:
			"How many times to retry an item when Z-API can't be reached or does not respond as expected, and 5 times more when it asks for fewer requests. 0 retries nothing. Leave n8n's own 'Retry On Fail' off, as it sends all items again.",
	},
	timeout: {
		displayName: 'Timeout',
		default: DEFAULT_TIMEOUT_MS / 1000,
		minValue: 1,
		maxValue: 600,
		description: 'How long to wait for the response to one request, in seconds',
	},
};

/** What to do while the instance is not connected to WhatsApp. */
const IF_NOT_CONNECTED = [
	{
		name: 'Queue at Z-API',
		value: 'queue',
		description:
			'Z-API keeps what it accepts, 1,000 requests at most, until the instance is connected again',
	},
	{
		name: 'Stop',
		value: 'stop',
		description:
			'Check the connection first, and send nothing if the instance is not connected. If Z-API does not say whether it is, the requests are sent.',
	},
] as const;

type IfNotConnected = (typeof IF_NOT_CONNECTED)[number]['value'];

/** The options of one execution. */
export type RunOptions = ReturnType<typeof readRunOptions>;

/** The delays of one message, in seconds; absent: none. */
export type SendOptions = Partial<Record<'delayMessage' | 'delayTyping', number>>;

type OptionValues = Partial<
	Record<keyof typeof NUMERIC_OPTIONS | 'ifNotConnected' | 'includeInputFields', unknown>
>;

/** A notice that leaves days later does harm; a pin doesn't. */
const ifNotConnected = (
	operation: string[],
	byDefault: IfNotConnected,
	description: string,
): INodeProperties => ({
	displayName: 'If Not Connected',
	name: 'ifNotConnected',
	type: 'options',
	options: [...IF_NOT_CONNECTED],
	default: byDefault,
	displayOptions: { show: { '/operation': operation } },
	description,
});

/** Those that people need first come first. */
const rows: INodeProperties[] = [
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		displayOptions: forSending('document'),
		placeholder: 'e.g. minutes.pdf',
		description:
			'The name that the chat shows, with an extension. By default, the name of the file, or the last part of its URL.',
	},
	{
		displayName: 'Mention Everyone',
		name: 'mentionEveryone',
		type: 'boolean',
		default: false,
		displayOptions: forSending('text'),
		description:
			'Whether to mention all members of the group. Unless the text has @all in it, it is added in a line of its own.',
	},
	ifNotConnected(
		['pin', 'unpin'],
		'queue',
		'What to do while the Z-API instance is not connected to WhatsApp. By default, Z-API pins when it is connected again.',
	),
	ifNotConnected(
		['sendAndPin'],
		'stop',
		'What to do while the Z-API instance is not connected to WhatsApp. By default, nothing is sent, as a notice could arrive days later.',
	),
	{
		displayName: 'Include Input Fields',
		name: 'includeInputFields',
		type: 'boolean',
		default: false,
		description:
			'Whether to also output the fields of the input item. The fields of this node are then in zApi.',
	},
	{
		displayName: 'Send on Retry',
		name: 'sendOnRetry',
		type: 'boolean',
		default: false,
		displayOptions: forSending(),
		description:
			"Whether to send when the execution was started with n8n's Retry button, which repeats all items of the node, also those that were sent. Turn it on only if nothing was sent.",
	},
	...Object.entries(NUMERIC_OPTIONS).map(
		([name, { minValue, maxValue, ...option }]): INodeProperties => ({
			...option,
			name,
			type: 'number',
			typeOptions: { minValue, maxValue, numberPrecision: 0 },
		}),
	),
];

export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: rows,
};

/**
 * Reads and checks the options of an execution.
 *
 * @param values the Options parameter as it came; missing options get their defaults
 * @param byDefault what to do while the instance is not connected
 * @throws {UserError} naming the invalid option
 */
export function readRunOptions(values: OptionValues, byDefault: IfNotConnected) {
	const { ifNotConnected: choice = byDefault } = values;
	return {
		maxConcurrentRequests: readNumber('maxConcurrentRequests', values),
		retries: readNumber('retries', values),
		/** In milliseconds. */
		timeout: readNumber('timeout', values) * 1000,
		ifNotConnected: toChoice(IF_NOT_CONNECTED, choice, 'If Not Connected'),
		includeInputFields: toBoolean(values.includeInputFields, false, 'Include Input Fields'),
	};
}

/**
 * Reads and checks the options of one message.
 *
 * @throws {UserError} naming the invalid option
 */
export function readSendOptions(values: OptionValues): SendOptions {
	const delayMessage = readNumber('delayMessage', values);
	const delayTyping = readNumber('delayTyping', values);
	return { ...(delayMessage > 0 && { delayMessage }), ...(delayTyping > 0 && { delayTyping }) };
}

function readNumber(name: keyof typeof NUMERIC_OPTIONS, values: OptionValues): number {
	const { displayName, minValue, maxValue, ...option } = NUMERIC_OPTIONS[name];
	return toWholeNumber(values[name] ?? option.default, displayName, minValue, maxValue);
}
