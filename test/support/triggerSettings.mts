import type { TriggerSettings } from '../../nodes/ZApiPinMessageTrigger/settings';

/** The default parameters of the trigger, except for its events. */
export const DEFAULT_SETTINGS: Omit<TriggerSettings, 'events'> = {
	chats: [],
	sentByMe: 'pins',
	textContains: '',
	ignoreEdits: true,
	ignoreStatusReplies: true,
	replaceExistingWebhook: false,
	simplify: true,
};
