/** Name of the first node of each workflow. */
export const TRIGGER = "When clicking 'Execute workflow'";

/** One chat per item, as pins in the same chat run one after another. */
export const CHAT = '={{ String(5511900000001 + $itemIndex) }}';

/** A node of a workflow, as n8n stores it. */
export const toNode = (name: string, type: string, parameters: object, typeVersion = 1) => ({
	id: name,
	name,
	type,
	typeVersion,
	position: [0, 0],
	parameters,
});

/**
 * This package's node, set to pin each item's `messageId` in a chat of its own.
 *
 * @param parameters what differs
 */
export const toPinNode = (name: string, parameters: object = {}) =>
	toNode(name, 'n8n-nodes-zapi-pin-message.zApiPinMessage', {
		phone: { __rl: true, mode: 'id', value: CHAT },
		messageId: '={{ $json.messageId }}',
		...parameters,
	});

/** What leads from one node to the next. */
export const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });

/**
 * Builds a workflow: Manual Trigger → Code → the node in question.
 *
 * @param jsCode what makes the items, in the Code node's JavaScript
 */
export function toWorkflow(
	name: string,
	jsCode: string,
	tested: ReturnType<typeof toNode> & { onError?: string },
) {
	return {
		name,
		nodes: [
			toNode(TRIGGER, 'n8n-nodes-base.manualTrigger', {}),
			toNode('Items', 'n8n-nodes-base.code', { jsCode }, 2),
			tested,
		],
		connections: { [TRIGGER]: to('Items'), Items: to(tested.name) },
		settings: { executionOrder: 'v1' },
	};
}
