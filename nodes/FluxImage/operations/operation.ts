import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Problem } from '../core/problem';
import type { KnownTask } from '../core/task';
import type { Gateway } from '../gateways/gateway';
import type { Execution } from '../tasks/execution';
import type { ImageNumber, ImageOrder } from './imageRequest';
import type { OptionName, TaskOptions } from './options';

/** An item of the input, and all that its operation needs. */
export interface Item {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly gateway: Gateway;
	readonly options: TaskOptions;
	readonly operation: Operation;
	/** At the account of the item's credential. */
	readonly execution: Execution;
	/** Which of its images it is about; absent where the item has one task. */
	readonly image?: ImageNumber;
}

/** One task of an item, read and checked. */
export interface Plan {
	readonly item: Item;
	/** What it pays for. Absent: it is about a task that exists. */
	readonly order?: ImageOrder;
	run(): Promise<ItemOutcome>;
}

/** What a task of an item came to: what it puts out, or what went wrong. */
export type ItemOutcome =
	| { readonly items: INodeExecutionData[]; readonly problem?: undefined }
	| TaskProblem;

/** What went wrong with a task, or with a create. */
export interface TaskProblem {
	readonly problem: Problem;
	/** Absent where the create came to nothing. */
	readonly task?: KnownTask;
	readonly items?: undefined;
}

/** An operation of the node as the editor shows it. */
export interface OperationRow {
	readonly value: string;
	readonly name: string;
	/** What the node panel says. */
	readonly action: string;
	readonly description: string;
	/** Which options it offers. */
	readonly options: readonly OptionName[];
	/** Whether the gateway must be able to cancel. */
	readonly needsCancel?: boolean;
}

/** An operation of the node: its row in the dropdown, its options, and its work. */
export interface Operation extends OperationRow {
	readonly resource: 'image' | 'task';
	/**
	 * Reads and checks one item; nothing is sent.
	 *
	 * @returns one a task, by number: an item of several images may have several
	 * @throws Error for the person, as `asNodeError` takes it: what is wrong with which parameter
	 */
	read(item: Item): Promise<readonly Plan[]>;
}
