import { EventEmitter } from 'node:events';

/**
 * The webhooks of an instance: the method that sets the URL of each, and the field of `GET /me` that
 * shows it.
 *
 * @see https://developer.z-api.io (webhooks, introduction)
 */
export const WEBHOOKS = {
	'update-webhook-received': 'receivedCallbackUrl',
	'update-webhook-delivery': 'deliveryCallbackUrl',
	'update-webhook-connected': 'connectedCallbackUrl',
	'update-webhook-disconnected': 'disconnectedCallbackUrl',
	'update-webhook-message-status': 'messageStatusCallbackUrl',
	'update-webhook-chat-presence': 'presenceChatCallbackUrl',
	'update-webhook-received-delivery': 'receivedAndDeliveryCallbackUrl',
} as const;

export type WebhookUrl = (typeof WEBHOOKS)[keyof typeof WEBHOOKS];

export type Connection = 'connected' | 'notConnected' | 'sessionToRestore';

/** Settings of the sandbox's instance. */
export type InstanceSettings = Omit<Instance, keyof EventEmitter | 'isConnected' | 'webhooks'>;

/**
 * The sandbox's instance. Its credential is invented, and works on loopback only. Tests use canaries instead.
 */
export class Instance extends EventEmitter<{ connection: [connection: Connection] }> {
	instanceId = 'SANDBOX-INSTANCE';
	token = 'SANDBOX-TOKEN';
	/** Empty: the account has not activated its security token. */
	clientToken = 'SANDBOX-CLIENT-TOKEN';
	/** `GET /me` shows it, user and password included. */
	proxyUrl = 'http://sandbox:SANDBOX-PROXY-PASSWORD@proxy.invalid:3128';

	/** Empty: none. */
	receivedCallbackUrl = '';
	deliveryCallbackUrl = '';
	connectedCallbackUrl = '';
	disconnectedCallbackUrl = '';
	messageStatusCallbackUrl = '';
	presenceChatCallbackUrl = '';
	/** If set, what the connected number does is told here, and not to the received webhook. */
	receivedAndDeliveryCallbackUrl = '';
	/** Whether the instance has this second received webhook: `/me` doesn't show it for all instances. */
	hasReceivedAndDelivery = false;
	/** Whether the received webhook is also called for activity of the connected number. */
	receiveCallbackSentByMe = false;
	/** Whether activity of the connected number is told by both received webhooks if they have one URL. */
	tellsTwice = false;
	/** How many characters of a webhook URL are kept. Not known of Z-API. */
	keptUrlLength = Infinity;
	/** Whether webhook URLs must be HTTPS, as with Z-API. */
	requiresHttps = false;

	disableEnqueueWhenDisconnected = false;
	/**
	 * Whether unknown messages can be pinned, as if they were older than the sandbox. If not, their pins are
	 * accepted and then fail.
	 */
	knowsAnyMessage = false;

	#connection: Connection = 'connected';

	constructor(settings: Partial<InstanceSettings> = {}) {
		super();
		Object.assign(this, settings);
	}

	/** The result of `GET /status`. The queue waits unless it is `connected`. */
	get connection(): Connection {
		return this.#connection;
	}

	set connection(connection: Connection) {
		if (connection === this.#connection) return;
		this.#connection = connection;
		this.emit('connection', connection);
	}

	get isConnected(): boolean {
		return this.#connection === 'connected';
	}

	/** The webhooks that it has: the method that sets the URL of each, and its field. */
	get webhooks(): Array<[method: string, kind: WebhookUrl]> {
		return Object.entries(WEBHOOKS).filter(
			([, kind]) => this.hasReceivedAndDelivery || kind !== 'receivedAndDeliveryCallbackUrl',
		);
	}
}
