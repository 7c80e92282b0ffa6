import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { testConnection } from '../shared/credentialTest';
import { searchChats } from '../shared/searchChats';
import { checkExists, create, deleteWebhook } from './hooks';
import { parameters } from './parameters';
import { receiveCallback } from './receiveCallback';

/** Starts a workflow when a message arrives, is pinned or is unpinned. */
export class ZApiPinMessageTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Z-API Pin Message Trigger',
		name: 'zApiPinMessageTrigger',
		icon: { light: 'file:../../icons/pin.svg', dark: 'file:../../icons/pin.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace("message", "").toLowerCase()).join(", ") }}',
		// n8n's panel shows it for the action node too.
		description:
			'Pin and unpin WhatsApp messages through Z-API, and start workflows when messages arrive, are pinned or are unpinned',
		defaults: { name: 'Z-API Pin Message Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'zApi', required: true, testedBy: 'testConnection' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				path: 'received',
				// The node registers its URL itself, with a secret that n8n does not show.
				ndvHideUrl: true,
			},
		],
		properties: parameters,
	};

	methods = { credentialTest: { testConnection }, listSearch: { searchChats } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await checkExists(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await create(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await deleteWebhook(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback(this);
	}
}
