import { Limits } from '../../../nodes/FluxImage/accounts/limits';
import type { Call, Refusal, Turn } from '../../../nodes/FluxImage/client/limiter';
import { SimulatedClock } from '../../../tooling/simulatedClock';

export const never = new AbortController().signal;

type Asked = Partial<Call> & { untilMs?: number; signal?: AbortSignal };

/** The limits of one account on a simulated clock, and calls that ask them for their turns. */
export function account() {
	const clock = new SimulatedClock(0);
	const limits = new Limits(clock);
	const execution = {};
	const went: Array<{ kind: Call['kind']; atMs: number; execution: object }> = [];

	/** Asks for a turn, and notes when it comes. */
	const ask = async ({ untilMs = 600_000, signal = never, ...asked }: Asked = {}) => {
		const call: Call = {
			kind: 'create',
			modelId: 'flux_kontext_max',
			execution,
			tasks: 1,
			isTestRun: false,
			itemDeadlineMs: 600_000,
			...asked,
		};
		const turn = await limits.acquire(call, { deadlineMs: untilMs, signal });
		if (turn && !signal.aborted) {
			went.push({ kind: call.kind, atMs: clock.nowMs(), execution: call.execution });
		}
		return turn;
	};

	/** A turn that comes at once. */
	const now = async (asked: Asked = {}): Promise<Turn> => {
		const before = clock.nowMs();
		const turn = await clock.run(ask(asked));
		if (!turn || clock.nowMs() !== before) throw new Error('The turn did not come at once');
		return turn;
	};

	/** Calls that the gateway refuses, one after the other. */
	const refuse = async (times: number, refusal: Partial<Refusal> = {}, asked: Asked = {}) => {
		const turns: Turn[] = [];
		for (let call = 0; call < times; call++) turns.push(await now(asked));
		for (const turn of turns) {
			turn.refused({ meaning: 'unknown', ...refusal });
			turn.end();
		}
	};

	/** Creates that the gateway takes: their tasks run until their turns end. */
	const running = async (times: number, asked: Asked = {}) => {
		const turns: Turn[] = [];
		for (let call = 0; call < times; call++) {
			const turn = await now(asked);
			turn.accepted();
			turns.push(turn);
		}
		return turns;
	};

	/** How long a call waits for its turn, in milliseconds. */
	const waits = async (asked: Asked = {}): Promise<number> => {
		const fromMs = clock.nowMs();
		const turn = await clock.run(ask(asked));
		if (!turn) return Infinity;
		turn.end();
		return clock.nowMs() - fromMs;
	};

	return { clock, limits, went, ask, now, refuse, running, waits };
}
