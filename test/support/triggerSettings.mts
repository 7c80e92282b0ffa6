import type { TriggerSettings } from '../../nodes/ZApiPinMessageTrigger/settings';

/** The default parameters of the trigger, except for its events. */
export const DEFAULT_SETTINGS: Omit<TriggerSettings, 'events'> = {
	chats: [],
	sentByMe: { phone: false, api: false },
	chatTypes: ['groups', 'private'],
	textContains: '',
	ignoreEdits: true,
	ignoreStatusReplies: true,
	ifWebhookTaken: 'stop',
	simplify: true,
};
