import type { JsonObject } from 'n8n-workflow';

import { ImageInputError, readInputImages, type InputImage } from '../images/inputImages';
import { placeImages } from '../images/embed';
import { findOffer } from '../models';
import type { ModelOffer } from '../models/model';
import { readOtherParameters } from '../models/otherParameters';
import { ParameterError } from '../models/parameterError';
import { readParameters } from '../models/validation';
import type { Order, TaskRoom } from '../tasks/lifecycle';
import { inputError } from './inputError';
import { readModelId } from './modelId';
import type { ItemInput } from './operation';

/** What an image item asks for, checked. */
interface ImageRequest {
	readonly modelId: string;
	readonly parameters: JsonObject;
	readonly switches: Readonly<Record<string, unknown>>;
	readonly images: readonly InputImage[];
	readonly offer?: ModelOffer;
}

/** Makes the order once the execution is there to run it. */
export type MakeOrder = (room: TaskRoom) => Order;

/**
 * Reads an image item and checks it against its model's table.
 *
 * @throws NodeOperationError naming the parameter, the value, what is expected, and the item
 */
export async function readImageOrder(item: ItemInput): Promise<MakeOrder> {
	const { context, itemIndex, gateway, options } = item;
	const request = await asInputError(item, readRequest(item));
	const { modelId, parameters, switches, images, offer } = request;
	const identity = {
		runIndex: context.getWorkflowDataProxy(itemIndex).$runIndex as number,
		itemIndex,
		payload: [gateway.id, modelId, parameters, switches, images.map(({ digest }) => digest)],
	};
	return ({ session }) => {
		const deadlineMs = session.clock.nowMs() + options.timeoutMs;
		return {
			identity,
			modelId,
			cancelOnStop: options.cancelOnStop,
			deadlineMs,
			submit: async () => ({
				modelId,
				switches,
				parameters: offer
					? await placeImages(session, { offer, switches, parameters, images }, deadlineMs)
					: parameters,
			}),
		};
	};
}

async function readRequest({ context, itemIndex, gateway }: ItemInput): Promise<ImageRequest> {
	const model = String(context.getNodeParameter('model', itemIndex, ''));
	if (model === 'other') return readOtherRequest(context, itemIndex);
	const offer = findOffer(gateway.id, model);
	if (!offer) {
		throw inputError(
			context,
			itemIndex,
			`Model must be one that ${gateway.displayName} sells, but is "${model}"`,
			'Choose one from the list, or choose Other and give its ID.',
		);
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

/** What the tables and the images say is wrong becomes the item's error. */
async function asInputError<T>({ context, itemIndex }: ItemInput, read: Promise<T>): Promise<T> {
	return await read.catch((error: unknown) => {
		const ofInput = error instanceof ParameterError || error instanceof ImageInputError;
		throw ofInput ? inputError(context, itemIndex, error.message) : error;
	});
}
