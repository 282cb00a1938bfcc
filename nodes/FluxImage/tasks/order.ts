import { createHash } from 'node:crypto';

import type { NewTask } from '../client/create';

/** A name under which other executions know an order as well. */
export interface SharedName {
	/**
	 * `key`: a Pay Once Key. `testKey`: one in a test run, which has keys of its own. `testRun`: the same
	 * request in an earlier test run of this process.
	 */
	readonly kind: 'key' | 'testKey' | 'testRun';
	/** A digest that holds all that the order must have in common. */
	readonly name: string;
}

/** What makes an order the same order. */
export interface OrderKey {
	/** n8n's run index of the node: a loop's next turn is another order. */
	readonly runIndex: number;
	/** Index of the item: equal prompts in two items are two orders. */
	readonly itemIndex: number;
	/** Which of the item's images, from 0, where each has a task of its own; absent: the first. */
	readonly number?: number;
	/** What the order comes from, before any expression is evaluated: parameters, account, input item. */
	readonly origin: unknown;
	/** Everything that is sent, images by their digest. It tells the calls of an agent's tool apart. */
	readonly payload: unknown;
	/** The seed that is sent; absent where none is. It stands in the payload, too. */
	readonly seed?: number;
	/** Absent: nobody but this execution's attempts knows the order. */
	readonly shared?: SharedName;
}

/** A task to be paid for, once. */
export interface Order extends NewTask {
	readonly key: OrderKey;
	readonly cancelOnStop: boolean;
	/** When to give up, in milliseconds on the clock. */
	readonly deadlineMs: number;
	/** How many tasks the execution may pay for in all; absent: as many as it likes. */
	readonly maxPaidTasks?: number;
	/** That of all images of its item; absent where it is the only one. */
	readonly budget?: Budget;
}

/** What an order may pay with: places among the tasks of its execution. */
export interface Budget {
	/** Whether there is a place for the order; it is taken from now on. */
	take(order: Pick<Order, 'key' | 'tasks' | 'maxPaidTasks'>): boolean;
	/** The order has its task, or has come to nothing: a place that was kept for it is free. */
	leave(key: OrderKey): void;
}

/** That somebody else paid for a task. */
export interface Reuse {
	readonly kind: SharedName['kind'];
	/** What was asked for is not what the task was made from. */
	readonly requestChanged: boolean;
}

/** Whether an order was paid for: `maybe` where a create was sent and its outcome is not known. */
export type Paid = 'yes' | 'maybe' | 'no';

/** From good to bad. */
const PAID: readonly Paid[] = ['no', 'maybe', 'yes'];

/** The word of several that counts for all. */
export const worstPaid = (words: readonly Paid[]): Paid =>
	PAID.reduce((most, word) => (words.includes(word) ? word : most), 'no');

/** The digest of what is asked for, but for the seed: a random one is drawn anew each time. */
export const requestOf = ({ payload }: OrderKey): string =>
	halfOfSha256(
		JSON.stringify(payload, (name, value: unknown) => (name === 'seed' ? undefined : value)),
	);

/** An order's place in its execution, in words; people count images from 1. */
export const whereOf = ({ itemIndex, number }: OrderKey): string =>
	number === undefined ? `item ${itemIndex}` : `item ${itemIndex}, image ${number + 1}`;

/** A digest of any JSON: enough to tell the orders of one node apart. */
export const digestOf = (value: unknown): string => halfOfSha256(JSON.stringify(value));

const halfOfSha256 = (text: string): string =>
	createHash('sha256').update(text).digest('hex').slice(0, 32);
