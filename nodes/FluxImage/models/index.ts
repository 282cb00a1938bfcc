import type { GatewayId } from '../gateways/gateway';
import { flux2Flex } from './flux2Flex';
import { flux2Max } from './flux2Max';
import { flux2Pro } from './flux2Pro';
import { fluxKontextMax } from './fluxKontextMax';
import { fluxKontextPro } from './fluxKontextPro';
import { fluxPro11 } from './fluxPro11';
import type { Model, ModelOffer } from './model';

/** All models, one row each. The first one is what a new node shows, and every gateway sells it. */
export const models: readonly Model[] = [
	fluxKontextMax,
	fluxKontextPro,
	fluxPro11,
	flux2Pro,
	flux2Max,
	flux2Flex,
];

/** In place of a model's id, for a task: the model that the item names beside the task's id. */
export const MODEL_OF_ITEM = '';

/** The value of `model` that means: the id stands in `modelId`, the parameters in `parameters`. */
export const OTHER_MODEL = 'other';

/** An offer together with the model that it sells. */
export interface SoldModel {
	readonly model: Model;
	readonly offer: ModelOffer;
}

/** What a gateway sells, in the registry's order. */
export function offersOf(gateway: GatewayId): SoldModel[] {
	return models.flatMap((model) => {
		const offer = offerAt(model, gateway);
		return offer ? [{ model, offer }] : [];
	});
}

/**
 * The offer that a saved node means. `modelId` may be the id of the same model at another gateway:
 * whoever switches the gateway keeps the model. Undefined where the gateway does not sell it.
 */
export function findOffer(gateway: GatewayId, modelId: string): ModelOffer | undefined {
	const model = models.find((candidate) => idsOf(candidate).includes(modelId));
	return model && offerAt(model, gateway);
}

/** What a person calls what is sold: the editor shows no IDs. */
export function nameOf(offer: ModelOffer): string {
	return models.find(({ offers }) => offers.includes(offer))?.name ?? offer.id;
}

/** All ids of a model, whichever gateway. */
export function idsOf(model: Model): string[] {
	return [...new Set(model.offers.map(({ id }) => id))];
}

function offerAt(model: Model, gateway: GatewayId): ModelOffer | undefined {
	return model.offers.find(({ gateways }) => gateways.includes(gateway));
}
