import { create } from './image/create.operation';
import { generateAndWait } from './image/generateAndWait.operation';
import type { Operation } from './operation';
import { cancel } from './task/cancel.operation';
import { getResult } from './task/getResult.operation';
import { getStatus } from './task/getStatus.operation';
import { wait } from './task/wait.operation';

/**
 * Every operation of the node, one row each, in the order of the dropdown and of the node panel. What
 * most people want comes first: a person's Enter takes the first, and so does n8n's own assistant.
 */
export const OPERATIONS: readonly Operation[] = [
	generateAndWait,
	create,
	cancel,
	getResult,
	getStatus,
	wait,
];
