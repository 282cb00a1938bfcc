import type { GatewayClient } from '../client/gatewayClient';
import type { Clock } from '../core/clock';
import type { ActiveTasks } from './activeTasks';
import type { Orders } from '../accounts/orders';
import type { Ledger } from './ledger';
import type { PaidTasks } from './paidTasks';
import type { Durations } from '../accounts/durations';

/** What the tasks of one execution of the node at one account live in. */
export interface Execution {
	readonly client: GatewayClient;
	readonly clock: Clock;
	/** What finished tasks tell of the next ones' length. */
	readonly durations: Durations;
	/** From 0 to 1. */
	readonly random: () => number;
	/** What was ordered, here and elsewhere. */
	readonly ledger: Ledger;
	/** What this process knows of all executions' orders. */
	readonly orders: Orders;
	/** How many tasks the execution has paid for, all its nodes together. */
	readonly paidTasks: PaidTasks;
	/** What is paid and has not ended. */
	readonly activeTasks: ActiveTasks;
	/** Aborts when the person stops the execution. */
	readonly cancelSignal: AbortSignal;
	/** Aborts with `cancelSignal`, and when the node has failed: nothing is waited for any more. */
	readonly abortSignal: AbortSignal;
	readonly log: (message: string) => void;
}
