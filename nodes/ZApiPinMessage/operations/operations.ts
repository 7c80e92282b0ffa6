import { getMany } from './getMany';
import { getStatus } from './getStatus';
import type { Operation } from './operation';
import { pin, unpin } from './pin';
import { sendAndPin } from './sendAndPin';

interface Resource {
	name: string;
	value: string;
	/** In the order of the list; the first is the default. */
	operations: readonly [Operation, ...Operation[]];
}

/** All operations, by resource. */
export const RESOURCES: readonly Resource[] = [
	{ name: 'Chat', value: 'chat', operations: [getMany] },
	{ name: 'Instance', value: 'instance', operations: [getStatus] },
	{ name: 'Message', value: 'message', operations: [pin, sendAndPin, unpin] },
];
