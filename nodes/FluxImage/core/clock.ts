import { sleep } from 'n8n-workflow';

/** Time as it is passed in, so that every timing rule can be tried on a simulated clock. */
export interface Clock {
	/**
	 * Monotonic milliseconds: only differences mean anything. A clock on the wall that is set, or a
	 * leap of it, moves no deadline.
	 */
	nowMs(): number;
	/** Milliseconds since 1970, for dates alone. */
	dateMs(): number;
	/** Resolves after that many milliseconds, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The longest that a timer can be set for, in milliseconds (32 bits): 24 days. Above it fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A signal that aborts with another. Whoever listens to a signal that many share takes one of these:
 * Node warns of a leak at a signal's eleventh listener, and more than ten tasks wait at once.
 */
export function ownSignal(shared: AbortSignal): AbortSignal {
	return AbortSignal.any([shared]);
}

/** A signal that never aborts: for what goes on after Stop. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Why a wait ends that nothing is waited for any more; a constant, since Node's own reason costs a stack trace. */
const OVER = new Error('the work has ended');

/**
 * What the work comes to. It goes on by itself where it is not waited for any more.
 *
 * @param until how long it is waited for: milliseconds on the clock, and what ends it before
 * @returns nothing where it does not end in time
 * @throws what the work throws in that time
 */
export async function within<T>(
	clock: Clock,
	{ deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
	work: Promise<T>,
): Promise<T | undefined> {
	const over = new AbortController();
	const leftMs = Math.max(0, deadlineMs - clock.nowMs());
	const timeUp = clock.sleep(leftMs, AbortSignal.any([signal, over.signal]));
	try {
		return await Promise.race([work, timeUp.then(() => undefined)]);
	} finally {
		over.abort(OVER);
	}
}

/**
 * The clock of this machine. n8n's `sleep` is raced against the signal, since n8n 1.x does not end it on
 * abort; 2.34 and later do, which frees its timer at once.
 */
export const systemClock: Clock = {
	nowMs: () => performance.now(),
	dateMs: () => Date.now(),
	async sleep(milliseconds, signal) {
		if (signal?.aborted) return;
		const own = signal && ownSignal(signal);
		let wake = (): void => undefined;
		const woken = new Promise<void>((resolve) => (wake = resolve));
		own?.addEventListener('abort', wake, { once: true });
		const slept = sleep(Math.min(milliseconds, LONGEST_TIMER_MS), own).catch(() => undefined);
		await Promise.race([slept, woken]);
		own?.removeEventListener('abort', wake);
	},
};
