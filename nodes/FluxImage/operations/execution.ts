import type { IExecuteFunctions } from 'n8n-workflow';

import { GatewayClient } from '../client/gatewayClient';
import { readCredential } from '../client/credential';
import { openHttp } from '../client/http';
import { systemClock, type Clock } from '../core/clock';
import type { Gateway } from '../gateways/gateway';
import { ActiveTasks } from '../tasks/activeTasks';
import { CreatedTasks } from '../tasks/createdTasks';
import { Accounts } from '../accounts/accounts';
import type { Durations } from '../accounts/durations';
import type { Execution } from '../tasks/execution';
import { isAgentTool } from './agentTool';

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
	private readonly createdTasks: CreatedTasks;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly gateway: Gateway,
		private readonly ports: NodePorts,
	) {
		this.cancelSignal = context.getExecutionCancelSignal() ?? new AbortController().signal;
		this.createdTasks = new CreatedTasks(
			context.getContext('node'),
			context.getExecutionId(),
			isAgentTool(context),
		);
	}

	/**
	 * The execution at the account of an item.
	 *
	 * @throws NodeOperationError where the node has no credential for the gateway (n8n's own error)
	 */
	async at(itemIndex: number): Promise<Execution> {
		const { context, gateway } = this;
		const credential = await readCredential(context, gateway, itemIndex);
		const { clock, random } = this.ports;
		const http = openHttp(context, gateway, credential, clock);
		const known = this.byAccount.get(http.account);
		if (known) return known;
		const { limits, durations } = this.ports.accounts.open(http.account);
		const client = new GatewayClient(gateway, {
			http,
			clock,
			random,
			limiter: limits,
			execution: this,
			isTestRun: context.getMode() === 'manual',
		});
		const execution = this.executionOf(client, durations);
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
		this.createdTasks.publish();
	}

	private executionOf(client: GatewayClient, durations: Durations): Execution {
		const { context, cancelSignal, createdTasks } = this;
		const { clock } = this.ports;
		const executionId = context.getExecutionId() as string | undefined;
		const where = executionId === undefined ? '' : ` in execution ${executionId}`;
		const who = `FLUX Image "${context.getNode().name}"${where}`;
		const log = (message: string) => context.logger.info(`${who}: ${message}`);
		return {
			client,
			clock,
			durations,
			createdTasks,
			activeTasks: new ActiveTasks({ client, clock, cancelSignal, log }),
			cancelSignal,
			abortSignal: AbortSignal.any([cancelSignal, this.failed.signal]),
			log,
		};
	}
}
