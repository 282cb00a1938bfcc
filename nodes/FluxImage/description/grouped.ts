/** Members that have a key in common, in the order of their first members. */
export function grouped<T>(
	members: readonly T[],
	keyOf: (member: T) => string,
): Array<[T, ...T[]]> {
	const groups = new Map<string, [T, ...T[]]>();
	for (const member of members) {
		const key = keyOf(member);
		const group = groups.get(key);
		if (group) group.push(member);
		else groups.set(key, [member]);
	}
	return [...groups.values()];
}
