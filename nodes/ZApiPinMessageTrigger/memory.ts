import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

/**
 * What the node stores in the static data of its workflow while it is registered. n8n saves it when the
 * workflow is published, and keeps that of a test until the test ends. A call is checked with it, without
 * decrypting the credential, which is slow.
 */
export interface Memory {
	secretHash?: string;
	instanceId?: string;
}

export function readMemory(context: IHookFunctions | IWebhookFunctions): Memory {
	return context.getWorkflowStaticData('node');
}
