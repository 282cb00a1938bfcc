/** Enough for a median on a machine that is busy with other things. */
const CALLS = 20;

/** Medians of how long a create by webhook takes, in milliseconds. */
export interface ClaimCost {
	calls: number;
	withoutKeyMs: number;
	withKeyMs: number;
}

/**
 * Measures what a Pay Once Key costs a create, by creates without and with a key in turns. The first of
 * each warms n8n up.
 *
 * @param create makes a task and returns when the webhook has answered; each number is another order
 */
export async function measureClaim(
	createWithout: (order: number) => Promise<unknown>,
	createWith: (order: number) => Promise<unknown>,
): Promise<ClaimCost> {
	const without: number[] = [];
	const withKey: number[] = [];
	for (let order = 0; order <= CALLS; order++) {
		without.push(await durationMs(async () => await createWithout(order)));
		withKey.push(await durationMs(async () => await createWith(order)));
	}
	const [withoutKeyMs, withKeyMs] = [without, withKey].map((all) => median(all.slice(1)));
	return { calls: CALLS + 1, withoutKeyMs: withoutKeyMs ?? NaN, withKeyMs: withKeyMs ?? NaN };
}

/** The cost in words, for the log of a test. */
export function claimCostWords(line: string, { withoutKeyMs, withKeyMs }: ClaimCost): string {
	const [without, withKey] = [withoutKeyMs, withKeyMs].map(Math.round);
	const claim = Math.round(withKeyMs - withoutKeyMs);
	return `${line}: a create by webhook takes ${without} ms, with a Pay Once Key ${withKey} ms: its claim costs ${claim} ms`;
}

async function durationMs(work: () => Promise<unknown>): Promise<number> {
	const startMs = performance.now();
	await work();
	return performance.now() - startMs;
}

function median(values: number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
