import { backOffMs } from '../../nodes/FluxImage/client/retry';
import { runTogether } from '../../nodes/FluxImage/operations/pool';
import type { Random } from '../../sandbox/random';
import { SimulatedClock } from '../simulatedClock';
import { SimulatedGateway, type Answer, type Arrival } from './gateway';
import { POLICIES, type Policy, type PolicyName } from './policies';

/** One execution's items. */
export interface Work {
	readonly items: number;
	readonly together: number;
	/** When it begins, in milliseconds. */
	readonly startMs?: number;
	readonly timeoutMs?: number;
	readonly modelId?: string;
	/** Whether its tasks are only created, and left to others, as Image > Create does. */
	readonly isLeft?: boolean;
}

export interface Setting {
	readonly gateway: SimulatedGateway;
	readonly works: readonly Work[];
	readonly random: Random;
	/** Nothing is begun after it. */
	readonly untilMs?: number;
	/** Whether the finished task comes with the poll, as ToAPIs and VTrix have it. */
	readonly isSingleRead?: boolean;
}

export interface Run {
	/** Until the last item has ended. */
	readonly totalMs: number;
	readonly pictures: number;
	/** From the end of a job to its picture, over the job's length; mean. */
	readonly lagPercent: number;
	/** How long each execution took. */
	readonly workMs: readonly number[];
	readonly gateway: SimulatedGateway;
}

/** There and back, in milliseconds, half of it each way; give or take a quarter. */
const ROUND_TRIP_MS = 60;
const DEFAULT_TIMEOUT_MS = 600_000;

/** For the look at the deadline's turn, and for the result of what it finds finished. */
const LAST_LOOK_MS = 5_000;
const COLLECT_MS = 10_000;

/** The blind schedule, roughly: a share of the time that has passed, but at least so long. */
const POLL_SHARE = 0.19;
const LEAST_POLL_MS = 300;

/** Runs the works against the gateway, each call as the client makes it. */
export async function simulate(name: PolicyName, setting: Setting): Promise<Run> {
	const clock = new SimulatedClock(0);
	const policy = POLICIES[name](clock);
	const client = new Client(clock, policy, setting);
	const works = setting.works.map(async (work) => await client.run(work));
	const workMs = await clock.run(Promise.all(works));
	return {
		totalMs: clock.nowMs(),
		pictures: client.lags.length,
		lagPercent: (100 * client.lags.reduce((sum, lag) => sum + lag, 0)) / client.lags.length,
		workMs,
		gateway: setting.gateway,
	};
}

/** Makes the calls of an item: asks for a turn, sends, waits after a refusal and tries again. */
class Client {
	readonly lags: number[] = [];

	constructor(
		private readonly clock: SimulatedClock,
		private readonly policy: Policy,
		private readonly setting: Setting,
	) {}

	async run({ items, together, startMs = 0, ...item }: Work): Promise<number> {
		await this.clock.sleep(startMs);
		const execution = {};
		const jobs = Array.from({ length: items }, () => item);
		await runTogether(jobs, together, async (job) => await this.item(execution, job));
		return this.clock.nowMs() - startMs;
	}

	private async item(
		execution: object,
		work: Pick<Work, 'timeoutMs' | 'modelId' | 'isLeft'>,
	): Promise<void> {
		const { timeoutMs = DEFAULT_TIMEOUT_MS, modelId = 'flux_kontext_max', isLeft = false } = work;
		const deadlineMs = this.clock.nowMs() + timeoutMs;
		const of = { execution, modelId, deadlineMs, isLeft };
		const created = await this.call('create', of);
		if (!created) return;
		if (isLeft) return created.end();
		const { taskId } = created.answer;
		try {
			await this.follow(of, taskId ?? -1);
		} finally {
			created.end();
		}
	}

	private async follow(of: CallOf, taskId: number): Promise<void> {
		const createdMs = this.clock.nowMs();
		for (;;) {
			const elapsedMs = this.clock.nowMs() - createdMs;
			const waitMs = Math.max(LEAST_POLL_MS, POLL_SHARE * elapsedMs);
			await this.clock.sleep(Math.min(waitMs, Math.max(0, of.deadlineMs - this.clock.nowMs())));
			const isLast = this.clock.nowMs() >= of.deadlineMs;
			const polled = await this.call('poll', of, taskId);
			polled?.end();
			if (polled?.answer.isFinished) break;
			// What no turn or answer came for in time is looked at once more.
			if (isLast || (!polled && this.clock.nowMs() < of.deadlineMs)) return;
		}
		if (!this.setting.isSingleRead) {
			const deadlineMs = Math.max(of.deadlineMs, this.clock.nowMs() + COLLECT_MS);
			const result = await this.call('result', { ...of, deadlineMs }, taskId);
			result?.end();
			if (!result) return;
		}
		const { endsMs } = this.setting.gateway.tasks[taskId]!;
		this.lags.push((this.clock.nowMs() - endsMs) / (endsMs - createdMs));
	}

	/** Until it is taken; the look at the deadline is one try, and waits for its turn beyond it. */
	private async call(
		kind: Arrival['kind'],
		of: CallOf,
		taskId?: number,
	): Promise<Called | undefined> {
		const { clock, setting, policy } = this;
		const isLate = clock.nowMs() >= of.deadlineMs;
		const turnUntilMs = isLate ? clock.nowMs() + LAST_LOOK_MS : of.deadlineMs;
		const untilMs = Math.min(turnUntilMs, setting.untilMs ?? Infinity);
		for (let failures = 1; clock.nowMs() < untilMs; failures++) {
			const turn = await policy.turn({ ...of, kind: isLate ? 'result' : kind, turnUntilMs });
			if (!turn) return undefined;
			const answer = await this.send(kind, of.modelId, taskId);
			if (!answer.refused) {
				turn.accepted();
				return { answer, end: () => turn.end() };
			}
			const { retryAfterMs, headers } = answer.refused;
			turn.refused({ meaning: 'unknown', retryAfterMs, headers });
			turn.end();
			if (isLate) return undefined;
			await clock.sleep(backOffMs(failures, retryAfterMs, setting.random));
		}
		return undefined;
	}

	private async send(kind: Arrival['kind'], modelId: string, taskId?: number): Promise<Answer> {
		const { clock, setting } = this;
		const wayMs = () => (ROUND_TRIP_MS / 2) * (0.75 + setting.random() / 2);
		await clock.sleep(wayMs());
		const answer = setting.gateway.answer(kind, modelId, clock.nowMs(), taskId);
		await clock.sleep(wayMs());
		return answer;
	}
}

interface CallOf {
	readonly execution: object;
	readonly modelId: string;
	readonly deadlineMs: number;
	readonly isLeft: boolean;
}

interface Called {
	readonly answer: Extract<Answer, { refused?: undefined }>;
	readonly end: () => void;
}
