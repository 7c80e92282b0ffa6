import type { INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { toBoolean, toChoice } from '../shared/parameter';
import { toWholeNumber } from '../shared/parameter';
import { DEFAULT_TIMEOUT_MS } from '../shared/transport/transport';

interface NumericOption {
	displayName: string;
	default: number;
	minValue: number;
	maxValue: number;
	description: string;
	/** The operation that it is shown for; absent: all. */
	operation?: string;
}

const NUMERIC_OPTIONS = {
	delayMessage: {
		displayName: 'Delay Message',
		default: 0,
		minValue: 0,
		maxValue: 15,
		description:
			'How long Z-API waits before it sends the next message, in seconds; 0 leaves it to Z-API',
		operation: 'sendAndPin',
	},
	delayTyping: {
		displayName: 'Delay Typing',
		default: 0,
		minValue: 0,
		maxValue: 15,
		description: 'How long the chat shows “Typing…” before the message, in seconds',
		operation: 'sendAndPin',
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
			"How many times to retry an item when Z-API is busy or can't be reached. Leave n8n's own Retry On Fail off, as it sends all items again.",
	},
	timeout: {
		displayName: 'Timeout',
		default: DEFAULT_TIMEOUT_MS,
		minValue: 1,
		maxValue: 600_000,
		description: 'How long to wait for the response to one request, in milliseconds',
	},
} satisfies Record<string, NumericOption>;

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

export type IfNotConnected = (typeof IF_NOT_CONNECTED)[number]['value'];

/** The options of one execution. */
export interface RunOptions {
	maxConcurrentRequests: number;
	retries: number;
	/** In milliseconds. */
	timeout: number;
	ifNotConnected: IfNotConnected;
	includeInputFields: boolean;
}

/** The options of one message, in seconds. */
export type SendOptions = Record<'delayMessage' | 'delayTyping', number>;

type OptionValues = Partial<Record<keyof RunOptions | keyof SendOptions, unknown>>;

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
	description: `What to do while the Z-API instance is not connected to WhatsApp. ${description}`,
});

const rows: INodeProperties[] = [
	ifNotConnected(
		['pin', 'unpin'],
		'queue',
		'By default, Z-API pins when the instance is connected again.',
	),
	ifNotConnected(
		['sendAndPin'],
		'stop',
		'By default, nothing is sent, as a notice could arrive days later.',
	),
	{
		displayName: 'Include Input Fields',
		name: 'includeInputFields',
		type: 'boolean',
		default: false,
		description:
			'Whether to also output the fields of the input item. The fields of this node are then in zApi.',
	},
	...Object.entries(NUMERIC_OPTIONS).map(
		([name, { minValue, maxValue, operation, ...option }]: [
			string,
			NumericOption,
		]): INodeProperties => ({
			...option,
			name,
			type: 'number',
			typeOptions: { minValue, maxValue, numberPrecision: 0 },
			...(operation && { displayOptions: { show: { '/operation': [operation] } } }),
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
export function readRunOptions(values: OptionValues, byDefault: IfNotConnected): RunOptions {
	const { ifNotConnected: choice = byDefault } = values;
	return {
		maxConcurrentRequests: readNumber('maxConcurrentRequests', values),
		retries: readNumber('retries', values),
		timeout: readNumber('timeout', values),
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
	return {
		delayMessage: readNumber('delayMessage', values),
		delayTyping: readNumber('delayTyping', values),
	};
}

function readNumber(name: keyof typeof NUMERIC_OPTIONS, values: OptionValues): number {
	const { displayName, minValue, maxValue, ...option } = NUMERIC_OPTIONS[name];
	const value = toWholeNumber(values[name] ?? option.default) ?? -1;
	if (value >= minValue && value <= maxValue) return value;
	throw new UserError(`${displayName} is out of range`, {
		description: `Use a whole number from ${minValue} to ${maxValue}.`,
	});
}
