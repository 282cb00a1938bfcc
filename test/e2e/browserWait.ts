import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a machine that is busy with other things. */
const PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 100;

/**
 * Reads until the value is as wanted, and gives it; when the patience is at an end it gives the last
 * one, so that the assertion that follows shows what there was instead.
 */
export async function settled<Value>(
	read: () => Promise<Value>,
	isWanted: (value: Value) => boolean,
): Promise<Value> {
	const deadlineMs = Date.now() + PATIENCE_MS;
	for (;;) {
		const value = await read();
		if (isWanted(value) || Date.now() > deadlineMs) return value;
		await sleep(LOOK_INTERVAL_MS);
	}
}

/** The same for a list, whose order matters. */
export async function settledList(
	read: () => Promise<string[]>,
	expected: readonly string[],
): Promise<string[]> {
	const wanted = JSON.stringify(expected);
	return await settled(read, (list) => JSON.stringify(list) === wanted);
}
