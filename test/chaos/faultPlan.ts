import type { FaultName, FaultRow, Gateway, Sandbox, TaskState } from '../../sandbox';
import { faultTitle } from '../../sandbox/faults';
import { seededRandom, seedOf, type Random } from '../../sandbox/random';

type Occasion = Parameters<Sandbox['faults']['take']>[0];
type FaultedCall = 'create' | 'status' | 'result' | 'picture' | 'cancel';
type When = Occasion['when'];
type Fault = FaultRow['fault'];

const refusal = (statusCode: number, message: string, retryAfter?: number): Fault => ({
	statusCode,
	body: { error: { message } },
	...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
});

/** Limits as gateways put them into words, with and without Retry-After, under any status (FAULTS F5). */
const LIMITS_IN_WORDS: readonly Fault[] = [
	refusal(429, 'Too many requests', 2),
	refusal(429, 'The model is busy, try again later'),
	refusal(429, 'Concurrency limit of 5 based on your remaining balance'),
	refusal(403, 'Too many concurrent tasks'),
	refusal(400, 'inflight_limit reached'),
];

/** Tasks at a time that two of the gateways allow to an account, and how they refuse one more. */
const TASKS_AT_A_TIME: Partial<Record<Gateway, { tasks: number; fault: Fault }>> = {
	seaArtCloud: { tasks: 4, fault: refusal(429, 'Too many concurrent tasks', 1) },
	toApis: { tasks: 6, fault: refusal(429, 'Too many concurrent tasks') },
};

/** Refusals and proofs: a gateway that says these has accepted nothing. */
const REFUSALS: readonly Fault[] = [
	'429',
	'429-seconds',
	'429-date',
	'401',
	'403',
	'redirect',
	...LIMITS_IN_WORDS,
];

/** What leaves the fate of a call in doubt. */
const DOUBTS: readonly FaultName[] = [
	'500',
	'502-html',
	'503',
	'504-html',
	'reset',
	'cutJson',
	'html200',
	'slowDrip',
	'truncated',
	'cutChunked',
	'hang',
];

/** What may befall a read and is mended by another. */
const PASSING: readonly FaultName[] = [...DOUBTS, '429', '429-seconds', '401', '403', '404'];

/** Refusals of a cancel, which is tried again for a minute after Stop (FAULTS A2). */
const CANCEL_REFUSALS: readonly Fault[] = ['429', '429-seconds', '429-seconds'];

/** The kinds of faults of each call, before it does its work and after. */
const FAULTS: Readonly<Record<FaultedCall, Readonly<Record<When, readonly Fault[]>>>> = {
	create: { beforeAcceptance: [...REFUSALS, ...DOUBTS], afterAcceptance: DOUBTS },
	status: { beforeAcceptance: [...PASSING, 'unknownTask'], afterAcceptance: PASSING },
	result: { beforeAcceptance: [...PASSING, 'unknownTask'], afterAcceptance: PASSING },
	picture: {
		beforeAcceptance: [...PASSING, 'html', 'wrongType', 'expired'],
		afterAcceptance: ['unknownLength', 'truncated', 'cutChunked'],
	},
	cancel: { beforeAcceptance: [...DOUBTS, ...CANCEL_REFUSALS], afterAcceptance: DOUBTS },
};

/** How likely a task meets a fault on the first, the second and the third call of a kind. */
const LIKELIHOODS = [0.25, 0.15, 0.1];

/** A hang holds its task for the whole time-out of a call, so it is one in so many. */
const HANG_ONE_IN = 8;

/** Under which a create above the limit of tasks at a time is counted. */
export const ABOVE_TASKS_AT_A_TIME = 'create above the tasks at a time';

const UNENDED: ReadonlySet<TaskState> = new Set(['queued', 'running']);

interface PlannedFault {
	readonly call: FaultedCall;
	/** From 0: the how-manieth call of that kind for that task. */
	readonly turn: number;
	readonly when: When;
	readonly fault: Fault;
}

/** Marks an item's prompt, so that every call of it can be told. */
export const promptOf = (item: number) => `chaos <${item}>`;

/** The item that a prompt marks. */
export const itemOf = (prompt: string) => Number(/<(\d+)>/.exec(prompt)?.[1] ?? -1);

/**
 * The faults of a whole run, drawn from its seed item by item: the same seed gives each item the same
 * faults, in whatever order the calls arrive.
 */
export class FaultPlan {
	/** How often each fault was played, by `call fault when`. */
	readonly played = new Map<string, number>();
	private readonly turns = new Map<string, number>();
	private readonly itemOfTask = new Map<string, number>();

	constructor(private readonly seed: number) {}

	/** Takes the place of the sandbox's own program. */
	playOn({ faults, ledger }: Sandbox): void {
		const running = (gateway: Gateway | null) =>
			ledger.taskRows().filter((task) => task.gateway === gateway && UNENDED.has(task.state))
				.length;
		faults.take = (occasion) => this.take(occasion) ?? this.limit(occasion, running);
	}

	/** A create above the tasks that the gateway allows at a time. */
	private limit(
		{ call, gateway, when }: Occasion,
		running: (gateway: Gateway | null) => number,
	): FaultRow | undefined {
		const limit = gateway && TASKS_AT_A_TIME[gateway];
		if (!limit || call !== 'create' || when !== 'beforeAcceptance') return undefined;
		if (running(gateway) < limit.tasks) return undefined;
		this.count(ABOVE_TASKS_AT_A_TIME);
		return { call, fault: limit.fault, when };
	}

	private take({ call, when, taskId, prompt }: Occasion): FaultRow | undefined {
		if (!(call in FAULTS)) return undefined;
		const item = prompt === '' ? this.itemOfTask.get(taskId ?? '') : itemOf(prompt);
		if (item === undefined) return undefined;
		if (taskId) this.itemOfTask.set(taskId, item);
		const kind = call as FaultedCall;
		const planned = this.planned(item, kind, this.turnOf(item, kind, when));
		if (planned?.when !== when) return undefined;
		const row: FaultRow = { call, fault: planned.fault, when, dripMs: 1 };
		this.count(`${call} ${faultTitle(row)} ${when}`);
		return row;
	}

	private count(name: string): void {
		this.played.set(name, (this.played.get(name) ?? 0) + 1);
	}

	/** Counted at a call's beginning; its end is of the same turn. */
	private turnOf(item: number, call: FaultedCall, when: When): number {
		const key = `${item} ${call}`;
		const begun = this.turns.get(key) ?? 0;
		if (when === 'afterAcceptance') return begun - 1;
		this.turns.set(key, begun + 1);
		return begun;
	}

	private planned(item: number, call: FaultedCall, turn: number): PlannedFault | undefined {
		const random = seededRandom(seedOf(this.seed, item, call, turn));
		if (random() >= (LIKELIHOODS[turn] ?? 0)) return undefined;
		const when: When = random() < 0.5 ? 'beforeAcceptance' : 'afterAcceptance';
		const fault = pick(FAULTS[call][when], random);
		if (fault !== 'hang') return { call, turn, when, fault };
		return { call, turn, when, fault: random() * HANG_ONE_IN < 1 ? fault : 'reset' };
	}
}

function pick<T>(choices: readonly T[], random: Random): T {
	return choices[Math.floor(random() * choices.length)]!;
}
