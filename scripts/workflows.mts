/** Name of the node that every workflow built here starts with. */
export const TRIGGER = "When clicking 'Execute workflow'";

/** A node of a workflow, as n8n stores it. */
export const toNode = (name: string, type: string, parameters: object, typeVersion = 1) => ({
	...{ id: name, name, type, typeVersion, position: [0, 0], parameters },
});

/**
 * Builds a workflow: Manual Trigger → Code → the node in question.
 *
 * @param jsCode what makes the items, in the Code node's JavaScript
 */
export function toWorkflow(name: string, jsCode: string, tested: ReturnType<typeof toNode>) {
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
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
