import type { IDataObject, JsonObject } from 'n8n-workflow';

import type { Until } from '../client/retry';
import type { Outcome, Problem } from '../core/problem';
import type { TaskRef } from '../core/task';
import type { TaskRequest } from '../gateways/gateway';
import { findGateway } from '../gateways';
import { pathPartIn as idIn } from '../gateways/pathPart';
import { embedImages } from '../images/embed';
import { checkInputImage } from '../images/fetchInput';
import { ImageInputError, isFetched } from '../images/checkedImage';
import { hintsOn } from '../images/inputHints';
import { readInputImages, type EarlierTask } from '../images/inputImages';
import { findOffer, MODEL_OF_ITEM, nameOf, offersOf, OTHER_MODEL } from '../models';
import type { ModelOffer } from '../models/model';
import { perTask } from '../models/numberOfImages';
import { readOtherParameters } from '../models/otherParameters';
import { ParameterError } from '../models/parameterError';
import { readParameters } from '../models/validation';
import type { Execution } from '../tasks/execution';
import type { Order } from '../tasks/order';
import { ItemBudget } from '../tasks/paidTasks';
import { inputError, parameterError } from './errors';
import { showHint } from './hint';
import { SharedByItem, type ImageOrder, type ImageRequest } from './imageRequest';
import type { ItemInput } from './operation';
import type { OptionName } from './options';
import { orderKeysOf } from './orderKey';

/** How long a single read of a task is tried, in milliseconds; a person is waiting for it. */
const READ_FOR_MS = 60_000;

/** When an item's time is up that begins now. */
export function deadlineOf({ options }: ItemInput, { clock }: Execution): number {
	return clock.nowMs() + options.timeoutMs;
}

/** Until when a task is read that is not waited for. */
export function readUntil({ clock, abortSignal }: Execution): Until {
	return { deadlineMs: clock.nowMs() + READ_FOR_MS, signal: abortSignal };
}

/** The options of an operation that pays. */
export const ORDER_OPTIONS: readonly OptionName[] = [
	'maxPaidTasks',
	'payOnceKey',
	'reuseInTestRuns',
];

/** The order of a task of an image item that begins now: its time runs from here. */
export function orderOf(item: ItemInput, request: ImageOrder, execution: Execution): Order {
	const { cancelOnStop, maxPaidTasks } = item.options;
	const { modelId, parameters, key, shared } = request;
	const deadlineMs = deadlineOf(item, execution);
	return {
		key,
		modelId,
		tasks: tasksOf(parameters),
		cancelOnStop,
		deadlineMs,
		...(maxPaidTasks === undefined ? {} : { maxPaidTasks }),
		...(shared && { budget: shared }),
		build: async () => await buildRequest(item, request, execution, deadlineMs),
	};
}

/** How many tasks an order will pay for: none where its task is known. */
export function tasksToPay({ parameters, key }: ImageOrder, { ledger }: Execution): number {
	return ledger.needsNoPlace(key) ? 0 : tasksOf(parameters);
}

/** The kind of picture that an image item asks for, in the gateway's word. */
export function formatOf({ parameters }: ImageOrder): string | undefined {
	const { output_format: format } = parameters;
	return typeof format === 'string' ? format : undefined;
}

/** How many tasks a gateway counts a create for: as many as it makes images. */
function tasksOf({ n }: JsonObject): number {
	return typeof n === 'number' && n > 1 ? n : 1;
}

/**
 * Whether the input images that the node fetches itself can be had. An order that was begun before needs
 * none of them any more: its task is collected, be the address dead by now.
 *
 * @returns the first problem, by their order
 */
export async function checkInputUrls(
	item: ItemInput,
	requests: readonly ImageOrder[],
	execution: Execution,
): Promise<Problem | undefined> {
	const images = (requests[0]?.images ?? []).filter(isFetched);
	if (images.length === 0) return undefined;
	if (requests.every(({ key }) => execution.ledger.isBegun(key))) return undefined;
	const until = { deadlineMs: deadlineOf(item, execution), signal: execution.abortSignal };
	const checks = images.map(async (image) => checkInputImage(execution.client, image, until));
	return (await Promise.all(checks)).find((problem) => problem !== undefined);
}

