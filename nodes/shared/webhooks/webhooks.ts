/**
 * The webhooks of the events: the name in messages, the `type` of the calls (in lower case, as Z-API's
 * documentation isn't consistent), the method that sets the URL, the field of `GET /me` that shows it, and
 * whether the calls have a chat, as `phone`.
 *
 * @see https://developer.z-api.io (webhooks, introduction)
 */
export const WEBHOOKS = {
	received: {
		name: 'received messages',
		type: 'receivedcallback',
		path: '/update-webhook-received',
		field: 'receivedCallbackUrl',
		hasChat: true,
	},
	/** If it has a URL, what the number itself does comes here, and not to `received`. Not all instances have it. */
	receivedSentByMe: {
		name: 'what the number itself does',
		type: 'receivedcallback',
		path: '/update-webhook-received-delivery',
		field: 'receivedAndDeliveryCallbackUrl',
		hasChat: true,
	},
	delivery: {
		name: 'sent messages',
		type: 'deliverycallback',
		path: '/update-webhook-delivery',
		field: 'deliveryCallbackUrl',
		hasChat: true,
	},
	connected: {
		name: 'connecting',
		type: 'connectedcallback',
		path: '/update-webhook-connected',
		field: 'connectedCallbackUrl',
		hasChat: false,
	},
	disconnected: {
		name: 'disconnecting',
		type: 'disconnectedcallback',
		path: '/update-webhook-disconnected',
		field: 'disconnectedCallbackUrl',
		hasChat: false,
	},
} as const;

export type Webhook = keyof typeof WEBHOOKS;

export const WEBHOOK_NAMES = Object.keys(WEBHOOKS) as Webhook[];
