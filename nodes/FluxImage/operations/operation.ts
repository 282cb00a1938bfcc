import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Problem } from '../core/problem';
import type { KnownTask } from '../core/task';
import type { Gateway } from '../gateways/gateway';
import type { Execution } from '../tasks/execution';
import type { OrderKey } from '../tasks/order';
import type { ImageNumber } from './imageRequest';
import type { OptionName, TaskOptions } from './options';

/** An item of the input, and all that its operation reads it with. */
export interface ItemInput {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly gateway: Gateway;
	readonly options: TaskOptions;
	/** Which of its images it is about, from 0; absent where the item has one task. */
	readonly image?: ImageNumber;
}

/** What a task of an item came to: what it puts out, or the problem, and the task that it is about. */
export type ItemOutcome =
	| { readonly items: INodeExecutionData[]; readonly problem?: undefined }
	| { readonly problem: Problem; readonly task?: KnownTask; readonly items?: undefined };

/**
 * An operation of the node: its row in the dropdown, its options, and its work.
 *
 * @typeParam Plan what a task of an item is to be, read and checked
 */
export interface Operation<Plan = unknown> {
	readonly resource: 'image' | 'task';
	readonly value: string;
	readonly name: string;
	/** What the node panel says. */
	readonly action: string;
	readonly description: string;
	/** Which options it offers. */
	readonly options: readonly OptionName[];
	/** Whether the gateway must be able to cancel. */
	readonly needsCancel?: boolean;
	/**
	 * Reads and checks one item; nothing is sent.
	 *
	 * @returns one a task, by number: an item of several images may have several
	 * @throws NodeOperationError that names the parameter, the value, what is expected, and the item
	 */
	read(item: ItemInput, execution: Execution): Promise<readonly Plan[]>;
	/** Why what was read of the task may be wrong, for the words of a task that is not found. */
	doubt?(item: ItemInput, plan: Plan): string | undefined;
	/** The order that it makes. Absent: it makes none. */
	order?(plan: Plan): OrderKey;
	/** How many tasks the gateway counts it for. Absent: it pays for none, ever. */
	costs?(plan: Plan, execution: Execution): number;
	/** The kind of picture that it asks for, in the gateway's word. Absent: it asks for none. */
	format?(plan: Plan): string | undefined;
	/**
	 * Looks over the network at what the item needs, before anything is paid for any item; never throws.
	 *
	 * @param plans all of the item
	 * @returns what is wrong, or nothing
	 */
	check?(
		item: ItemInput,
		plans: readonly Plan[],
		execution: Execution,
	): Promise<Problem | undefined>;
	/** Does what was read, for one task. */
	run(item: ItemInput, plan: Plan, execution: Execution): Promise<ItemOutcome>;
}
