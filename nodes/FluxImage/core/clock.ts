import { sleep } from 'n8n-workflow';

/** Time as it is passed in, so that every timing rule can be tried on a simulated clock. */
export interface Clock {
	/** Milliseconds since 1970. */
	nowMs(): number;
	/** Resolves after that many milliseconds, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * A signal that aborts with another. Whoever listens to a signal that many share takes one of these:
 * Node warns of a leak at a signal's eleventh listener, and more than ten tasks wait at once.
 */
export function ownSignal(shared: AbortSignal): AbortSignal {
	return AbortSignal.any([shared]);
}

/**
 * The clock on the wall. n8n's `sleep` is raced against the signal, since n8n 1.x does not end it on
 * abort; 2.34 and later do, which frees its timer at once.
 */
export const wallClock: Clock = {
	nowMs: () => Date.now(),
	async sleep(milliseconds, signal) {
		if (signal?.aborted) return;
		const own = signal && ownSignal(signal);
		let wake = (): void => undefined;
		const woken = new Promise<void>((resolve) => (wake = resolve));
		own?.addEventListener('abort', wake, { once: true });
		const slept = sleep(milliseconds, own).catch(() => undefined);
		await Promise.race([slept, woken]);
		own?.removeEventListener('abort', wake);
	},
};