async function buildRequest(
	item: ItemInput,
	{ modelId, parameters, switches, images, offer, key, shared }: ImageOrder,
	{ client, abortSignal }: Execution,
	deadlineMs: number,
): Promise<Outcome<TaskRequest>> {
	if (!offer) return { value: { modelId, parameters, switches } };
	const until = { deadlineMs, signal: abortSignal };
	const hint = (text: string) => showHint(item, text);
	const embed = async () =>
		await embedImages(client, { offer, switches, parameters: {}, images, hint }, until);
	const embedded = await (shared ? shared.embedded(key, embed) : embed());
	if (embedded.problem) return embedded;
	return { value: { modelId, parameters: { ...parameters, ...embedded.value }, switches } };
}

/**
 * Reads an image item and checks it against its model's table.
 *
 * @returns its tasks: one alone, or one an image
 * @throws NodeOperationError naming the parameter, the value, what is expected, and the item
 */
export async function readImageOrders(
	item: ItemInput,
	execution: Execution,
): Promise<readonly ImageOrder[]> {
	const { context, itemIndex } = item;
	const requests = await readRequests(item, execution).catch((error: unknown) => {
		if (error instanceof ParameterError) throw parameterError(context, itemIndex, error);
		throw error instanceof ImageInputError ? inputError(context, itemIndex, error.message) : error;
	});
	const keys = orderKeysOf(item, requests, execution);
	const orders = requests.flatMap((request, number) => {
		const key = keys[number];
		return key ? [{ ...request, key }] : [];
	});
	if (orders.length === 1) return orders;
	const { ledger, paidTasks } = execution;
	const budget = new ItemBudget(paidTasks, keys, (key) => ledger.needsNoPlace(key));
	const shared = new SharedByItem(budget, keys);
	return orders.map((order) => ({ ...order, shared }));
}

/** What the tasks of an item ask for, by number. */
async function readRequests(
	item: ItemInput,
	execution: Execution,
): Promise<readonly ImageRequest[]> {
	const { context, itemIndex, gateway } = item;
	const given: unknown = context.getNodeParameter('model', itemIndex, '');
	const model = idIn(given);
	if (model === OTHER_MODEL) return [readOtherRequest(context, itemIndex)];
	const offer = model === undefined ? undefined : findOffer(gateway.id, model);
	if (!offer) {
		const { message } = new ParameterError('Model', `one that ${gateway.displayName} sells`, given);
		const ids = offersOf(gateway.id).map((sold) => sold.offer.id);
		throw inputError(context, itemIndex, message, {
			remedy: 'Choose one from the list, or choose Other and give its ID.',
			remedyForModel: `If you gave it, call again with one of these: ${ids.join(', ')}; else tell the user.`,
		});
	}
	const read = readParameters(offer, givenParameters(context, itemIndex, offer));
	const tasks = perTask(offer, read);
	const images = await readInputImages(context, itemIndex, {
		offer,
		switches: read.switches,
		earlierTask: (id, told) =>
			earlierTask(item, id, told ?? knownModelOf(item, execution, id) ?? offer.id),
	});
	for (const hint of hintsOn(images)) showHint(item, hint);
	return tasks.map((task) => ({ modelId: offer.id, ...task, images, offer }));
}

function readOtherRequest(context: ItemInput['context'], itemIndex: number): ImageRequest {
	return {
		modelId: readModelId(context, itemIndex),
		parameters: readOtherParameters(context.getNodeParameter('parameters', itemIndex, '{}')),
		switches: {},
		images: [],
	};
}

/** The fields of the item's model, main and additional, as the person left them. */
function givenParameters(context: ItemInput['context'], itemIndex: number, offer: ModelOffer) {
	const additional = context.getNodeParameter('additionalFields', itemIndex, {}) as object;
	const main = offer.parameters
		.filter(({ placement }) => placement === 'main')
		.map(({ name }) => [name, context.getNodeParameter(name, itemIndex, '')] as const);
	return { ...additional, ...Object.fromEntries(main) };
}

/** The id of a model that is not in the tables. Throws NodeOperationError where it can't be one. */
function readModelId(context: ItemInput['context'], itemIndex: number): string {
	const given: unknown = context.getNodeParameter('modelId', itemIndex, '');
	const modelId = idIn(given);
	if (modelId !== undefined) return modelId;
	const wrong = new ParameterError('Model ID', 'the ID of a model', given);
	throw parameterError(context, itemIndex, wrong);
}

