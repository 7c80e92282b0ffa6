/**
 * For a character class: white space, control characters and invisible marks. WhatsApp, browsers and
 * spreadsheets add them to copied texts.
 */
export const BLANK = String.raw`\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\s\0-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8`;

/** Decodes `%40` and the like; text with an invalid `%` stays as it is. */
export function decodeUrl(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Combining marks. No text has as many spacing ones in a row. */
const withoutMarks = (text: string) => text.replace(/\p{Mn}/gu, '').replace(/\p{Mc}{9,}/gu, '');

/**
 * Text for comparisons that ignore accents and case. Removes marks before too, as normalising takes quadratic
 * time for many marks in a row.
 */
export function toComparable(text: string): string {
	return withoutMarks(withoutMarks(text).normalize('NFD')).toLowerCase().trim();
}
