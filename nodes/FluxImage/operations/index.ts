import { create } from './image/create.operation';
import { generateAndWait } from './image/generateAndWait.operation';
import type { Operation } from './operation';
import { cancel } from './task/cancel.operation';
import { getResult } from './task/getResult.operation';
import { getStatus } from './task/getStatus.operation';
import { wait } from './task/wait.operation';

/** Every operation of the node, one row each, in the order of the dropdown. */
export const OPERATIONS: readonly Operation[] = [
	create,
	generateAndWait,
	cancel,
	getResult,
	getStatus,
	wait,
];
