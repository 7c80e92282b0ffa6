import type { INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { DEFAULT_TIMEOUT_MS } from '../shared/transport';

interface NumericOption {
	displayName: string;
	default: number;
	minValue: number;
	maxValue: number;
	description: string;
}

const NUMERIC_OPTIONS = {
	maxConcurrentRequests: {
		displayName: 'Max Concurrent Requests',
		default: 64,
		minValue: 1,
		maxValue: 500,
		description:
			'How many items are worked on at once, one of each chat. More than 64 hardly save time, as n8n is busy with as many, and are a strain on Z-API; 1 works on them strictly one after the other.',
	},
	retries: {
		displayName: 'Retries',
		default: 3,
		minValue: 0,
		maxValue: 10,
		description:
			'How many more times an item is tried when Z-API is busy or can\'t be reached. Leave n8n\'s own "Retry On Fail" off, as it sends all items again.',
	},
	timeout: {
		displayName: 'Timeout',
		default: DEFAULT_TIMEOUT_MS,
		minValue: 1,
		maxValue: 600_000,
		description: 'How long to wait for the response to one request, in milliseconds',
	},
} satisfies Record<string, NumericOption>;

/** How the requests of one execution are made. */
export type PinOptions = Record<keyof typeof NUMERIC_OPTIONS, number>;

export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: Object.entries(NUMERIC_OPTIONS).map(([name, { minValue, maxValue, ...option }]) => ({
		...option,
		name,
		type: 'number',
		typeOptions: { minValue, maxValue, numberPrecision: 0 },
	})),
};

/**
 * Checks the options.
 *
 * @param values the Options parameter as it came; what it does not name has its default
 * @throws {UserError} naming the option that is not a whole number within its bounds
 */
export function toOptions(values: Partial<Record<keyof PinOptions, unknown>>): PinOptions {
	return {
		maxConcurrentRequests: toNumber('maxConcurrentRequests', values),
		retries: toNumber('retries', values),
		timeout: toNumber('timeout', values),
	};
}

function toNumber(
	name: keyof PinOptions,
	values: Partial<Record<keyof PinOptions, unknown>>,
): number {
	const { displayName, minValue, maxValue, ...option } = NUMERIC_OPTIONS[name];
	const value = values[name] ?? option.default;
	if (Number.isInteger(value) && Number(value) >= minValue && Number(value) <= maxValue) {
		return Number(value);
	}
	throw new UserError(`${displayName} is out of range`, {
		description: `Use a whole number from ${minValue} to ${maxValue}.`,
	});
}
