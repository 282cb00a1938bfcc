import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Gateway } from '../gateways/gateway';
import type { TaskRoom } from '../tasks/lifecycle';
import type { OptionName, TaskOptions } from './options';

/** An item of the input, and all that its operation reads it with. */
export interface ItemInput {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly gateway: Gateway;
	readonly options: TaskOptions;
}

/** What an item will do, its parameters read and checked; nothing is sent before it runs. */
export type Job = (room: TaskRoom) => Promise<INodeExecutionData[]>;

/** An operation of the node: its row in the dropdown, its options, and its work. */
export interface Operation {
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
	 * Reads and checks one item.
	 *
	 * @throws NodeOperationError that names the parameter, the value, what is expected, and the item
	 */
	prepare(item: ItemInput): Promise<Job>;
}
