import type { LimitRow, Sandbox, SandboxOptions } from '../../sandbox';
import {
	inTurn,
	onAccount,
	sideBySide,
	timed,
	type Build,
	type ByHandCase,
	type Came,
} from './byHandCases';
import { startFlux, startLoop, type FluxRun } from './engineRun';
import { LAST_NODE, RANDOM_SEED, type LoopChange } from './handBuiltLoops';
import type { BenchSettings } from './section';

/** As people set it on a node; the loops' files have it on their nodes. */
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 2_000 } as const;

interface EngineCase extends Omit<ByHandCase, 'came'> {
	/** Chance decides: it is repeated, one build after the other, for it has many calls. */
	readonly byChance?: true;
	readonly account: SandboxOptions;
	/** What else befalls the account. */
	readonly trouble?: (sandbox: Sandbox) => void;
	readonly node?: Partial<FluxRun>;
	readonly loop?: LoopChange;
}

const seconds = (jobSeconds: number) => ({ min: jobSeconds, max: jobSeconds });

const REFUSED_AT_RANDOM: LimitRow = {
	kind: 'share',
	of: 'creates',
	share: 0.15,
	retryAfterSeconds: 1,
};

const THREE_AT_A_TIME: EngineCase = {
	what: 'An account takes 3 tasks at a time, 18 jobs of 2 s',
	pictures: 18,
	orders: 18,
	refuses: 'creates',
	leastSeconds: 12,
	account: { jobSeconds: seconds(2), limits: [{ kind: 'tasks', most: 3 }] },
};

const REFUSED: EngineCase = {
	what: '15 % of creates refused at random, 100 jobs of 1 s',
	pictures: 100,
	orders: 100,
	refuses: 'creates',
	byChance: true,
	account: { jobSeconds: seconds(1), limits: [REFUSED_AT_RANDOM] },
	node: { options: { maxConcurrentTasks: 25 } },
};

/** How long the key is refused, longer than the node reads on before it gives up an attempt. */
const REFUSED_KEY_SECONDS = 14;

const RANDOM_SEEDS = {
	pictures: 10,
	orders: 10,
	account: { jobSeconds: seconds(2) },
	node: {
		additionalFields: { seed: `={{ ${RANDOM_SEED} }}` },
		settings: RETRY_ON_FAIL,
	},
	loop: { randomSeed: true },
} as const;

const READS_FAIL_ONCE: EngineCase = {
	...RANDOM_SEEDS,
	what: 'Random seeds under Retry On Fail, 10 orders: each first poll is answered 503, one result 401',
	trouble({ faults }) {
		faults.add({ call: 'status', fault: '503', nth: 1, perTask: true });
		faults.add({ call: 'result', fault: '401', nth: 1 });
	},
};

const READS_FAIL: EngineCase = {
	...RANDOM_SEEDS,
	what: `Random seeds under Retry On Fail, 10 orders: no read is let in for ${REFUSED_KEY_SECONDS} s`,
	trouble({ faults }) {
		faults.add([
			{ call: 'status', fault: '401' },
			{ call: 'result', fault: '401' },
		]);
		setTimeout(() => faults.clear(), 1_000 * REFUSED_KEY_SECONDS);
	},
};

/** The cases of many items in one execution, in n8n's real engine; those of few calls side by side. */
export async function engineCases(settings: BenchSettings) {
	const [atATime, atRandom, readsFailOnce, readsFail] = await Promise.all(
		[THREE_AT_A_TIME, REFUSED, READS_FAIL_ONCE, READS_FAIL].map(
			async (given) => await measure(given, settings),
		),
	);
	return {
		atATime: atATime!,
		atRandom: atRandom!,
		readsFailOnce: readsFailOnce!,
		readsFail: readsFail!,
	};
}

async function measure(given: EngineCase, { seed, repeats }: BenchSettings): Promise<ByHandCase> {
	const measured = async (build: Build, repeat = 0) =>
		await onAccount(
			{ ...given.account, seed: seed + repeat },
			async (sandbox) => await run(build, given, sandbox),
		);
	const came = given.byChance ? await inTurn(repeats, measured) : await sideBySide(measured);
	return { ...given, came };
}

async function run(build: Build, given: EngineCase, sandbox: Sandbox): Promise<Came> {
	given.trouble?.(sandbox);
	const prompts = Array.from({ length: given.pictures }, (_, index) => `Picture ${index}`);
	const isCreate = ({ call }: { call: string }) => call === 'create';
	return await timed(sandbox, isCreate, async () => {
		if (build === 'node') {
			const { items } = await startFlux(sandbox, { prompts, ...given.node }).finished;
			return items.filter(({ binary }) => binary).length;
		}
		const execution = await startLoop(sandbox, { prompts, name: build, ...given.loop });
		const { runData } = (await execution.finished).run.data.resultData;
		const made = (runData[LAST_NODE] ?? []).flatMap(({ data }) => data?.main?.[0] ?? []);
		return made.filter(({ binary }) => binary).length;
	});
}
