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

/** Who is told of a signal's abort, and the one listener of Node that tells them. */
interface Listeners {
	readonly all: Set<() => void>;
	readonly tellAll: () => void;
}

const listenersBySignal = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls back when a signal aborts that has not yet. Node hears of one listener, however many share the
 * signal: at the eleventh it warns of a leak, and more than ten tasks wait at once. A signal for each of
 * them (`AbortSignal.any`) would do as well, at ten times the CPU.
 *
 * @returns takes the listener back; with the last one Node's goes too, since Node 20 keeps a signal made
 * by `AbortSignal.any` for good while it has one
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
	const listeners = listenersBySignal.get(signal) ?? listenTo(signal);
	listeners.all.add(listener);
	return () => {
		listeners.all.delete(listener);
		if (listeners.all.size > 0 || listenersBySignal.get(signal) !== listeners) return;
		signal.removeEventListener('abort', listeners.tellAll);
		listenersBySignal.delete(signal);
	};
}

function listenTo(signal: AbortSignal): Listeners {
	const all = new Set<() => void>();
	const tellAll = () => {
		for (const listener of all) listener();
	};
	const listeners = { all, tellAll };
	signal.addEventListener('abort', tellAll, { once: true });
	listenersBySignal.set(signal, listeners);
	return listeners;
}

/** A signal that never aborts: for what goes on after Stop. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Why a wait ends that nothing is waited for any more; a constant, since Node's own reason costs a stack trace. */
const OVER = new Error('the wait is over');

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
 * The clock of this machine. The signal wakes by itself, since n8n 1.x does not end its `sleep` on abort;
 * 2.34 and later do, which frees the timer at once.
 */
export const systemClock: Clock = {
	nowMs: () => performance.now(),
	dateMs: () => Date.now(),
	async sleep(milliseconds, signal) {
		const timerMs = Math.min(milliseconds, LONGEST_TIMER_MS);
		if (!signal) return await sleep(timerMs);
		if (signal.aborted) return;
		const timer = new AbortController();
		await new Promise<void>((wake) => {
			const stopListening = onAbort(signal, () => {
				timer.abort(OVER);
				wake();
			});
			const wakeInTime = () => {
				stopListening();
				wake();
			};
			sleep(timerMs, timer.signal).then(wakeInTime, wakeInTime);
		});
	},
};
