import { createHash } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Registration } from './registration';

/**
 * What the node remembers in the static data of its workflow while it is registered. n8n stores it when
 * the workflow is published, and keeps that of a test until the test ends.
 */
export interface Memory {
	/** With these two a call is checked without decrypting the credential, which would take longer. */
	secretHash?: string;
	instanceId?: string;
	/** What was there before, to be given back. */
	previous?: Partial<Registration>;
}

export function readMemory(context: IHookFunctions | IWebhookFunctions): Memory {
	return context.getWorkflowStaticData('node');
}

export function toHash(text: string): string {
	return createHash('sha256').update(text).digest('base64url');
}
