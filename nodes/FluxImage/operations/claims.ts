import type { IExecuteFunctions, INode, INodeParameters } from 'n8n-workflow';

import type { Orders } from '../accounts/orders';
import { NEVER, within, type Clock } from '../core/clock';
import type { Claims, ClaimUntil } from '../tasks/ledger';

type InlineWorkflow = NonNullable<Parameters<IExecuteFunctions['executeWorkflow']>[0]['code']>;

/** How long n8n may take to let a claim go, in milliseconds; it takes 25 to 90. */
const RELEASE_MS = 10_000;

/** How often n8n is asked at once: of two workers at the same moment it may fail one, and then says "seen". */
const ASKS_AT_ONCE = 2;

/** How often in all, and the pause from the second ask on, in milliseconds: a database may be away. */
const MOST_ASKS = 6;
const ASK_AGAIN_MS = 1_000;

/** How n8n says that it has no such node, or runs no such workflow: then it never will. */
const CANNOT_CLAIM = /unrecognized node type|not a function|not (implemented|supported|available)/i;

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

	async claim(name: string, until: ClaimUntil): ReturnType<Claims['claim']> {
		const undoing = this.orders.undoingOf(name);
		if (undoing) await within(this.clock, until, undoing);
		for (let asks = 1; ; asks++) {
			const run = this.run(name, CLAIM);
			try {
				const outputs = await within(this.clock, until, run);
				if (!outputs) return this.tooLate(name, run);
				return isWon(outputs) ? 'won' : 'taken';
			} catch (error) {
				if (CANNOT_CLAIM.test(messageOf(error))) return this.notOffered(error);
				if (asks < ASKS_AT_ONCE) continue;
				// It is the database that fails: nothing is sent then.
				const leftMs = until.deadlineMs - this.clock.nowMs();
				if (asks === MOST_ASKS || leftMs < ASK_AGAIN_MS || until.signal.aborted) return 'late';
				await this.clock.sleep(ASK_AGAIN_MS, until.signal);
			}
		}
	}

	/** What is won after all is given back: nobody has sent anything for it. */
	private tooLate(name: string, run: Promise<Outputs>): 'late' {
		const undone = run.then(
			async (outputs) => (isWon(outputs) ? await this.release(name) : undefined),
			() => undefined,
		);
		this.orders.undo(name, undone);
		return 'late';
	}

	/** It holds for the whole process, and is said once. */
	private notOffered(error: unknown): 'notOffered' {
		if (!this.orders.markOnce('claims')) {
			this.log(
				`A Pay Once Key could not be claimed in n8n's database, so it holds in this process and in the workflow's static data alone: ${messageOf(error)}`,
			);
		}
		return 'notOffered';
	}

	async release(name: string, task?: string): Promise<void> {
		// What was won is given back after Stop too.
		const until = { deadlineMs: this.clock.nowMs() + RELEASE_MS, signal: NEVER };
		if (task !== undefined && (await this.claim(`${name}/${task}`, until)) !== 'won') return;
		let failure = 'n8n did not answer';
		for (let asks = 1; asks <= MOST_ASKS; asks++) {
			try {
				if (await within(this.clock, until, this.run(name, RELEASE))) return;
				break;
			} catch (error) {
				failure = messageOf(error);
				if (CANNOT_CLAIM.test(failure)) return;
				await this.clock.sleep(ASK_AGAIN_MS);
			}
		}
		this.log(`A Pay Once Key could not be given back, so its order is taken for begun: ${failure}`);
	}

	/** The outputs of the last node of a workflow that claims or releases. */
	private async run(name: string, parameters: INodeParameters): Promise<Outputs> {
		const code = claimWorkflow(name, parameters);
		const { data } = await this.context.executeWorkflow({ code }, [{ json: {} }]);
		return data as Outputs;
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
