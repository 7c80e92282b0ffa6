import type { IExecuteFunctions } from 'n8n-workflow';
import { DEFAULT_DURATION } from './parameters';

/** What the user set for one item, not yet checked: expressions can yield anything. */
export interface PinParameters {
	operation: unknown;
	chat: unknown;
	messageId: unknown;
	duration: unknown;
}

/** Reads the parameters of one item, with its expressions evaluated. */
export function readParameters(context: IExecuteFunctions, itemIndex: number): PinParameters {
	return {
		operation: context.getNodeParameter('operation', itemIndex),
		chat: context.getNodeParameter('phone', itemIndex, '', { extractValue: true }),
		messageId: context.getNodeParameter('messageId', itemIndex),
		// Unpinning has none, but Z-API wants one all the same.
		duration: context.getNodeParameter('duration', itemIndex, DEFAULT_DURATION),
	};
}
