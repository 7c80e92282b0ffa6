import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { testConnection } from '../shared/transport/credentialTest';
import { searchChats } from '../shared/chat/searchChats';
import { create, deleteWebhook } from './registration/hooks';
import { DISPLAY_NAME, triggerParameters } from './parameters';
import { receiveCallback } from './callback/receiveCallback';
import { WEBHOOK_PATH } from './registration/webhookUrl';

/** Starts a workflow with events of an instance: in its chats, in its queue, or of its connection. */
export class ZApiPinMessageTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: DISPLAY_NAME,
		name: 'zApiPinMessageTrigger',
		icon: { light: 'file:../../icons/trigger.svg', dark: 'file:../../icons/trigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		// "messagePinned" becomes "Message Pinned".
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace(/[A-Z]/g, " $&").replace(/^./, (letter) => letter.toUpperCase())).join(", ") }}',
		// n8n's panel shows it for the action node too.
		description:
			'Send, pin and unpin WhatsApp messages through Z-API, and start workflows when messages arrive, are pinned or get a reaction',
		eventTriggerDescription:
			'Make the event happen in WhatsApp: write to the connected number from another phone, for instance',
		activationMessage:
			'Your workflow now starts when one of its events happens in WhatsApp. Z-API calls it until you unpublish it.',
		triggerPanel: {
			header: 'Start with an event in WhatsApp',
			executionsHelp: {
				inactive:
					'While you build it, click Execute step or Test this trigger, then make the event happen in WhatsApp: write to the connected number from another phone, for instance. Z-API calls this n8n for one event, and the workflow runs with it in the editor.<br /><br />Once you publish the workflow, it starts by itself. You can see these executions in the executions list.',
				active:
					'While you build it, click Execute step or Test this trigger, then make the event happen in WhatsApp: write to the connected number from another phone, for instance. The published workflow goes on starting by itself during the test.<br /><br />Otherwise the workflow starts by itself. You can see these executions in the executions list.',
			},
			activationHint:
				'Publish the workflow and it starts by itself, whenever one of its events happens in WhatsApp.',
		},
		defaults: { name: DISPLAY_NAME },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'zApi', required: true, testedBy: 'testConnection' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				path: WEBHOOK_PATH,
				// The node registers the URL itself, with a secret that n8n does not show.
				ndvHideUrl: true,
			},
		],
		properties: triggerParameters,
	};

	methods = { credentialTest: { testConnection }, listSearch: { searchChats } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				// `create` checks it, as it has to read the same.
				return false;
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
