import { options, readRunOptions, readSendOptions } from '../../nodes/ZApiPinMessage/options';

/** The timeout is in seconds for users, and in milliseconds inside. */
const REQUESTS = { maxConcurrentRequests: 64, retries: 3, timeout: 30_000 };
const DELAYS = { delayMessage: 0, delayTyping: 0 };
const NUMBERS = { ...REQUESTS, ...DELAYS, timeout: 30 };
const DEFAULTS = { ...REQUESTS, ifNotConnected: 'queue', includeInputFields: false };

/** All options of an item. */
const toOptions = (values: object) => ({
	...readRunOptions(values, 'queue'),
	...readSendOptions(values),
});

test('options that are not set have their defaults', () => {
	expect(toOptions({})).toStrictEqual(DEFAULTS);
	expect(toOptions({ retries: 0 })).toStrictEqual({ ...DEFAULTS, retries: 0 });
});

const BOUNDS = [
	['maxConcurrentRequests', 'Max Concurrent Requests', 1, 500],
	['retries', 'Retries', 0, 10],
	['timeout', 'Timeout', 1, 600],
	['delayMessage', 'Delay Message', 0, 15],
	['delayTyping', 'Delay Typing', 0, 15],
] as const;

test.each(BOUNDS)('%s is a whole number within its limits', (name, displayName, min, max) => {
	for (const value of [min, min + 1, max]) {
		// A delay of 0 is none.
		const isSet = value > 0 || !name.startsWith('delay');
		const read = name === 'timeout' ? value * 1000 : value;
		const options = { ...DEFAULTS, ...(isSet && { [name]: read }) };
		expect(toOptions({ [name]: value })).toStrictEqual(options);
		// An AI model may give a number as text.
		expect(toOptions({ [name]: `${value}` })).toStrictEqual(options);
	}
	for (const value of [
		min - 1,
		max + 1,
		min + 0.5,
		NaN,
		Infinity,
		`${min}.5`,
		'x',
		true,
		[min],
		{},
	]) {
		expect(() => toOptions({ [name]: value })).toThrow(
			expect.objectContaining({
				message: `'${displayName}' is out of range`,
				description: `Use a whole number from ${min} to ${max}.`,
			}),
		);
	}
});

test.each(BOUNDS)("n8n's editor has the same limits for %s", (name, displayName, min, max) => {
	expect(options.options).toContainEqual({
		name,
		displayName,
		type: 'number',
		default: NUMBERS[name],
		typeOptions: { minValue: min, maxValue: max, numberPrecision: 0 },
		description: expect.any(String),
		...(name.startsWith('delay') && {
			displayOptions: { show: { '/operation': ['sendAndPin'] } },
		}),
	});
});

test('the options are a collection, in which a choice and a switch have their defaults', () => {
	expect(options).toMatchObject({
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		default: {},
		options: expect.arrayContaining([
			...[
				['queue', ['pin', 'unpin']],
				['stop', ['sendAndPin']],
			].map(([byDefault, operations]) =>
				expect.objectContaining({
					name: 'ifNotConnected',
					type: 'options',
					default: byDefault,
					displayOptions: { show: { '/operation': operations } },
					options: [
						expect.objectContaining({ value: 'queue' }),
						expect.objectContaining({ value: 'stop' }),
					],
				}),
			),
			expect.objectContaining({ name: 'includeInputFields', type: 'boolean', default: false }),
		]),
	});
});

test('what sends a message stops by default while the instance is not connected', () => {
	expect(readRunOptions({}, 'stop').ifNotConnected).toBe('stop');
	expect(readRunOptions({ ifNotConnected: 'queue' }, 'stop').ifNotConnected).toBe('queue');
});

test("'If Not Connected' is one of its choices", () => {
	expect(toOptions({ ifNotConnected: 'stop' })).toStrictEqual({
		...DEFAULTS,
		ifNotConnected: 'stop',
	});
	for (const ifNotConnected of ['Stop', '', null, true]) {
		expect(() => toOptions({ ifNotConnected })).toThrow(
			expect.objectContaining({
				message: "'If Not Connected' has an unknown value",
				description: 'Use one of: queue, stop.',
			}),
		);
	}
});

test("'Include Input Fields' is true or false, also as text", () => {
	expect(toOptions({ includeInputFields: 'true' }).includeInputFields).toBe(true);
	expect(toOptions({ includeInputFields: 'false' }).includeInputFields).toBe(false);
	expect(() => toOptions({ includeInputFields: 1 })).toThrow(
		"'Include Input Fields' is neither true nor false",
	);
});
