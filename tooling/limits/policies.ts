import { Limits } from '../../nodes/FluxImage/accounts/limits';
import type { CallKind, Turn } from '../../nodes/FluxImage/client/limiter';
import { AdaptiveRateLimiter } from './pacerOf10';
import type { Clock } from '../../nodes/FluxImage/core/clock';

export interface Asking {
	readonly kind: CallKind & ('create' | 'poll' | 'result');
	readonly modelId: string;
	readonly execution: object;
	/** Whether its task is left to others. */
	readonly isLeft: boolean;
	/** When the item gives up. */
	readonly deadlineMs: number;
	/** How long the call waits for its turn. */
	readonly turnUntilMs: number;
}

/** Who says when a call may go. */
export interface Policy {
	turn(asking: Asking): Promise<Turn | undefined>;
}

const never = new AbortController().signal;
const nothing = () => undefined;

/** Nobody: each refused call waits, and tries again. */
export function backOffAlone(): Policy {
	const turn = { accepted: nothing, refused: nothing, end: nothing };
	return { turn: async () => await Promise.resolve(turn) };
}

/** What 1.0 did: a pacer for each execution. */
export function pacerOf10(clock: Clock): Policy {
	const pacers = new WeakMap<object, AdaptiveRateLimiter>();
	return {
		async turn({ kind, execution, turnUntilMs }) {
			const pacer = pacers.get(execution) ?? new AdaptiveRateLimiter(clock);
			pacers.set(execution, pacer);
			if (!(await pacer.acquire(kind, turnUntilMs, never))) return undefined;
			return {
				accepted: () => pacer.accepted(),
				refused: ({ retryAfterMs }) => pacer.refused(retryAfterMs),
				end: nothing,
			};
		},
	};
}

/** The limits of one account, which all executions share. */
export function sharedLimits(clock: Clock): Policy {
	const limits = new Limits(clock);
	return {
		turn: async ({ deadlineMs, turnUntilMs, ...call }) =>
			await limits.acquire(
				{ ...call, tasks: 1, isTestRun: false, itemDeadlineMs: deadlineMs },
				{ deadlineMs: turnUntilMs, signal: never },
			),
	};
}

export const POLICIES = {
	'back-off alone': backOffAlone,
	'1.0': pacerOf10,
	limits: sharedLimits,
} as const satisfies Record<string, (clock: Clock) => Policy>;

export type PolicyName = keyof typeof POLICIES;
