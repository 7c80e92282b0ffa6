import type { INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

/** How the requests of one execution are made. */
export interface PinOptions {
	/** How many requests may be under way at once. */
	maxConcurrentRequests: number;
	/** How many more times a request is made that may well succeed later. */
	retries: number;
	/** How long one answer may take, in milliseconds. */
	timeout: number;
}

const numbers: INodeProperties[] = [
	{
		displayName: 'Max Concurrent Requests',
		name: 'maxConcurrentRequests',
		type: 'number',
		default: 250,
		typeOptions: { minValue: 1, maxValue: 500, numberPrecision: 0 },
		description:
			'How many items are worked on at once; 1 works on them strictly one after the other',
	},
	{
		displayName: 'Retries',
		name: 'retries',
		type: 'number',
		default: 3,
		typeOptions: { minValue: 0, maxValue: 10, numberPrecision: 0 },
		description:
			'How many more times an item is tried when Z-API is busy or can\'t be reached. Leave n8n\'s own "Retry On Fail" off, as it sends all items again.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		default: 30000,
		typeOptions: { minValue: 1, maxValue: 600000, numberPrecision: 0 },
		description: 'How long to wait for the answer to one request, in milliseconds',
	},
];

export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: numbers,
};

/**
 * Checks the options.
 *
 * @param values the Options parameter as it came; what it does not name has its default
 * @throws {UserError} naming the option that is not a whole number within its bounds
 */
export function toOptions(values: Partial<Record<keyof PinOptions, unknown>>): PinOptions {
	const toNumber = (wanted: keyof PinOptions) => {
		const option = numbers.find(({ name }) => name === wanted);
		const value = values[wanted] ?? option?.default;
		const { minValue = 0, maxValue = 0 } = option?.typeOptions ?? {};
		if (typeof value === 'number' && Number.isInteger(value)) {
			if (value >= minValue && value <= maxValue) return value;
		}
		throw new UserError(`${option?.displayName} is out of range`, {
			description: `Use a whole number from ${minValue} to ${maxValue}.`,
		});
	};
	return {
		maxConcurrentRequests: toNumber('maxConcurrentRequests'),
		retries: toNumber('retries'),
		timeout: toNumber('timeout'),
	};
}
