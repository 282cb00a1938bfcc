import type { JsonObject } from 'n8n-workflow';

import type { Outcome, Problem } from '../../core/problem';
import type { TaskRequest } from '../../gateways/gateway';
import { pathPartIn as idIn } from '../../gateways/pathPart';
import { isFetched } from '../../images/checkedImage';
import { embedImages } from '../../images/embed';
import { checkInputImage } from '../../images/fetchInput';
import { readInputImages } from '../../images/inputImages';
import { hintsOn } from '../../images/inputHints';
import { findOffer, offersOf, OTHER_MODEL } from '../../models';
import type { ModelOffer } from '../../models/model';
import { perTask } from '../../models/numberOfImages';
import { readOtherParameters } from '../../models/otherParameters';
import { ParameterError } from '../../models/parameterError';
import { readParameters } from '../../models/validation';
import type { Order } from '../../tasks/order';
import { ItemBudget } from '../../tasks/paidTasks';
import { deadlineOf, waitOptions } from '../finish';
import { showHint } from '../hint';
import { SharedByItem, type ImageOrder, type ImageRequest } from '../imageRequest';
import { InputError } from '../inputError';
import type { Item } from '../operation';
import { orderKeysOf } from '../orderKey';
import { earlierTask, readModelId } from '../task/taskRef';

/**
 * Reads an image item and checks it against its model's table.
 *
 * @returns its orders: one alone, or one an image
 * @throws ParameterError, ImageInputError or InputError, naming the parameter and what is expected
 */
export async function readImageOrders(item: Item): Promise<readonly ImageOrder[]> {
	const requests = await readRequests(item);
	const keys = orderKeysOf(item, requests);
	const orders = requests.map((request, number) => ({ ...request, key: keys[number]! }));
	if (orders.length === 1) return orders;
	const { ledger, paidTasks } = item.execution;
	const budget = new ItemBudget(paidTasks, keys, (key) => ledger.needsNoPlace(key));
	const shared = new SharedByItem(budget, keys);
	return orders.map((order) => ({ ...order, shared }));
}

/** What the tasks of an item ask for, by number. */
async function readRequests(item: Item): Promise<readonly ImageRequest[]> {
	const { context, itemIndex, gateway } = item;
	const given: unknown = context.getNodeParameter('model', itemIndex, '');
	const model = idIn(given);
	if (model === OTHER_MODEL) {
		const parameters = context.getNodeParameter('parameters', itemIndex, '{}');
		const modelId = readModelId(item);
		return [{ modelId, parameters: readOtherParameters(parameters), switches: {}, images: [] }];
	}
	const offer = model === undefined ? undefined : findOffer(gateway.id, model);
	if (!offer) {
		const { message } = new ParameterError('Model', `one that ${gateway.displayName} sells`, given);
		const ids = offersOf(gateway.id).map((sold) => sold.offer.id);
		throw new InputError(message, {
			remedy: 'Choose one from the list, or choose Other and give its ID.',
			remedyForModel: `If you gave it, call again with one of these: ${ids.join(', ')}; else tell the user.`,
		});
	}
	const read = readParameters(offer, givenParameters(item, offer));
	const tasks = perTask(offer, read);
	const images = await readInputImages(context, itemIndex, {
		offer,
		switches: read.switches,
		earlierTask: (requestId, told) => earlierTask(item, requestId, told, offer.id),
	});
	for (const hint of hintsOn(images)) showHint(item, hint);
	return tasks.map((task) => ({ modelId: offer.id, ...task, images, offer }));
}

/** The fields of the item's model, main and additional, as the person left them. */
function givenParameters({ context, itemIndex }: Item, offer: ModelOffer) {
	const additional = context.getNodeParameter('additionalFields', itemIndex, {}) as object;
	const main = offer.parameters
		.filter(({ placement }) => placement === 'main')
		.map(({ name }) => [name, context.getNodeParameter(name, itemIndex, '')] as const);
	return { ...additional, ...Object.fromEntries(main) };
}

/**
 * Whether the input images that the node fetches itself can be had. An order that was begun before needs
 * none of them any more: its task is collected, be the address dead by now.
 *
 * @param orders all of the item
 * @returns the first problem, by their order
 */
export async function checkInputUrls(
	item: Item,
	orders: readonly ImageOrder[],
): Promise<Problem | undefined> {
	const { client, ledger } = item.execution;
	const images = (orders[0]?.images ?? []).filter(isFetched);
	if (images.length === 0) return undefined;
	if (orders.every(({ key }) => ledger.isBegun(key))) return undefined;
	const until = waitOptions(item);
	const checks = images.map(async (image) => await checkInputImage(client, image, until));
	return (await Promise.all(checks)).find((problem) => problem !== undefined);
}

/** The order of a task that begins now: its time runs from here. */
export function orderOf(item: Item, request: ImageOrder): Order {
	const { cancelOnStop, maxPaidTasks } = item.options;
	const { modelId, parameters, key, shared } = request;
	const deadlineMs = deadlineOf(item);
	return {
		key,
		modelId,
		tasks: tasksOf(parameters),
		cancelOnStop,
		deadlineMs,
		...(maxPaidTasks !== undefined && { maxPaidTasks }),
		...(shared && { budget: shared }),
		build: async () => await buildRequest(item, request, deadlineMs),
	};
}

/** How many tasks an order will pay for: none where its task is known. */
export function tasksToPay({ execution }: Item, { parameters, key }: ImageOrder): number {
	return execution.ledger.needsNoPlace(key) ? 0 : tasksOf(parameters);
}

/** How many tasks a gateway counts a create for: as many as it makes images. */
function tasksOf({ n }: JsonObject): number {
	return typeof n === 'number' && n > 1 ? n : 1;
}

async function buildRequest(
	item: Item,
	{ modelId, parameters, switches, images, offer, key, shared }: ImageOrder,
	deadlineMs: number,
): Promise<Outcome<TaskRequest>> {
	if (!offer) return { value: { modelId, parameters, switches } };
	const hint = (text: string) => showHint(item, text);
	const request = { offer, switches, images, hint };
	const embed = async () =>
		await embedImages(item.execution.client, request, waitOptions(item, deadlineMs));
	const { value, problem } = await (shared ? shared.embedded(key, embed) : embed());
	if (problem) return { problem };
	return { value: { modelId, parameters: { ...parameters, ...value }, switches } };
}
