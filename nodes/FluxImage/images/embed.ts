import type { JsonObject } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { Until } from '../client/retry';
import type { Outcome } from '../core/problem';
import { inputImageRule } from '../models/inputImages';
import type { ModelOffer } from '../models/model';
import { fetchInputImage } from './fetchInput';
import type { InputImage } from './inputImages';

/** What an item sends of a model that is in the tables. */
export interface EmbedRequest {
	readonly offer: ModelOffer;
	readonly switches: Readonly<Record<string, unknown>>;
	readonly parameters: JsonObject;
	readonly images: readonly InputImage[];
}

/**
 * The parameters with the input images in their places: as base64 or URLs where the gateway takes
 * them so, else uploaded and sent by URL. Nothing of them is kept.
 *
 * @returns a problem where an upload or a fetch fails
 */
export async function embedImages(
	client: GatewayClient,
	{ offer, switches, parameters, images }: EmbedRequest,
	until: Until,
): Promise<Outcome<JsonObject>> {
	const rule = inputImageRule(offer, switches, images.length);
	if (!rule || images.length === 0) return { value: parameters };
	const { forms, wireNames } = rule;
	const values: string[] = [];
	for (const image of images) {
		const placed = await placeImage(client, image, forms.includes('base64'), until);
		if (placed.problem) return placed;
		values.push(placed.value);
	}
	if ('list' in wireNames) return { value: { ...parameters, [wireNames.list]: values } };
	const named = values.map((value, index) => [wireNames[index] ?? '', value] as const);
	return { value: { ...parameters, ...Object.fromEntries(named) } };
}

async function placeImage(
	client: GatewayClient,
	image: InputImage,
	asBase64: boolean,
	until: Until,
): Promise<Outcome<string>> {
	if (image.form === 'url') return { value: image.url };
	if (image.form === 'fetchedUrl') return await fetchInputImage(client, image, until);
	const { type, digest, bytes } = image;
	if (asBase64) return { value: (await bytes()).toString('base64') };
	if (!type) return { problem: { kind: 'badParameters', reason: 'an input image is no picture' } };
	const { contentType, extension } = type;
	const file = { digest, fileName: `input.${extension}`, contentType, bytes };
	return await client.upload(file, until);
}
