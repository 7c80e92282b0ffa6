/**
 * The first item of a list.
 *
 * @throws when there is none
 */
export function first<T>(list: Iterable<T> | undefined): T {
	for (const item of list ?? []) return item;
	throw new Error('The list has no first item');
}
