import { settled as settledWithin } from '../settled';

/** Long enough for a machine that is busy with other things; shorter than a test may take. */
const PATIENCE_MS = 60_000;

/** Reads until the value is as wanted, and gives it, or the last one after a minute. */
export async function settled<Value>(
	read: () => Promise<Value>,
	isWanted: (value: Value) => boolean,
): Promise<Value> {
	return await settledWithin(read, isWanted, PATIENCE_MS);
}

/** The same for a list, whose order matters. */
export async function settledList(
	read: () => Promise<string[]>,
	expected: readonly string[],
): Promise<string[]> {
	const wanted = JSON.stringify(expected);
	return await settled(read, (list) => JSON.stringify(list) === wanted);
}
