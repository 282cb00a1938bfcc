import type { IExecuteFunctions, INode, INodeParameters } from 'n8n-workflow';

import type { Clock } from '../core/clock';
import type { Claims } from '../tasks/ledger';

type InlineWorkflow = NonNullable<Parameters<IExecuteFunctions['executeWorkflow']>[0]['code']>;

/** How long n8n may take to let a claim go, in milliseconds; it takes 25 to 90. */
const RELEASE_MS = 10_000;

/** How often a claim is asked: of two workers at the same moment n8n may fail one, and then says "seen". */
const MOST_ASKS = 2;

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
		private readonly log: (message: string) => void,
	) {}

	async claim(name: string, deadlineMs: number): ReturnType<Claims['claim']> {
		for (let asks = 1; ; asks++) {
			try {
				const outputs = await this.within(deadlineMs, claimWorkflow(name, CLAIM));
				if (!outputs) return 'late';
				return outputs[0]?.length ? 'won' : 'taken';
			} catch (error) {
				if (asks < MOST_ASKS) continue;
				this.log(
					`A Pay Once Key could not be claimed in n8n's database, so it holds in this process and in the workflow's static data alone: ${messageOf(error)}`,
				);
				return 'notOffered';
			}
		}
	}

	async release(name: string, task?: string): Promise<void> {
		const deadlineMs = this.clock.nowMs() + RELEASE_MS;
		if (task !== undefined && (await this.claim(`${name}/${task}`, deadlineMs)) !== 'won') return;
		try {
			await this.within(deadlineMs, claimWorkflow(name, RELEASE));
		} catch (error) {
			this.log(`A Pay Once Key could not be given back: ${messageOf(error)}`);
		}
	}

	/** The outputs of the workflow's last node; nothing where they do not come in time. */
	private async within(deadlineMs: number, code: InlineWorkflow): Promise<Outputs | undefined> {
		const over = new AbortController();
		const { clock, context } = this;
		const waited = clock
			.sleep(Math.max(0, deadlineMs - clock.nowMs()), over.signal)
			.then(() => undefined);
		try {
			const run = context.executeWorkflow({ code }, [{ json: {} }]);
			return await Promise.race([run.then(({ data }) => data as Outputs), waited]);
		} finally {
			over.abort();
		}
	}
}

type Outputs = ReadonlyArray<readonly unknown[] | null>;

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
