/**
 * A bucket of tokens: one call takes one, and they come back at a steady rate. The bucket holds
 * one second's worth, so that a second without calls is not lost to the caller.
 */
export class RateLimit {
	private tokens: number;
	private filledAtMs: number;

	constructor(
		private readonly requestsPerSecond: number,
		private readonly nowMs: () => number,
	) {
		this.tokens = Math.max(1, requestsPerSecond);
		this.filledAtMs = nowMs();
	}

	/** Takes a token. Gives the seconds until there is one again where there is none, else 0. */
	take(): number {
		const nowMs = this.nowMs();
		const gained = ((nowMs - this.filledAtMs) / 1000) * this.requestsPerSecond;
		this.tokens = Math.min(Math.max(1, this.requestsPerSecond), this.tokens + gained);
		this.filledAtMs = nowMs;
		if (this.tokens < 1) return (1 - this.tokens) / this.requestsPerSecond;
		this.tokens--;
		return 0;
	}
}
