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

/** By the first letter of their names in English and Portuguese. */
const UNIT_MS: Record<string, number> = { h: DAY_MS / 24, d: DAY_MS, w: 7 * DAY_MS, s: 7 * DAY_MS };

const AS_WRITTEN =
	/^(\d{1,3})[\s_-]?(?=(?:h|hrs?|hours?|horas?|d|days?|dias?|weeks?|semanas?)$)(.)/i;

/**
 * Finds a duration as people and AI models write it, such as `7 days`, `7 dias`, `24h` or `1 week`.
 *
 * @returns the value of the table; what came if it is none
 */
export function normalizeDuration(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	const [, count, unit = ''] = AS_WRITTEN.exec(value.trim()) ?? [];
	const wanted = Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0);
	return DURATIONS.find(({ ms }) => ms === wanted)?.value ?? value;
}

/** When a pin that starts now expires, in ISO 8601. */
export function expiryOf(duration: Duration): string {
	const ms = DURATIONS.find(({ value }) => value === duration)?.ms ?? 0;
	return new Date(Date.now() + ms).toISOString();
}
