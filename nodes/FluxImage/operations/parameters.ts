import type { IDataObject, JsonObject } from 'n8n-workflow';

import type { Until } from '../client/retry';
import type { Outcome, Problem } from '../core/problem';
import type { TaskRef } from '../core/task';
import type { TaskRequest } from '../gateways/gateway';
import { findGateway } from '../gateways';
import { isPathPart } from '../gateways/pathPart';
import { embedImages } from '../images/embed';
import { checkInputImage } from '../images/fetchInput';
import { ImageInputError, readInputImages } from '../images/inputImages';
import { findOffer, MODEL_OF_ITEM, offersOf, OTHER_MODEL } from '../models';
import type { ModelOffer } from '../models/model';
import { readOtherParameters } from '../models/otherParameters';
import { ParameterError } from '../models/parameterError';
import { readParameters } from '../models/validation';
import type { Execution } from '../tasks/execution';
import type { Order } from '../tasks/order';
import { inputError, parameterError } from './errors';
import type { ImageOrder, ImageRequest } from './imageRequest';
import type { ItemInput } from './operation';
import type { OptionName } from './options';
import { orderKeyOf } from './orderKey';

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

/** The order of an image item that begins now: its time runs from here. */
export function orderOf(item: ItemInput, request: ImageOrder, execution: Execution): Order {
	const { cancelOnStop, maxPaidTasks } = item.options;
	const { modelId, parameters, key } = request;
	const deadlineMs = deadlineOf(item, execution);
	return {
		key,
		modelId,
		tasks: tasksOf(parameters),
		cancelOnStop,
		deadlineMs,
		...(maxPaidTasks === undefined ? {} : { maxPaidTasks }),
		build: async () => await buildRequest(request, execution, deadlineMs),
	};
}

/** How many tasks an image item will pay for: none where its task is known. */
export function tasksToPay({ parameters, key }: ImageOrder, { ledger }: Execution): number {
	return ledger.isKnown(key) ? 0 : tasksOf(parameters);
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
	request: ImageOrder,
	execution: Execution,
): Promise<Problem | undefined> {
	const images = request.images.filter((image) => image.form === 'fetchedUrl');
	if (images.length === 0) return undefined;
	if (execution.ledger.isBegun(request.key)) return undefined;
	const until = { deadlineMs: deadlineOf(item, execution), signal: execution.abortSignal };
	const checks = images.map(async (image) => checkInputImage(execution.client, image, until));
	return (await Promise.all(checks)).find((problem) => problem !== undefined);
}

async function buildRequest(
	{ modelId, parameters, switches, images, offer }: ImageRequest,
	{ client, abortSignal }: Execution,
	deadlineMs: number,
): Promise<Outcome<TaskRequest>> {
	if (!offer) return { value: { modelId, parameters, switches } };
	const until = { deadlineMs, signal: abortSignal };
	const embedded = await embedImages(client, { offer, switches, parameters, images }, until);
	if (embedded.problem) return embedded;
	return { value: { modelId, parameters: embedded.value, switches } };
}

/**
 * Reads an image item and checks it against its model's table.
 *
 * @throws NodeOperationError naming the parameter, the value, what is expected, and the item
 */
export async function readImageOrder(item: ItemInput, execution: Execution): Promise<ImageOrder> {
	const { context, itemIndex } = item;
	const request = await readRequest(item).catch((error: unknown) => {
		if (error instanceof ParameterError) throw parameterError(context, itemIndex, error);
		throw error instanceof ImageInputError ? inputError(context, itemIndex, error.message) : error;
	});
	return { ...request, key: orderKeyOf(item, request, execution) };
}

async function readRequest({ context, itemIndex, gateway }: ItemInput): Promise<ImageRequest> {
	const given: unknown = context.getNodeParameter('model', itemIndex, '');
	const model = idIn(given);
	if (model === OTHER_MODEL) return readOtherRequest(context, itemIndex);
	const offer = model === undefined ? undefined : findOffer(gateway.id, model);
	if (!offer) {
		const { message } = new ParameterError('Model', `one that ${gateway.displayName} sells`, given);
		const ids = offersOf(gateway.id).map((sold) => sold.offer.id);
		throw inputError(context, itemIndex, message, {
			remedy: 'Choose one from the list, or choose Other and give its ID.',
			remedyForModel: `If you gave it, call again with one of these: ${ids.join(', ')}; else tell the user.`,
		});
	}
	const { parameters, switches } = readParameters(
		offer,
		givenParameters(context, itemIndex, offer),
	);
	const images = await readInputImages(context, itemIndex, offer, switches);
	return { modelId: offer.id, parameters, switches, images, offer };
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

/** An id as an expression may give it; nothing where it is none: an object, a blank, `undefined`. */
function idIn(given: unknown): string | undefined {
	const id = typeof given === 'number' ? String(given) : given;
	return typeof id === 'string' && isPathPart(id.trim()) ? id.trim() : undefined;
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

/**
 * How the item that is about this very task contradicts the node: then the gateway does not find it.
 *
 * @returns words for the error, or nothing where they agree
 */
export function contradictionIn(
	item: ItemInput,
	{ requestId, modelId }: TaskRef,
): string | undefined {
	const { gateway: told, model } = taskOfItem(item, requestId);
	const toldGateway = typeof told === 'string' ? findGateway(told) : undefined;
	if (toldGateway && toldGateway !== item.gateway) {
		return `the item says that the task is of ${toldGateway.displayName}`;
	}
	const toldModel = idIn(model);
	const isOther = toldModel !== undefined && modelId !== '' && toldModel !== modelId;
	return isOther ? `the item says that the task is of the model ${toldModel}` : undefined;
}
