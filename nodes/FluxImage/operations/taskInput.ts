import { isPathPart } from '../gateways/pathPart';
import { findOffer } from '../models';
import type { TaskRef } from '../core/task';
import { inputError } from './inputError';
import { readModelId } from './modelId';
import type { ItemInput } from './operation';

/** How long a single read of a task is tried, in milliseconds; a person is waiting for it. */
export const READ_PATIENCE_MS = 60_000;

/**
 * The task that an item names.
 *
 * @throws NodeOperationError where Request ID or Model cannot be one
 */
export function readTaskRef(item: ItemInput): TaskRef {
	const { context, itemIndex, gateway } = item;
	const requestId = String(context.getNodeParameter('requestId', itemIndex, '')).trim();
	if (!isPathPart(requestId)) {
		throw inputError(
			context,
			itemIndex,
			`Request ID must be the ID of a task, but is ${JSON.stringify(requestId.slice(0, 80))}`,
			'It is the requestId in the output of Image > Create, and in the error of a task that was not finished.',
		);
	}
	return { requestId, modelId: gateway.modelInTaskUrl ? modelOf(item) : '' };
}

function modelOf({ context, itemIndex, gateway }: ItemInput): string {
	const model = String(context.getNodeParameter('model', itemIndex, ''));
	if (model === 'other') return readModelId(context, itemIndex);
	const known = findOffer(gateway.id, model)?.id ?? model;
	if (isPathPart(known)) return known;
	throw inputError(context, itemIndex, `Model must be the model of the task, but is "${model}"`);
}
