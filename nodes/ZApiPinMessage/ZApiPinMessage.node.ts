import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { testConnection } from '../shared/transport/credentialTest';
import { searchChats } from '../shared/chat/searchChats';
import { runItems } from './execution/runItems';
import { actionParameters, SUBTITLES } from './parameters';

/** Sends, pins and unpins WhatsApp messages through Z-API, lists chats and tells the status of an instance. */
export class ZApiPinMessage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Z-API Pin Message',
		name: 'zApiPinMessage',
		icon: { light: 'file:../../icons/pin.svg', dark: 'file:../../icons/pin.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: `={{ (${JSON.stringify(SUBTITLES)})[$parameter["operation"]] }}`,
		description: 'Send, pin and unpin WhatsApp messages in private chats and groups through Z-API',
		defaults: { name: 'Z-API Pin Message' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'zApi', required: true, testedBy: 'testConnection' }],
		properties: actionParameters,
	};

	methods = { credentialTest: { testConnection }, listSearch: { searchChats } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await runItems(this)];
	}
}
