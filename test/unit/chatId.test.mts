import { toChatId } from '../../nodes/shared/chatId';

test.each<[value: unknown, chat: string]>([
	['5511999999999', '5511999999999'],
	[5511999999999, '5511999999999'],
	['+55 (11) 99999-9999', '5511999999999'],
	['  5511999999999 ', '5511999999999'],
	['\u202a+55 11 99999-9999\u202c', '5511999999999'],
	['5511999999999@s.whatsapp.net', '5511999999999'],
	['5511999999999@c.us', '5511999999999'],
	['5511999999999:12@s.whatsapp.net', '5511999999999'],
	['120363019502650977-group', '120363019502650977-group'],
	['120363019502650977@g.us', '120363019502650977-group'],
	[' 120363019502650977@G.US\n', '120363019502650977-group'],
	['5511999999999-1623281429', '5511999999999-1623281429'],
	['5511999999999-1623281429@g.us', '5511999999999-1623281429'],
	['999999999999999@lid', '999999999999999@lid'],
	['12345678', '12345678'],
	['123456789012345', '123456789012345'],
	[123456789012345, '123456789012345'],
])('%j becomes %s', (value, chat) => {
	expect(toChatId(value)).toBe(chat);
});

const SHAPE = /5511999999999.*120363019502650977-group.*@lid/;
const GROUPS_ONLY = /private chats and groups only/;

test.each<[value: unknown, description: RegExp]>([
	['120363166555745933@newsletter', GROUPS_ONLY],
	['5511999999999@broadcast', GROUPS_ONLY],
	['status@broadcast', GROUPS_ONLY],
	['', SHAPE],
	['   ', SHAPE],
	[undefined, SHAPE],
	[null, SHAPE],
	[{}, SHAPE],
	[['5511999999999'], SHAPE],
	[true, SHAPE],
	[false, SHAPE],
	[NaN, SHAPE],
	[Infinity, SHAPE],
	[-5511999999999, SHAPE],
	[5511999999999.5, SHAPE],
	['[object Object]', SHAPE],
	['Ana', SHAPE],
	['551199999999a', SHAPE],
	['5511999999999@example.com', SHAPE],
	['5.511999999999e12', SHAPE],
	['1234567', SHAPE],
	[1234567, SHAPE],
	['011999999999', SHAPE],
	['5511999999999, 5511888888888', SHAPE],
	['1234567890123456', /ends in "-group"/],
	['120363019502650977', /ends in "-group"/],
	[Number.MAX_SAFE_INTEGER + 1, /as text/],
	[120363019502650977, /as text/],
	[1e21, /as text/],
])('%j is refused', (value, description) => {
	const refusal = catchError(() => toChatId(value));
	expect(refusal.message).toMatch(/^Chat /);
	expect(refusal.description).toMatch(description);
});

function catchError(action: () => unknown) {
	try {
		action();
	} catch (error) {
		return error as Error & { description: string };
	}
	throw new Error('Nothing was thrown');
}
