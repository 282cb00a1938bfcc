import { STOPPED, type Outcome, type Problem } from '../core/problem';
import type { TaskState } from '../core/task';
import type { Gateway, TaskRequest } from '../gateways/gateway';
import type { ApiCalls, ClientPorts } from './apiCalls';
import { longestCallMs } from './callTime';
import type { Call, Turn } from './limiter';
import { createRule, NOT_BUILT, withRetry, type Until } from './retry';

/** A task that is to be made. */
export interface NewTask extends Pick<Call, 'modelId' | 'tasks' | 'isLeft'> {
	/** Makes what is sent; called for each POST, so that images are in memory only then. */
	readonly build: () => Promise<Outcome<TaskRequest>>;
}

/** The one call that is paid for. */
export class CreateCall {
	constructor(
		private readonly gateway: Gateway,
		private readonly calls: ApiCalls,
		private readonly ports: ClientPorts,
	) {}

	/**
	 * One POST, and another only after a proof that nothing was accepted.
	 *
	 * @param made is handed the new task and the turn that holds its place
	 * @returns `createUncertain` where a task may exist whose id did not come back
	 */
	async create(
		{ build, ...call }: NewTask,
		until: Until,
		made: (task: TaskState, turn: Turn) => void,
	): Promise<Outcome<TaskState>> {
		let notBuilt: Problem | undefined;
		// Whose last try is too late is told what the tries before came to.
		let lastProblem = TOO_LATE;
		const attempt = async (turn: Turn): Promise<Outcome<TaskState>> => {
			const built = await build();
			notBuilt = built.problem;
			if (built.problem) return built;
			if (until.signal.aborted) return { problem: STOPPED };
			if (this.ports.clock.nowMs() >= until.deadlineMs) return { problem: lastProblem };
			const outcome = await this.send(built.value, call.modelId, turn, until);
			if (outcome.problem) lastProblem = outcome.problem;
			else made(outcome.value, turn);
			return outcome;
		};
		const inTurn = async () =>
			await this.calls.inTurn({ ...call, kind: 'create' }, until.deadlineMs, until, attempt);
		const ruleOf = (problem: Problem) => (problem === notBuilt ? NOT_BUILT : createRule(problem));
		const outcome = await withRetry(inTurn, ruleOf, until, this.ports);
		const { problem } = outcome;
		return problem && ruleOf(problem).uncertain ? { problem: uncertain(problem) } : outcome;
	}

	/** Sends it, and once more without the caller's own id where the gateway takes none. */
	private async send(
		task: TaskRequest,
		modelId: string,
		turn: Turn,
		until: Until,
	): Promise<Outcome<TaskState>> {
		const { ownId, ...withoutOwnId } = task;
		const outcome = await this.post(task, modelId, turn, until);
		if (ownId === undefined || !outcome.problem) return outcome;
		const said = saidOfOwnId(outcome.problem, this.gateway.ownIdField);
		if (said === 'taken') return { problem: { ...outcome.problem, kind: 'createUncertain' } };
		if (said === undefined) return outcome;
		this.ports.ownIds.areRefused = true;
		return await this.post(withoutOwnId, modelId, turn, until);
	}

	private async post(
		task: TaskRequest,
		modelId: string,
		turn: Turn,
		until: Until,
	): Promise<Outcome<TaskState>> {
		const { gateway, calls } = this;
		const request = gateway.create(task);
		return await calls.send(request, (reply) => gateway.readCreate(reply, modelId), turn, {
			// No signal: a create that is on its way is awaited, for its id is needed.
			timeoutMs: Math.max(longestCallMs(request), calls.leftMs(until)),
		});
	}
}

/** Of a create whose images took longer than its item has. */
const TOO_LATE: Problem = { kind: 'notSentInTime', reason: 'its images were not ready before' };

/** How a gateway says that something of the same id was there before; what follows a "no" is not there. */
const TAKEN =
	/duplicat|already|(?<!\bno\b.*)\bexists\b|\btaken\b|\bin use\b|been used|\bunique\b|\bconflict\b|reused|twice|已存在|重复/i;

const NAMES_AN_ID = /\bid\b/i;

/**
 * What a refusal says of the caller's own id: that it is taken, which proves that a task may exist under
 * it; or that its field is refused, so that nothing was made, and not for the order's sake.
 */
function saidOfOwnId(
	{ kind, code = '', reason = '' }: Problem,
	field: string | undefined,
): 'taken' | 'refused' | undefined {
	if (field === undefined || kind !== 'badParameters') return undefined;
	const words = `${code} ${reason}`;
	const namesField = words.includes(field);
	if (TAKEN.test(words) && (namesField || NAMES_AN_ID.test(words))) return 'taken';
	return namesField ? 'refused' : undefined;
}

/** A problem after which the task may exist, and be paid. */
function uncertain(problem: Problem): Problem {
	const reason = problem.reason ?? problem.code ?? problem.kind;
	return { ...problem, kind: 'createUncertain', reason };
}
