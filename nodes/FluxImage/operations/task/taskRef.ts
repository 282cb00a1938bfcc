import type { IDataObject } from 'n8n-workflow';

import type { TaskRef } from '../../core/task';
import { findGateway } from '../../gateways';
import type { Gateway } from '../../gateways/gateway';
import { pathPartIn as idIn } from '../../gateways/pathPart';
import type { EarlierTask } from '../../images/inputImages';
import { findOffer, MODEL_OF_ITEM, nameOf, OTHER_MODEL } from '../../models';
import { ParameterError } from '../../models/parameterError';
import { InputError } from '../inputError';
import type { Item } from '../operation';

/** The model that 1.0 took where no other was chosen. */
const FIRST_MODEL = 'flux_kontext_max';

/**
 * The task that an item names.
 *
 * @throws InputError or ParameterError where Request ID or Model cannot be one
 */
export function readTaskRef(item: Item): TaskRef {
	const given: unknown = item.context.getNodeParameter('requestId', item.itemIndex, '');
	const requestId = idIn(given);
	if (requestId === undefined) {
		const { message } = new ParameterError('Request ID', 'the ID of a task', given);
		throw new InputError(message, {
			remedy:
				'It is the requestId in the output of Image > Create, and in the error of a task that was not finished.',
		});
	}
	return { requestId, modelId: item.gateway.modelInTaskUrl ? modelOf(item, requestId) : '' };
}

function modelOf(item: Item, requestId: string): string {
	const { context, itemIndex, gateway } = item;
	const given: unknown = context.getNodeParameter('model', itemIndex, MODEL_OF_ITEM);
	if (given === MODEL_OF_ITEM) {
		return idAt(gateway, modelInItem(item, requestId) ?? FIRST_MODEL);
	}
	const model = idIn(given);
	if (model === undefined) throw new ParameterError('Model', 'the model of the task', given);
	return model === OTHER_MODEL ? readModelId(item) : idAt(gateway, model);
}

/** What the gateway calls a model that may be named as another gateway does. */
const idAt = (gateway: Gateway, model: string): string => findOffer(gateway.id, model)?.id ?? model;

/**
 * The id of a model that is not in the tables.
 *
 * @throws ParameterError where it cannot be one
 */
export function readModelId({ context, itemIndex }: Item): string {
	const given: unknown = context.getNodeParameter('modelId', itemIndex, '');
	const modelId = idIn(given);
	if (modelId === undefined) throw new ParameterError('Model ID', 'the ID of a model', given);
	return modelId;
}

/**
 * The task that an input image is of.
 *
 * @param told its model, as the row of the image has it; else the item's own word counts, else what this
 * process knows, else the model of the node
 */
export function earlierTask(
	item: Item,
	requestId: string,
	told: string | undefined,
	ofNode: string,
): EarlierTask {
	const { gateway, execution } = item;
	const model =
		told ?? modelInItem(item, requestId) ?? execution.client.modelOf(requestId) ?? ofNode;
	const task = { requestId, modelId: gateway.modelInTaskUrl ? idAt(gateway, model) : '' };
	const contradiction = contradictionIn(item, task);
	return contradiction === undefined ? { task } : { task, contradiction };
}

/** The item's own fields where it is about that task; else none. */
function taskOfItem({ context, itemIndex }: Item, requestId: string): IDataObject {
	const json = context.getInputData()[itemIndex]?.json ?? {};
	return idIn(json['requestId']) === requestId ? json : {};
}

const modelInItem = (item: Item, requestId: string) => idIn(taskOfItem(item, requestId)['model']);

/**
 * Why the gateway may not find a task that it has: what the item says of it contradicts the node, or
 * nothing said its model.
 *
 * @returns words for the error, or nothing where node and item agree
 */
export function doubtAboutTask(item: Item, task: TaskRef): string | undefined {
	return contradictionIn(item, task) ?? assumedModelOf(item, task);
}

/** That the model is a guess, since the node leaves it to an item that does not name it. */
function assumedModelOf(item: Item, { requestId, modelId }: TaskRef): string | undefined {
	const { context, itemIndex, gateway } = item;
	const chosen = context.getNodeParameter('model', itemIndex, MODEL_OF_ITEM);
	if (chosen !== MODEL_OF_ITEM || modelInItem(item, requestId) !== undefined) return undefined;
	const offer = findOffer(gateway.id, modelId);
	if (!offer) return undefined;
	return `Model was taken as ${nameOf(offer)}, since the item names none beside this Request ID: set Model to the one that made the task`;
}

/** How the item that is about this very task contradicts the node. */
function contradictionIn(item: Item, { requestId, modelId }: TaskRef): string | undefined {
	const { gateway: told, model } = taskOfItem(item, requestId);
	const toldGateway = typeof told === 'string' ? findGateway(told) : undefined;
	if (toldGateway && toldGateway !== item.gateway) {
		return `the item says that the task is of ${toldGateway.displayName}`;
	}
	const toldModel = idIn(model);
	const isOther = toldModel !== undefined && modelId !== '' && toldModel !== modelId;
	return isOther ? `the item says that the task is of the model ${toldModel}` : undefined;
}