/**
 * The task that an item names.
 *
 * @throws NodeOperationError where Request ID or Model cannot be one
 */
export async function readTaskRef(item: ItemInput): Promise<TaskRef> {
	const { context, itemIndex, gateway } = item;
	const given: unknown = context.getNodeParameter('requestId', itemIndex, '');
	const requestId = idIn(given);
	if (requestId === undefined) {
		const { message } = new ParameterError('Request ID', 'the ID of a task', given);
		throw inputError(context, itemIndex, message, {
			remedy:
				'It is the requestId in the output of Image > Create, and in the error of a task that was not finished.',
		});
	}
	return { requestId, modelId: gateway.modelInTaskUrl ? modelOf(item, requestId) : '' };
}

/** The model that 1.0 took where no other was chosen. */
const FIRST_MODEL = 'flux_kontext_max';

function modelOf(item: ItemInput, requestId: string): string {
	const { context, itemIndex, gateway } = item;
	const given: unknown = context.getNodeParameter('model', itemIndex, MODEL_OF_ITEM);
	if (given === MODEL_OF_ITEM) {
		const model = idIn(taskOfItem(item, requestId)['model']) ?? FIRST_MODEL;
		return findOffer(gateway.id, model)?.id ?? model;
	}
	const model = idIn(given);
	if (model === OTHER_MODEL) return readModelId(context, itemIndex);
	if (model !== undefined) return findOffer(gateway.id, model)?.id ?? model;
	const wrong = new ParameterError('Model', 'the model of the task', given);
	throw parameterError(context, itemIndex, wrong);
}

/** The item's own fields where it is about that task; else none. */
function taskOfItem({ context, itemIndex }: ItemInput, requestId: string): IDataObject {
	const json = context.getInputData()[itemIndex]?.json ?? {};
	return idIn(json['requestId']) === requestId ? json : {};
}

/** The model of a task that an input image is of, as the item has it or as this process knows it. */
function knownModelOf(item: ItemInput, { client }: Execution, requestId: string) {
	return idIn(taskOfItem(item, requestId)['model']) ?? client.modelOf(requestId);
}

/** The task that an input image is of. */
function earlierTask(item: ItemInput, requestId: string, model: string): EarlierTask {
	const { gateway } = item;
	const modelId = gateway.modelInTaskUrl ? (findOffer(gateway.id, model)?.id ?? model) : '';
	const task = { requestId, modelId };
	const contradiction = contradictionIn(item, task);
	return contradiction === undefined ? { task } : { task, contradiction };
}

/**
 * Why the gateway may not find a task that it has: what the item says of it contradicts the node, or
 * nothing said its model.
 *
 * @returns words for the error, or nothing where node and item agree
 */
export function doubtAboutTask(item: ItemInput, task: TaskRef): string | undefined {
	return contradictionIn(item, task) ?? assumedModelOf(item, task);
}

/** That the model is a guess, since the node leaves it to an item that does not name it. */
function assumedModelOf(item: ItemInput, { requestId, modelId }: TaskRef): string | undefined {
	const { context, itemIndex, gateway } = item;
	if (context.getNodeParameter('model', itemIndex, MODEL_OF_ITEM) !== MODEL_OF_ITEM)
		return undefined;
	const isNamed = idIn(taskOfItem(item, requestId)['model']) !== undefined;
	const offer = findOffer(gateway.id, modelId);
	if (isNamed || modelId === '' || offer === undefined) return undefined;
	return `Model was taken as ${nameOf(offer)}, since the item names none beside this Request ID: set Model to the one that made the task`;
}

/** How the item that is about this very task contradicts the node. */
function contradictionIn(item: ItemInput, { requestId, modelId }: TaskRef): string | undefined {
	const { gateway: told, model } = taskOfItem(item, requestId);
	const toldGateway = typeof told === 'string' ? findGateway(told) : undefined;
	if (toldGateway && toldGateway !== item.gateway) {
		return `the item says that the task is of ${toldGateway.displayName}`;
	}
	const toldModel = idIn(model);
	const isOther = toldModel !== undefined && modelId !== '' && toldModel !== modelId;
	return isOther ? `the item says that the task is of the model ${toldModel}` : undefined;
}
