import type { Clock } from '../core/clock';
import { STOPPED, type Outcome, type Problem } from '../core/problem';
import { LEAST_CALL_MS } from './callTime';
import { readRule, type Until } from './retry';

/** An upload of which the others wait. */
interface Upload {
	/** Nothing until it is over, or where it has thrown. */
	outcome?: Outcome<string>;
	/** Aborts when it is over. */
	readonly over: AbortController;
}

/** What who waits for another's upload comes to when its own time is up. */
const NOT_IN_TIME: Problem = { kind: 'requestTimedOut' };

/** Why a wait ends early; a constant, since a reason of Node's own costs a stack trace. */
const OVER = new Error('the upload is over');

/**
 * Uploads by the digest of their bytes: an image that several items use goes up once. Each item waits
 * by its own deadline and Stop. Where an upload was not answered, for its item had no more time or was
 * stopped, one of those who waited makes it anew, and the others wait for that one. What the gateway
 * has refused is refused for all.
 */
export class SharedUploads {
	private readonly uploads = new Map<string, Upload>();

	constructor(private readonly clock: Clock) {}

	/**
	 * The outcome of the upload of these bytes.
	 *
	 * @param until when the item that asks gives up, and what stops it
	 * @param send uploads them
	 * @throws what `send` throws, to the item alone that sent
	 */
	async once(
		digest: string,
		until: Until,
		send: () => Promise<Outcome<string>>,
	): Promise<Outcome<string>> {
		// It ends: in each round one of those who wait sends, and leaves with what that comes to.
		for (;;) {
			const earlier = this.uploads.get(digest);
			if (!earlier) return await this.send(digest, send);
			await this.waitFor(earlier, until);
			if (until.signal.aborted) return { problem: STOPPED };
			const { outcome } = earlier;
			if (outcome && isFinal(outcome, until)) return outcome;
			if (this.clock.nowMs() >= until.deadlineMs) return outcome ?? { problem: NOT_IN_TIME };
		}
	}

	/** As long as the last try may take that is made at the deadline. */
	private async waitFor({ over }: Upload, { deadlineMs, signal }: Until): Promise<void> {
		const leftMs = deadlineMs + LEAST_CALL_MS - this.clock.nowMs();
		await this.clock.sleep(leftMs, AbortSignal.any([signal, over.signal]));
	}

	private async send(
		digest: string,
		send: () => Promise<Outcome<string>>,
	): Promise<Outcome<string>> {
		const upload: Upload = { over: new AbortController() };
		this.uploads.set(digest, upload);
		try {
			return (upload.outcome = await send());
		} finally {
			if (upload.outcome?.value === undefined) this.uploads.delete(digest);
			upload.over.abort(OVER);
		}
	}
}

/** Whether another try of these bytes would come to the same. */
function isFinal({ problem }: Outcome<string>, until: Until): boolean {
	if (!problem) return true;
	return problem.kind !== 'stopped' && readRule(problem, until).retry === 'never';
}
