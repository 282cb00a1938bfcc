import type { Submission } from '../gateways/gateway';
import { ProblemError, type Outcome, type Problem } from '../core/problem';
import { backOffMs } from './backOff';
import { ownSignal } from '../core/clock';
import { createRule } from './rules';
import { call, NO_TURN, STOPPED, type Session } from '../client/gatewayClient';
import type { TaskState } from '../core/task';

/**
 * How long a create that is in flight when the person presses Stop is awaited for its task id, in
 * milliseconds: a task whose id is known can be cancelled, and Stop has two seconds in all.
 */
const STOP_GRACE_MS = 1_000;

/**
 * Creates a task: one POST, and another only after a proof that nothing was accepted.
 *
 * @param submit builds the submission; called for each POST, so that images are in memory only then
 * @param deadlineMs when to give up sending again, in milliseconds since 1970
 * @throws ProblemError `mayHaveBeenAccepted` where a task may exist whose id did not come back;
 * else the gateway's refusal, or `stopped`
 */
export async function createTask(
	session: Session,
	submit: () => Promise<Submission>,
	deadlineMs: number,
): Promise<TaskState> {
	const startedMs = session.clock.nowMs();
	for (let failures = 1; ; failures++) {
		const mayGo = await session.pacer.turn('create', deadlineMs, session.halt);
		if (!mayGo) throw new ProblemError(NO_TURN);
		// A turn is given at once after Stop; the images are not read for it any more.
		if (session.halt.aborted) throw new ProblemError(STOPPED);
		const { value, problem } = await post(session, await submit());
		if (!problem) return value;
		const rule = createRule(problem);
		if (rule.then === 'doubtful') throw new ProblemError(asDoubt(problem));
		if (rule.then === 'final') throw new ProblemError(problem);
		const waitMs = backOffMs(failures, problem.retryAfterMs, session.random);
		const resendUntilMs = Math.min(deadlineMs, startedMs + (rule.resendForMs ?? Infinity));
		if (session.clock.nowMs() + waitMs > resendUntilMs) throw new ProblemError(problem);
		await session.clock.sleep(waitMs, session.halt);
	}
}

/** A problem after which the task may exist, and be paid. */
function asDoubt(problem: Problem): Problem {
	const reason = problem.reason ?? problem.code ?? problem.kind;
	return { ...problem, kind: 'mayHaveBeenAccepted', reason };
}

/** A constant, since a reason of Node's own costs a stack trace. */
const ANSWERED = new Error('the create is answered');

/**
 * One POST. A stop does not cut it at once: its id is awaited for a moment. The node's failure does not
 * cut it at all: its id is needed.
 */
async function post(session: Session, submission: Submission): Promise<Outcome<TaskState>> {
	if (session.halt.aborted) throw new ProblemError(STOPPED);
	const { gateway, clock } = session;
	const stop = ownSignal(session.stop);
	const cut = new AbortController();
	const answered = new AbortController();
	const onStop = () => {
		void clock.sleep(STOP_GRACE_MS, answered.signal).then(() => cut.abort());
	};
	stop.addEventListener('abort', onStop, { once: true });
	try {
		return await call(
			session,
			gateway.create(submission),
			(reply) => gateway.readCreate(reply, submission.modelId),
			{ signal: cut.signal },
		);
	} finally {
		answered.abort(ANSWERED);
		stop.removeEventListener('abort', onStop);
	}
}
