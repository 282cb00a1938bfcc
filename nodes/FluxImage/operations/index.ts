import { cancel } from './cancel';
import { create } from './create';
import { generateAndWait } from './generateAndWait';
import type { Operation } from './operation';
import { result } from './result';
import { status } from './status';
import { wait } from './wait';

/** Every operation of the node, one row each, in the order of the dropdown. */
export const OPERATIONS: readonly Operation[] = [
	create,
	generateAndWait,
	cancel,
	result,
	status,
	wait,
];
