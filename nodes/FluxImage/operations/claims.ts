import type { IExecuteFunctions, INode, INodeParameters } from 'n8n-workflow';

import type { Orders } from '../accounts/orders';
import type { Clock } from '../core/clock';
import type { Claims } from '../tasks/ledger';

type InlineWorkflow = NonNullable<Parameters<IExecuteFunctions['executeWorkflow']>[0]['code']>;

/** How long n8n may take to let a claim go, in milliseconds; it takes 25 to 90. */
const RELEASE_MS = 10_000;

/** How often a claim is asked: of two workers at the same moment n8n may fail one, and then says "seen". */
const MOST_ASKS = 2;

/** How often where this n8n has answered before, and the pause from the second ask on, in milliseconds. */
const MOST_ASKS_OF_ONE_THAT_CAN = 6;
const ASK_AGAIN_MS = 1_000;

/** That this process's n8n can claim. */
const ANSWERED = 'claimAnswered';

/**
 * Claims in n8n's database, over all its processes. n8n's Remove Duplicates keeps one row a node, whose
 * primary key is workflow and node; so an inline sub-workflow, which belongs to the workflow that calls
 * it, has a node whose id is the name: its first claim is an INSERT, which only one execution can win.
 * n8n's own helper for the same, called from a node, reads and writes the whole row, and is no lock.
 */
export class WorkflowClaims implements Claims {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly clock: Clock,
		private readonly orders: Orders,
		private readonly log: (message: string) => void,
	) {}

	async claim(name: string, deadlineMs: number): ReturnType<Claims['claim']> {
		for (let asks = 1; ; asks++) {
			const run = this.run(name, CLAIM);
			try {
				const outputs = await this.within(deadlineMs, run);
				if (!outputs) return this.tooLate(name, run);
				this.orders.markOnce(ANSWERED);
				return isWon(outputs) ? 'won' : 'taken';
			} catch (error) {
				if (asks < MOST_ASKS) continue;
				// Of an n8n that could claim before, it is the database that fails: nothing is sent then.
				if (!this.orders.isMarked(ANSWERED)) return this.notOffered(error);
				if (asks === MOST_ASKS_OF_ONE_THAT_CAN) return 'late';
				const leftMs = deadlineMs - this.clock.nowMs();
				if (leftMs < ASK_AGAIN_MS) return 'late';
				await this.clock.sleep(ASK_AGAIN_MS);
			}
		}
	}

	/** What is won after all is given back: nobody has sent anything for it. */
	private tooLate(name: string, run: Promise<Outputs>): 'late' {
		void run.then(
			async (outputs) => (isWon(outputs) ? await this.release(name) : undefined),
			() => undefined,
		);
		return 'late';
	}

	private notOffered(error: unknown): 'notOffered' {
		this.log(
			`A Pay Once Key could not be claimed in n8n's database, so it holds in this process and in the workflow's static data alone: ${messageOf(error)}`,
		);
		return 'notOffered';
	}

	async release(name: string, task?: string): Promise<void> {
		const deadlineMs = this.clock.nowMs() + RELEASE_MS;
		if (task !== undefined && (await this.claim(`${name}/${task}`, deadlineMs)) !== 'won') return;
		try {
			await this.within(deadlineMs, this.run(name, RELEASE));
		} catch (error) {
			this.log(`A Pay Once Key could not be given back: ${messageOf(error)}`);
		}
	}

	/** The outputs of the last node of a workflow that claims or releases. */
	private async run(name: string, parameters: INodeParameters): Promise<Outputs> {
		const code = claimWorkflow(name, parameters);
		const { data } = await this.context.executeWorkflow({ code }, [{ json: {} }]);
		return data as Outputs;
	}

	/** What comes of the run; nothing where it does not come in time. */
	private async within(deadlineMs: number, run: Promise<Outputs>): Promise<Outputs | undefined> {
		const over = new AbortController();
		const { clock } = this;
		const waited = clock
			.sleep(Math.max(0, deadlineMs - clock.nowMs()), over.signal)
			.then(() => undefined);
		try {
			return await Promise.race([run, waited]);
		} finally {
			over.abort();
		}
	}
}

type Outputs = ReadonlyArray<readonly unknown[] | null>;

/** The first output of Remove Duplicates has what is new. */
const isWon = ([unseen]: Outputs): boolean => (unseen?.length ?? 0) > 0;

const CLAIM: INodeParameters = {
	operation: 'removeItemsSeenInPreviousExecutions',
	logic: 'removeItemsWithAlreadySeenKeyValues',
	dedupeValue: 'begun',
	options: {},
};

const RELEASE: INodeParameters = {
	operation: 'clearDeduplicationHistory',
	mode: 'cleanDatabase',
	options: {},
};

/** The workflow that claims or releases a name: its node's id holds it, of at most 255 characters. */
function claimWorkflow(name: string, parameters: INodeParameters): InlineWorkflow {
	const start: INode = {
		id: 'fluxImageClaim',
		name: 'Start',
		type: 'n8n-nodes-base.executeWorkflowTrigger',
		typeVersion: 1.1,
		position: [0, 0],
		parameters: { inputSource: 'passthrough' },
	};
	const claim: INode = {
		id: `fluxImage/${name}`,
		name: 'Claim',
		type: 'n8n-nodes-base.removeDuplicates',
		typeVersion: 2,
		position: [200, 0],
		parameters,
	};
	const workflow: Partial<InlineWorkflow> = {
		nodes: [start, claim],
		connections: { Start: { main: [[{ node: 'Claim', type: 'main', index: 0 }]] } },
		settings: {
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
			callerPolicy: 'any',
		},
	};
	// Without an id of its own it has that of the workflow that calls it, which n8n's type does not tell.
	return workflow as InlineWorkflow;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
