import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_INTERVAL_MS = 200;

/**
 * Reads until the value is as wanted, and gives it; when the patience is at an end it gives the last
 * one, so that the assertion that follows shows what there was instead.
 */
export async function settled<Value>(
	read: () => Promise<Value>,
	isWanted: (value: Value) => boolean,
	patienceMs: number,
): Promise<Value> {
	const deadlineMs = Date.now() + patienceMs;
	for (;;) {
		const value = await read();
		if (isWanted(value) || Date.now() > deadlineMs) return value;
		await sleep(LOOK_INTERVAL_MS);
	}
}
