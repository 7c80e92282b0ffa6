import type { TriggerSettings } from '../../nodes/ZApiPinMessageTrigger/settings';

/** What the trigger's parameters are when the user changes none, but for its events. */
export const DEFAULT_SETTINGS: Omit<TriggerSettings, 'events'> = {
	chats: [],
	sentByMe: 'pins',
	textContains: '',
	ignoreEdits: true,
	ignoreStatusReplies: true,
	replaceExistingWebhook: false,
	simplify: true,
};
