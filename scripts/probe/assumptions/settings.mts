import type { Probe } from '../probe.mts';
import { tell, tellValue } from '../tell.mts';
import { type Assumption, needing } from './assumption.mts';

/** Nobody's: names in `.invalid` lead nowhere. */
const UNUSED_URL = 'https://probe.invalid/';

/** Tries a value on the webhook of presence, the one that is missed least. */
const setPresence = (value: unknown) => async (probe: Probe) => {
	probe.say('Setting the webhook URL of presence.');
	const response = await probe.setUrl('presenceChatCallbackUrl', value);
	const { presenceChatCallbackUrl: shown } = await probe.me();
	const what = shown === value ? 'it' : tellValue(probe, shown);
	return `${tell(probe, response)}; /me shows ${what}`;
};

/** What is set for some seconds. */
export const SETTINGS: Assumption[] = needing(
	['settings'],
	[
		{
			name: 'A webhook URL',
			sandbox: '200 {"value":true}; /me shows it',
			look: setPresence(UNUSED_URL),
		},
		{
			name: 'A webhook URL that is null',
			sandbox: '400 {"error":"Invalid webhook URL"} → requestRefused; /me shows "<URL>"',
			look: setPresence(null),
		},
		{
			name: 'A webhook URL that is no URL',
			sandbox: '400 {"error":"Invalid webhook URL"} → requestRefused; /me shows "<URL>"',
			look: setPresence('no URL'),
		},
		{
			name: 'A webhook URL that is empty',
			sandbox: '200 {"value":true}; /me shows it',
			look: setPresence(''),
		},
		{
			name: 'A webhook URL without HTTPS',
			sandbox: '200 {"value":true}; /me shows it',
			look: setPresence(UNUSED_URL.replace('https', 'http')),
		},
		{
			name: '“Sent by me” switched on',
			sandbox: '200 {"value":true}; /me shows true',
			look: async (probe) => {
				probe.say('Switching “sent by me” on.');
				const response = await probe.setSentByMe(true);
				const { receiveCallbackSentByMe } = await probe.me();
				return `${tell(probe, response)}; /me shows ${tellValue(probe, receiveCallbackSentByMe)}`;
			},
		},
	],
);
