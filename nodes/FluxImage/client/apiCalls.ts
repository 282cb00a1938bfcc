import type { Clock } from '../core/clock';
import { STOPPED, type Outcome, type Problem } from '../core/problem';
import type { GatewayReply, GatewayRequest } from '../gateways/gateway';
import { LEAST_CALL_MS, longestCallMs } from './callTime';
import { retryAfterMs } from './headers';
import type { Http, RequestLimits } from './http';
import type { Call, Limiter, Turn } from './limiter';
import { readRule, withRetry, type RetryPorts, type Until } from './retry';

/** What a client needs of the world. */
export interface ClientPorts extends RetryPorts {
	readonly clock: Clock;
	readonly http: Http;
	/** Whose turn it is, over all executions of the account; pictures are on another host, without limits. */
	readonly limiter: Limiter;
	/** Turns go round by execution: any object that is its own. */
	readonly execution: object;
	/** A person's test run always asks, whatever is supposed of the gateway. */
	readonly isTestRun: boolean;
	/** Whether this account has refused ids of the caller's own; shared by its executions. */
	readonly ownIds: { areRefused: boolean };
	/** The models of this account's tasks, by request id, as far as this process knows them. */
	readonly taskModels: TaskModels;
}

/** Remembers the models of tasks. */
export interface TaskModels {
	get(requestId: string): string | undefined;
	set(requestId: string, modelId: string): void;
}

/** What a call comes to whose turn does not come in time. */
const NO_TURN: Problem = {
	kind: 'rateLimited',
	reason:
		'the gateway limits the rate of calls, and the time was up before the turn of this one: it was not sent',
};

/** Calls of a gateway's API: each waits for its turn, is sent with what is left of the time, and is read. */
export class ApiCalls {
	constructor(private readonly ports: ClientPorts) {}

	/** A call that bills nothing, tried until it is answered, each try in its turn. */
	async read<T>(
		call: Pick<Call, 'kind' | 'modelId'>,
		request: GatewayRequest,
		read: (reply: GatewayReply) => Outcome<T>,
		until: Until,
	): Promise<Outcome<T>> {
		const { deadlineMs, signal } = until;
		const nowMs = this.ports.clock.nowMs();
		// What begins at its deadline waits for its turn as long as for its answer.
		const turnUntilMs = nowMs < deadlineMs ? deadlineMs : nowMs + LEAST_CALL_MS;
		const attempt = async (turn: Turn) => {
			const timeoutMs = Math.min(longestCallMs(request), this.leftMs(until));
			const outcome = await this.send(request, read, turn, { timeoutMs, signal });
			turn.end();
			return outcome;
		};
		return await withRetry(
			async () => await this.inTurn({ ...call, tasks: 0 }, turnUntilMs, until, attempt),
			(problem) => readRule(problem, until),
			until,
			this.ports,
		);
	}

	/** Does what is to be done when the call's turn has come; a turn that comes to nothing is given back. */
	async inTurn<T>(
		call: Pick<Call, 'kind' | 'modelId' | 'tasks' | 'isLeft'>,
		turnUntilMs: number,
		{ deadlineMs, signal }: Until,
		act: (turn: Turn) => Promise<Outcome<T>>,
	): Promise<Outcome<T>> {
		const { limiter, execution, isTestRun } = this.ports;
		const turn = await limiter.acquire(
			{ ...call, execution, isTestRun, itemDeadlineMs: deadlineMs },
			{ signal, deadlineMs: turnUntilMs },
		);
		if (!turn) return { problem: NO_TURN };
		let outcome: Outcome<T> = { problem: STOPPED };
		try {
			if (!signal.aborted) outcome = await act(turn);
			return outcome;
		} finally {
			if (outcome.problem) turn.end();
		}
	}

	/** What is left of the time, in milliseconds, and at least what a call needs. */
	leftMs({ deadlineMs }: Until): number {
		return Math.max(LEAST_CALL_MS, Math.ceil(deadlineMs - this.ports.clock.nowMs()));
	}

	/** Sends a request and reads its reply; a problem carries the gateway's Retry-After. */
	async send<T>(
		request: GatewayRequest,
		read: (reply: GatewayReply) => Outcome<T>,
		turn: Turn,
		limits: RequestLimits,
	): Promise<Outcome<T>> {
		const { value: reply, problem: unsent } = await this.ports.http.send(request, limits);
		if (unsent) return { problem: unsent };
		const { headers } = reply;
		const outcome = read(reply);
		const { problem } = outcome;
		if (problem?.kind !== 'rateLimited') turn.accepted(headers);
		if (!problem) return outcome;
		const waitMs = retryAfterMs(headers, this.ports.clock.dateMs());
		if (problem.kind === 'rateLimited') {
			turn.refused({ meaning: problem.limit ?? 'unknown', retryAfterMs: waitMs, headers });
		}
		return waitMs === undefined ? outcome : { problem: { ...problem, retryAfterMs: waitMs } };
	}
}
