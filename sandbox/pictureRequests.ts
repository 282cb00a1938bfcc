import { modelTable, type Gateway } from './gateways';
import { picturesFor } from './orders';
import type { PictureRequest } from './picture';
import type { Parameters } from './validation';

/**
 * The pictures that a create's parameters lead to: what the sandbox will draw for them, so that a
 * test can draw the same and compare bytes. Throws when the gateway does not sell the model.
 */
export function pictureRequests(
	gateway: Gateway,
	model: string,
	parameters: Parameters,
	scale = 1,
): PictureRequest[] {
	const table = modelTable(gateway, model);
	if (!table) throw new Error(`${gateway} does not sell ${model}`);
	return picturesFor(gateway, model, table, parameters, [], scale);
}
