// Whatever reads text that somebody else wrote is quick with a megabyte of it: no pattern is quadratic.
import { type Chat, toFilter } from '../../nodes/shared/chat/chats';
import { authenticate, toConnection } from '../../nodes/shared/transport/connection';
import { toFailure } from '../../nodes/shared/transport/failures';
import { mask, toSpellings } from '../../nodes/shared/transport/mask';
import { toErrorText, toNetworkCode, toRetryAfterMs } from '../../nodes/shared/transport/response';
import { toZApiError } from '../../nodes/shared/transport/zApiError';
import { readMessageText } from '../../nodes/ZApiPinMessage/operations/messageText';
import { readReceivers, toHost } from '../../nodes/shared/webhooks/receivers';
import { findFilter } from '../../nodes/ZApiPinMessageTrigger/callback/filters';
import { parseCallback } from '../../nodes/ZApiPinMessageTrigger/events/callback';
import { findEvent } from '../../nodes/ZApiPinMessageTrigger/events/events';
import { MESSAGE } from '../support/callbacks.mts';
import { hostileTexts } from '../support/hostileText.mts';
import { DEFAULT_SETTINGS } from '../support/triggerSettings.mts';

const CHAT: Chat = {
	chat: '5511999999999',
	name: 'Ana',
	isGroup: false,
	isAnnouncement: false,
	archived: false,
	unread: 0,
};

/** Far more than any of it takes; a quadratic pattern takes minutes. */
const LIMIT_MS = 5000;

const REFUSAL =
	/ is (too long|too short|not a URL|empty( or not usable)?)$|^'Text' contains an expression/;

const CREDENTIAL = { instanceId: 'INSTANCE-1', token: 'aA1-aA1-', clientToken: '', baseUrl: '' };

function filterMessage(message: string, textContains: string): string | undefined {
	const callback = parseCallback({ ...MESSAGE, text: { message } });
	const event = findEvent(callback);
	const settings = { ...DEFAULT_SETTINGS, textContains, events: ['messageReceived' as const] };
	return event && findFilter(callback, event, settings);
}

const READERS: Record<string, (text: string) => unknown> = {
	'Instance ID': (instanceId) => toConnection({ ...CREDENTIAL, instanceId }),
	'Instance Token': (token) => toConnection({ ...CREDENTIAL, token }),
	'Client-Token': (clientToken) => toConnection({ ...CREDENTIAL, clientToken }),
	'Base URL': (baseUrl) => toConnection({ ...CREDENTIAL, baseUrl }),
	URL: async (url) => await authenticate(CREDENTIAL, { url }).catch(() => undefined),
	'Retry-After': (text) => toRetryAfterMs(text),
	'the code of what went wrong': (code) => toNetworkCode({ code }),
	"the text of Z-API's error": (error) => toErrorText({ error }),
	'what went wrong': (error) => toFailure({ statusCode: 400, body: { error } }),
	'the network code': (networkCode) => toFailure({ networkCode }),
	'what is told of it': (error) => toZApiError({ statusCode: 400, body: { error } }, ['aA1-aA1-']),
	Text: (text) => expect(readMessageText(text, 'Text')).toBe(text),
	'a filter of chats': (text) => toFilter(text)(CHAT),
	'a name of a chat': (name) => toFilter('water')({ ...CHAT, name }),
	'a message': (text) => filterMessage(text, '#notice'),
	'Text Contains': (text) => filterMessage('#notice', text),
	'a message without Text Contains': (text) => filterMessage(text, ''),
	'a registered URL': (text) => readReceivers(`https://n8n.test/?list=${text}`),
	'a host of a registered URL': (host) => toHost(`https://${host}/`),
	'a value to mask': (text) => mask({ [text]: text }, toSpellings(['aA1-aA1-', '--------x'])),
};

test.each(Object.entries(READERS))('%s of a megabyte takes no time', (_what, read) => {
	const slow = hostileTexts('12345678 ').flatMap(([part, texts]) => {
		// Time of the processor, as a busy machine stops a test for longer.
		const startedAt = process.cpuUsage();
		for (const text of texts) {
			try {
				read(text);
			} catch (error) {
				expect((error as Error).message).toMatch(REFUSAL);
			}
		}
		const { user, system } = process.cpuUsage(startedAt);
		const ms = (user + system) / 1000;
		return ms < LIMIT_MS ? [] : [[part, ms]];
	});
	expect(slow).toStrictEqual([]);
});
