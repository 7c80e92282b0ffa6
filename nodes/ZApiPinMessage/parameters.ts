import type { INodeProperties } from 'n8n-workflow';
import { RESOURCES } from './operations/operations';
import { options } from './options';

// n8n names a new node after its action ("Unpin a WhatsApp message") only if the node shows a resource.
const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: RESOURCES.map(({ name, value }) => ({ name, value })),
	default: 'message',
};

const operations = RESOURCES.map((ofResource): INodeProperties => {
	const options = ofResource.operations.map(({ name, value, action, description }) => ({
		name,
		value,
		action,
		description,
	}));
	const [{ value: first }] = ofResource.operations;
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [ofResource.value] } },
		options,
		default: first,
	};
});

/** What a node on the canvas does, by operation. */
export const SUBTITLES = Object.fromEntries(
	RESOURCES.flatMap(({ operations }) =>
		operations.map(({ name, value, subtitle = name }) => [value, subtitle]),
	),
);

/**
 * The fields of all operations. One that several have is shown for each of them. The last operations come first, so
 * that Duration comes after what is sent.
 */
function composeFields(): INodeProperties[] {
	const shownFor = new Map<INodeProperties, string[]>();
	for (const { fields, value } of RESOURCES.flatMap((row) => row.operations).reverse()) {
		for (const field of fields) shownFor.set(field, [...(shownFor.get(field) ?? []), value]);
	}
	return [...shownFor].map(([field, operation]) => ({
		...field,
		displayOptions: { show: { ...field.displayOptions?.show, operation } },
	}));
}

export const actionParameters: INodeProperties[] = [
	resource,
	...operations,
	...composeFields(),
	options,
];
