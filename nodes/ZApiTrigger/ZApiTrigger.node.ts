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
import { parameters } from './parameters';
import { receiveCallback } from './receiveCallback';
import { deregister, isRegistered, register } from './registration';

/** Starts a workflow when a message arrives, is pinned or is unpinned. */
export class ZApiTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Z-API Trigger',
		name: 'zApiTrigger',
		icon: { light: 'file:../../icons/pin.svg', dark: 'file:../../icons/pin.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace("message", "").toLowerCase()).join(", ") }}',
		description: 'Starts the workflow when a WhatsApp message arrives, is pinned or is unpinned',
		defaults: { name: 'Z-API Trigger' },
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
				return await isRegistered.call(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await register.call(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await deregister.call(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback.call(this);
	}
}
