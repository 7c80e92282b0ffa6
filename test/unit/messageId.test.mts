import { randomBytes } from 'node:crypto';
import { toMessageId } from '../../nodes/ZApiPinMessage/messageId';

const ID = '3EB0C767D26A1B7E5A2F';

test.each<[value: string, messageId: string]>([
	['77DF5293EBC176FFA6A88838E7A6AD83', '77DF5293EBC176FFA6A88838E7A6AD83'],
	['\u202a3EB0C767D26A1B7E5A2F\u200b\ufe0f\n', ID],
	['A800D8F6A32B4E0C7B1A22', 'A800D8F6A32B4E0C7B1A22'],
	['WH10WA9F3C2B1D0E4F5A6', 'WH10WA9F3C2B1D0E4F5A6'],
	['A1', 'A1'],
	['3eb0-_x', '3eb0-_x'],
	['1'.repeat(32), '1'.repeat(32)],
	['true_5511999999999@c.us_3EB0C767D26A1B7E5A2F', ID],
	['false_120363019502650977@g.us_3EB0C767D26A1B7E5A2F_5511999998888@c.us', ID],
	['false_120363019502650977@g.us_3EB0C767D26A1B7E5A2F_5511999998888:12@s.whatsapp.net', ID],
	['false_5511999999999-1623281429@g.us_3EB0C767D26A1B7E5A2F_999999999999999@lid', ID],
	['true_999999999999999@lid_3EB0C767D26A1B7E5A2F', ID],
	['true_5511999999999@s.whatsapp.net_3EB0C767D26A1B7E5A2F_out', ID],
	['true_+5511999999999@c.us_3EB0C767D26A1B7E5A2F_in', ID],
	[' true_5511999999999@c.us_3EB0C767D26A1B7E5A2F\n', ID],
	['True_5511999999999@C.US_3EB0C767D26A1B7E5A2F', ID],
	['true_5511999999999%40c.us_3EB0C767D26A1B7E5A2F', ID],
	[`true_5511999999999@c.us_${'A'.repeat(176)}`, 'A'.repeat(176)],
])('%j is sent as %s', (value, messageId) => {
	expect(toMessageId(value)).toBe(messageId);
});

test.each([
	'3EB0wamid',
	'3EB0gBEG',
	'3EB0true_1',
	'120363019502650977-groupA',
	'XSM0123456789abcdef0123456789abcdef',
	'SM0123456789abcdef0123456789abcdef0',
	'A5511999999999-1623281429',
	'5511999999999-1623281429A',
])('%s contains what is refused, but in another place', (messageId) => {
	expect(toMessageId(messageId)).toBe(messageId);
});

const CHECK = /^Check the expression\. .*77DF5293.*not zaapId\.$/;
const WHERE = /^Use messageId from Z-API Pin Message Trigger.*, not zaapId\.$/;
const ONE_EACH = /^Make an item of each/;
const GROUPS_ONLY = /private chats and groups only/;

