/**
 * A bucket of tokens: one call takes one, and they come back at a steady rate. By default it holds
 * one second's worth, so that a second without calls is not lost to the caller.
 */
export class RateLimit {
	private tokens: number;
	private filledAtMs: number;

	/** @param burst how many tokens the bucket holds */
	constructor(
		private readonly requestsPerSecond: number,
		private readonly nowMs: () => number,
		readonly burst = Math.max(1, requestsPerSecond),
	) {
		this.tokens = burst;
		this.filledAtMs = nowMs();
	}

	/** How many calls would be taken at this moment. */
	get remaining(): number {
		this.fill();
		return Math.floor(this.tokens);
	}

	/** The seconds until there is a token; 0 where there is one. */
	get waitSeconds(): number {
		this.fill();
		return Math.max(0, (1 - this.tokens) / this.requestsPerSecond);
	}

	/** Takes a token. Gives the seconds until there is one again where there is none, else 0. */
	take(): number {
		const { waitSeconds } = this;
		if (waitSeconds === 0) this.tokens--;
		return waitSeconds;
	}

	private fill(): void {
		const nowMs = this.nowMs();
		const gained = ((nowMs - this.filledAtMs) / 1000) * this.requestsPerSecond;
		this.tokens = Math.min(this.burst, this.tokens + gained);
		this.filledAtMs = nowMs;
	}
}
