import type { Claims, ClaimUntil } from '../../../nodes/FluxImage/tasks/ledger';
import type { SimulatedClock } from '../../../tooling/simulatedClock';

const FOR_EVER: ClaimUntil = { deadlineMs: Infinity, signal: new AbortController().signal };

/** n8n's database: one winner a name, whichever process asks. */
export class Database implements Claims {
	readonly names = new Set<string>();
	/** How long an answer takes, in milliseconds. */
	answerMs = 30;

	constructor(private readonly clock: SimulatedClock) {}

	async claim(name: string, { deadlineMs }: ClaimUntil): ReturnType<Claims['claim']> {
		await this.clock.sleep(Math.min(this.answerMs, deadlineMs - this.clock.nowMs()));
		if (this.clock.nowMs() >= deadlineMs) return 'late';
		const isNew = !this.names.has(name);
		this.names.add(name);
		return isNew ? 'won' : 'taken';
	}

	async release(name: string, task?: string): Promise<void> {
		const right = task === undefined ? 'won' : await this.claim(`${name}/${task}`, FOR_EVER);
		if (right === 'won') this.names.delete(name);
	}
}
