const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a message can stay pinned. `value` is sent as `pinMessageDuration`. */
export const DURATIONS = [
	{ name: '24 Hours', value: '24_hours', ms: DAY_MS },
	{ name: '7 Days', value: '7_days', ms: 7 * DAY_MS },
	{ name: '30 Days', value: '30_days', ms: 30 * DAY_MS },
] as const;

export type Duration = (typeof DURATIONS)[number]['value'];

/** The default of WhatsApp's app. */
export const DEFAULT_DURATION: Duration = '7_days';

/** When a pin that starts now expires, in ISO 8601. */
export function expiryOf(duration: Duration): string {
	const ms = DURATIONS.find(({ value }) => value === duration)?.ms ?? 0;
	return new Date(Date.now() + ms).toISOString();
}
