import type { IExecuteFunctions } from 'n8n-workflow';

import { GatewayClient } from '../client/gatewayClient';
import { readCredential } from '../client/credential';
import { openHttp, type Http } from '../client/http';
import { NEVER, systemClock, type Clock } from '../core/clock';
import type { Gateway } from '../gateways/gateway';
import type { TaskRef } from '../core/task';
import { ActiveTasks } from '../tasks/activeTasks';
import { KeptOrders } from '../tasks/keptOrders';
import { Ledger, type LedgerPorts } from '../tasks/ledger';
import type { OrderKey, Paid } from '../tasks/order';
import { PaidTasks } from '../tasks/paidTasks';
import { Accounts } from '../accounts/accounts';
import type { Execution } from '../tasks/execution';
import { executionIdOf, isAgentTool, isTestRun, runIndexOf } from './caller';
import { WorkflowClaims } from './claims';
import { keyPrefix } from './orderKey';

/** What the node needs of the world; tests hand in their own. */
export interface NodePorts {
	readonly clock: Clock;
	/** From 0 to 1, for jitter. */
	readonly random: () => number;
	/** What this process knows of the accounts that its executions use. */
	readonly accounts: Accounts;
}

/** The world as it is. */
export const SYSTEM_PORTS: NodePorts = {
	clock: systemClock,
	random: Math.random,
	accounts: new Accounts(systemClock),
};

/** One run of the node: its items' tasks, at one account or several. */
export class NodeExecution {
	/** An expression may give each item its own. */
	private readonly byAccount = new Map<string, Execution>();
	private readonly failed = new AbortController();
	private readonly cancelSignal: AbortSignal;
	private readonly ledger: Ledger;
	private readonly paidTasks: PaidTasks;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly ports: NodePorts,
	) {
		this.cancelSignal = context.getExecutionCancelSignal() ?? NEVER;
		const executionId = executionIdOf(context);
		this.ledger = new Ledger({
			context: context.getContext('node'),
			executionId,
			isTool: isAgentTool(context),
			orders: ports.accounts.orders,
			dateMs: () => ports.clock.dateMs(),
			...keyPorts(context, ports),
		});
		this.paidTasks = new PaidTasks(context.getContext('flow'), executionId);
	}

	/**
	 * The execution at the account of an item.
	 *
	 * @throws NodeOperationError where the node has no credential for the gateway (n8n's own error)
	 */
	async at(gateway: Gateway, itemIndex: number): Promise<Execution> {
		const credential = await readCredential(this.context, gateway, itemIndex);
		const http = openHttp(this.context, gateway, credential, this.ports.clock);
		const known = this.byAccount.get(http.account);
		if (known) return known;
		const execution = this.open(gateway, http);
		this.byAccount.set(http.account, execution);
		return execution;
	}

	/** Nothing is waited for any more: an item has failed, and the node with it. */
	giveUp(): void {
		this.failed.abort();
	}

	/** Resolves when every cancel that Stop started has its answer. */
	async close(): Promise<void> {
		const executions = [...this.byAccount.values()];
		await Promise.all(executions.map(async ({ activeTasks }) => await activeTasks.close()));
	}

	/** Hands what was paid for to the next attempt, since this one failed. */
	publish(): void {
		this.ledger.publish();
	}

	/** Whether an item of this run was paid for, as far as its attempts know; or one of its orders. */
	paidBefore(itemIndex: number, order?: { readonly key: OrderKey }): Paid {
		if (order) return this.ledger.paidFor(order.key);
		return this.ledger.paidBefore({ runIndex: runIndexOf(this.context, itemIndex), itemIndex });
	}

	private open(gateway: Gateway, http: Http): Execution {
		const { context, cancelSignal, ledger, paidTasks } = this;
		const { clock, random, accounts } = this.ports;
		const { orders } = accounts;
		const { limits: limiter, durations, ...known } = accounts.open(http.account);
		const client = new GatewayClient(gateway, {
			...known,
			...{ http, clock, random, limiter },
			execution: this,
			isTestRun: isTestRun(context),
		});
		const executionId = executionIdOf(context);
		const where = executionId === undefined ? '' : ` in execution ${executionId}`;
		const who = `FLUX Image "${context.getNode().name}"${where}`;
		const log = (message: string) => context.logger.info(`${who}: ${message}`);
		const onCancelled = async (task: TaskRef) => await ledger.takeBackTask(task);
		return {
			client,
			clock,
			random,
			durations,
			ledger,
			orders,
			paidTasks,
			activeTasks: new ActiveTasks({ client, clock, cancelSignal, log, orders, onCancelled }),
			cancelSignal,
			abortSignal: AbortSignal.any([cancelSignal, this.failed.signal]),
			log,
		};
	}
}

/** What keeps Pay Once Keys beyond this process; test runs have keys of their own, of this process. */
function keyPorts(
	context: IExecuteFunctions,
	{ accounts, clock }: NodePorts,
): Pick<LedgerPorts, 'kept' | 'claims'> {
	if (isTestRun(context)) return {};
	const { orders } = accounts;
	const data = () => context.getWorkflowStaticData('global');
	const log = (message: string) => context.logger.warn(`FLUX Image: ${message}`);
	return {
		kept: new KeptOrders(data, context.getNode().id, orders, keyPrefix(context)),
		claims: new WorkflowClaims(context, clock, orders, log),
	};
}
