import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/** An error in what the person gave an item, found before anything was sent. */
export function inputError(
	context: IExecuteFunctions,
	itemIndex: number,
	message: string,
	remedy = 'Correct it in the node, or in the expression that gives it.',
): NodeOperationError {
	return new NodeOperationError(context.getNode(), message, {
		itemIndex,
		description: `Item ${itemIndex}: nothing was sent and nothing was paid. ${remedy}`,
	});
}
