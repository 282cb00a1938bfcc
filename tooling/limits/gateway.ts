import type { Random } from '../../sandbox/random';
import { RateLimit } from '../../sandbox/rateLimit';

/** A call as a simulated gateway sees it. */
export interface Arrival {
	readonly kind: 'create' | 'poll' | 'result';
	readonly modelId: string;
	readonly nowMs: number;
	/** Tasks of the model that run at this moment. */
	readonly running: number;
}

export interface Refused {
	readonly retryAfterMs?: number;
	readonly headers?: Readonly<Record<string, string>>;
}

/** Why a call is refused, where it is. */
export type Limit = (arrival: Arrival) => Refused | undefined;

const isCreate = ({ kind }: Arrival) => kind === 'create';

/** So many tasks of a model at a time. */
export function tasksAtATime(most: number): Limit {
	return (arrival) => (isCreate(arrival) && arrival.running >= most ? {} : undefined);
}

/** A share of all creates, for others' sake. */
export function atRandom(share: number, random: Random): Limit {
	return (arrival) => (isCreate(arrival) && random() < share ? { retryAfterMs: 1_000 } : undefined);
}

/** A share of all calls, reads too, whatever their pace. */
export function anyAtRandom(share: number, random: Random): Limit {
	return () => (random() < share ? { retryAfterMs: 1_000 } : undefined);
}

/** So many calls a second, as the project's sandbox counts them: a bucket of a second's worth. */
export function callsASecond(perSecond: number): Limit {
	const now = { ms: 0 };
	const bucket = new RateLimit(perSecond, () => now.ms);
	return ({ nowMs }) => {
		now.ms = nowMs;
		const waitSeconds = bucket.take();
		return waitSeconds > 0 ? { retryAfterMs: Math.ceil(waitSeconds) * 1_000 } : undefined;
	};
}

/** So many calls in each minute. */
export function callsAMinute(most: number): Limit {
	let minute = -1;
	let calls = 0;
	return ({ nowMs }) => {
		const now = Math.floor(nowMs / 60_000);
		if (now !== minute) calls = 0;
		minute = now;
		if (calls >= most) return {};
		calls++;
		return undefined;
	};
}

/** Nothing is taken in this time. */
export function closed(fromMs: number, toMs: number): Limit {
	return ({ nowMs }) => (nowMs >= fromMs && nowMs < toMs ? {} : undefined);
}

/** ToAPIs' two buckets: creates five a second in bursts of 50, reads fifty in bursts of 500. */
export function twoBuckets(withHeaders: boolean): Limit {
	const buckets = {
		create: { tokens: 50, most: 50, perSecond: 5, filledMs: 0 },
		read: { tokens: 500, most: 500, perSecond: 50, filledMs: 0 },
	};
	return (arrival) => {
		const bucket = buckets[isCreate(arrival) ? 'create' : 'read'];
		const gained = ((arrival.nowMs - bucket.filledMs) / 1_000) * bucket.perSecond;
		bucket.tokens = Math.min(bucket.most, bucket.tokens + gained);
		bucket.filledMs = arrival.nowMs;
		if (bucket.tokens >= 1) {
			bucket.tokens--;
			return undefined;
		}
		if (!withHeaders) return {};
		const resetSeconds = (1 - bucket.tokens) / bucket.perSecond;
		return {
			retryAfterMs: Math.ceil(resetSeconds) * 1_000,
			headers: {
				'x-ratelimit-limit': String(bucket.most),
				'x-ratelimit-remaining': '0',
				'x-ratelimit-reset': String(Math.ceil(resetSeconds)),
				'x-ratelimit-category': isCreate(arrival) ? 'async_submit' : 'async_query',
			},
		};
	};
}

interface Task {
	readonly modelId: string;
	readonly endsMs: number;
}

/** What a call came to. */
export type Answer =
	| { readonly refused: Refused }
	| { readonly refused?: undefined; readonly taskId?: number; readonly isFinished?: boolean };

/** A gateway that keeps books: whatever is refused, and what was paid. */
export class SimulatedGateway {
	readonly tasks: Task[] = [];
	readonly taken: Array<{ readonly kind: Arrival['kind']; readonly atMs: number }> = [];
	readonly refused = { create: 0, poll: 0, result: 0 };

	constructor(
		private readonly limits: readonly Limit[],
		private readonly jobMs: () => number,
	) {}

	get calls(): number {
		return this.taken.length + this.refusals;
	}

	get refusals(): number {
		return this.refused.create + this.refused.poll + this.refused.result;
	}

	answer(kind: Arrival['kind'], modelId: string, nowMs: number, taskId = -1): Answer {
		const isRunning = (task: Task) => task.modelId === modelId && task.endsMs > nowMs;
		const running = this.tasks.filter(isRunning).length;
		for (const limit of this.limits) {
			const refused = limit({ kind, modelId, nowMs, running });
			if (!refused) continue;
			this.refused[kind]++;
			return { refused };
		}
		this.taken.push({ kind, atMs: nowMs });
		if (kind === 'create') {
			this.tasks.push({ modelId, endsMs: nowMs + this.jobMs() });
			return { taskId: this.tasks.length - 1 };
		}
		return { isFinished: (this.tasks[taskId]?.endsMs ?? Infinity) <= nowMs };
	}
}
