import { createHash } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Registration } from './registration/registration';

/**
 * What the node stores in the static data of its workflow while it is registered. n8n saves it when the
 * workflow is published, and keeps that of a test until the test ends.
 */
export interface Memory {
	/** With this and `instanceId`, a call is checked without decrypting the credential, which is slow. */
	secretHash?: string;
	instanceId?: string;
	/** The previous URLs, which are restored later. */
	previous?: Partial<Registration>;
}

export function readMemory(context: IHookFunctions | IWebhookFunctions): Memory {
	return context.getWorkflowStaticData('node');
}

export function toHash(text: string, more: string | Buffer = ''): string {
	return createHash('sha256').update(text).update(more).digest('base64url');
}
