import type { INodeProperties } from 'n8n-workflow';
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
			"How many times to retry an item when Z-API is busy or can't be reached. Leave n8n's own 'Retry On Fail' off, as it sends all items again.",
	},
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

/** The options of one execution. */
export type PinOptions = Record<keyof typeof NUMERIC_OPTIONS, number> & {
	ifNotConnected: (typeof IF_NOT_CONNECTED)[number]['value'];
	includeInputFields: boolean;
};

type OptionValues = Partial<Record<keyof PinOptions, unknown>>;

const rows: INodeProperties[] = [
	{
		displayName: 'If Not Connected',
		name: 'ifNotConnected',
		type: 'options',
		options: [...IF_NOT_CONNECTED],
		default: 'queue',
		displayOptions: { show: { '/resource': ['message'] } },
		description: 'What to do while the Z-API instance is not connected to WhatsApp',
	},
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
	options: rows.sort((one, other) => one.displayName.localeCompare(other.displayName)),
};

/**
 * Checks the options.
 *
 * @param values the Options parameter as it came; missing options get their defaults
 * @throws {UserError} naming the invalid option
 */
export function toOptions(values: OptionValues): PinOptions {
	const { ifNotConnected = 'queue' } = values;
	return {
		maxConcurrentRequests: toNumber('maxConcurrentRequests', values),
		retries: toNumber('retries', values),
		timeout: toNumber('timeout', values),
		delayMessage: toNumber('delayMessage', values),
		delayTyping: toNumber('delayTyping', values),
		ifNotConnected: toChoice(IF_NOT_CONNECTED, ifNotConnected, 'If Not Connected'),
		includeInputFields: toBoolean(values.includeInputFields, false, 'Include Input Fields'),
	};
}

function toNumber(name: keyof typeof NUMERIC_OPTIONS, values: OptionValues): number {
	const { displayName, minValue, maxValue, ...option } = NUMERIC_OPTIONS[name];
	return toWholeNumber(values[name] ?? option.default, displayName, minValue, maxValue);
}
