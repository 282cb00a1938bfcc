import { isPathPart } from '../gateways/pathPart';
import { inputError } from './inputError';
import type { ItemInput } from './operation';

/** The id of a model that is not in the tables. Throws NodeOperationError where it can't be one. */
export function readModelId(context: ItemInput['context'], itemIndex: number): string {
	const modelId = String(context.getNodeParameter('modelId', itemIndex, '')).trim();
	if (isPathPart(modelId)) return modelId;
	throw inputError(
		context,
		itemIndex,
		`Model ID must be the ID of a model, but is ${JSON.stringify(modelId)}`,
	);
}