test.each<[value: unknown, what: string, advice: RegExp]>([
	[33, 'is not text', CHECK],
	[NaN, 'is not text', CHECK],
	[`true_5511999999999@c.us_${'A'.repeat(177)}`, 'is too long', CHECK],
	['wamid.HBgMNTUxMTk5OTk5OTk5FQIAEhgUM0VCMA==', 'is an ID of the WhatsApp Cloud API', WHERE],
	['gBEGVRGZmZmZmQIJ5bTxh8jC', 'is an ID of the WhatsApp Cloud API', WHERE],
	['SM0123456789abcdef0123456789ABCDEF', 'is an ID of another system', WHERE],
	['MM0123456789abcdef0123456789abcdef', 'is an ID of another system', WHERE],
	['5f3b1c2e-8a4d-4e6f-9b7a-0C1D2E3F4A5B', 'is an ID of another system', WHERE],
	['https://example.com/3EB0C767D26A1B7E5A2F', 'is a link', CHECK],
	['wa.me/5511999999999', 'is a link', CHECK],
	[`"${ID}"`, 'has quotes or brackets in it', CHECK],
	[`'${ID}`, 'has quotes or brackets in it', CHECK],
	[`“${ID}”`, 'has quotes or brackets in it', CHECK],
	[`(${ID})`, 'has quotes or brackets in it', CHECK],
	[`["${ID}"]`, 'has quotes or brackets in it', CHECK],
	[`${ID},A800D8F6A32B4E0C7B1A22`, 'holds several message IDs', ONE_EACH],
	[`${ID} A800D8F6A32B4E0C7B1A22 ${ID}`, 'holds several message IDs', ONE_EACH],
	[`${ID}\nA800D8F6A32B4E0C7B1A22`, 'holds several message IDs', ONE_EACH],
	[`${ID}; A800D8F6A32B4E0C7B1A22`, 'holds several message IDs', ONE_EACH],
	[`false_120363166555745933@newsletter_${ID}`, 'is of a channel or a broadcast', GROUPS_ONLY],
	[`false_status@broadcast_${ID}_5511@c.us`, 'is of a channel or a broadcast', GROUPS_ONLY],
	['120363019502650977-group', 'is a chat ID', CHECK],
	['120363019502650977-GROUP', 'is a chat ID', CHECK],
	['120363019502650977@g.us', 'is a chat ID', CHECK],
	['5511999999999@c.us', 'is a chat ID', CHECK],
	['999999999999999@lid', 'is a chat ID', CHECK],
	['5511999999999-1623281429', 'is a chat ID', CHECK],
	['true_5511999999999_3EB0', 'is only a part of a serialised message ID', CHECK],
	[`false_${ID}`, 'is only a part of a serialised message ID', CHECK],
	['5511999999999', 'has digits only', CHECK],
	['85932933', 'has digits only', CHECK],
	['1632228638000', 'has digits only', CHECK],
	['1779374011-59', 'has digits only', CHECK],
	['1234567890123456789', 'has digits only', CHECK],
	[`Atrue_5511999999999@c.us_${ID}`, 'is a chat ID', CHECK],
	[`true_5511999999999@c.us_${ID}_in_2`, 'is a chat ID', CHECK],
	[`.${ID} ${ID}`, 'has white space in it', CHECK],
	[`${ID} ${ID}.`, 'has white space in it', CHECK],
	['A 1', 'has white space in it', CHECK],
	[`id: ${ID}`, 'has white space in it', CHECK],
	[`id:${ID}`, 'has a character that no message ID has', CHECK],
	['tel:+5511999999999', 'is a link', CHECK],
	['A\n1', 'has white space in it', CHECK],
	['A\u200b1', 'has a character that no message ID has', CHECK],
	['3EB0:1/2_x=', 'has a character that no message ID has', CHECK],
	['3EB0A:1', 'has a character that no message ID has', CHECK],
	['A1,', 'has a character that no message ID has', CHECK],
	['1.5', 'has a character that no message ID has', CHECK],
	[
		'true_5511999999999@c.us_undefined',
		'is the result of an expression that found nothing',
		/item/,
	],
])('%j is refused: %s', (value, what, advice) => {
	expect(() => toMessageId(value)).toThrow(
		expect.objectContaining({
			message: `'Message ID' ${what}`,
			description: expect.stringMatching(advice),
		}),
	);
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** A UUID of version 7, without dashes, as Z-API makes zaapIds. */
const toZaapId = (time: number, rest = '7ABC9DEF0123456789AB') =>
	(time.toString(16).padStart(12, '0') + rest).toUpperCase();

test.each([0, 1, 30, 364])('the zaapId of %d days ago is refused', (days) => {
	const zaapId = toZaapId(Date.now() - days * DAY_MS);
	for (const id of [zaapId, zaapId.toLowerCase()]) {
		expect(() => toMessageId(id)).toThrow(
			expect.objectContaining({
				message: "'Message ID' is a zaapId",
				description: expect.stringMatching(/^Use messageId, not zaapId:/),
			}),
		);
	}
});

test('an ID that only resembles a zaapId is none', () => {
	const now = Date.now();
	for (const id of [
		toZaapId(now - 366 * DAY_MS),
		toZaapId(now + 2 * DAY_MS),
		toZaapId(now, '6ABC9DEF0123456789AB'),
		toZaapId(now, '7ABC7DEF0123456789AB'),
		toZaapId(now, '7ABC9DEF0123456789A'),
		toZaapId(now, '7ABC9DEF0123456789ABC'),
	]) {
		expect(toMessageId(id)).toBe(id);
	}
});

test('of a million random IDs, none is refused but what looks like a zaapId of the last year', () => {
	const bytes = randomBytes(16_000_000).toString('hex').toUpperCase();
	const refused: string[] = [];
	for (let start = 0; start < bytes.length; start += 32) {
		const id = bytes.slice(start, start + 32);
		try {
			toMessageId(id);
		} catch {
			refused.push(id);
		}
	}
	const year = [365, 0].map((days) => toZaapId(Date.now() - days * DAY_MS, '').slice(0, 3));
	for (const id of refused) {
		expect(year).toContain(id.slice(0, 3));
		expect(id).toMatch(/^.{12}7...[89AB]/);
	}
	// By chance it is one of 570,000.
	expect(refused.length).toBeLessThan(20);
});
