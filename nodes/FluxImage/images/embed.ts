import type { JsonObject } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { Until } from '../client/retry';
import type { Outcome } from '../core/problem';
import { inputImageRule } from '../models/inputImages';
import type { ModelOffer } from '../models/model';
import { heldImage, isFetched, type HeldImage, type InputImage } from './checkedImage';
import { EXIF_WITHIN, isTurnedByExif } from './exif';
import { fetchInputImage } from './fetchInput';
import { turnedHint } from './inputHints';

/** What an item sends of a model that is in the tables. */
export interface EmbedRequest {
	readonly offer: ModelOffer;
	readonly switches: Readonly<Record<string, unknown>>;
	readonly images: readonly InputImage[];
	/** Takes what a person should know of an image that only its bytes tell. */
	readonly hint: (text: string) => void;
}

/**
 * The parameters that hold the input images: as base64 or URLs where the gateway takes them so, else
 * uploaded and sent by URL. Nothing of them is kept.
 *
 * @returns a problem where an upload or a fetch fails
 */
export async function embedImages(
	client: GatewayClient,
	{ offer, switches, images, hint }: EmbedRequest,
	until: Until,
): Promise<Outcome<JsonObject>> {
	const rule = inputImageRule(offer, switches, images.length);
	if (!rule || images.length === 0) return { value: {} };
	const { forms, wireNames } = rule;
	const values: string[] = [];
	for (const image of images) {
		const placed = await placeImage(client, image, forms.includes('base64'), hint, until);
		if (placed.problem) return placed;
		values.push(placed.value);
	}
	if ('list' in wireNames) return { value: { [wireNames.list]: values } };
	const named = values.map((value, index) => [wireNames[index] ?? '', value] as const);
	return { value: Object.fromEntries(named) };
}

async function placeImage(
	client: GatewayClient,
	image: InputImage,
	asBase64: boolean,
	hint: EmbedRequest['hint'],
	until: Until,
): Promise<Outcome<string>> {
	if (image.form === 'url') return { value: image.url };
	if (!isFetched(image)) {
		return asBase64
			? { value: (await image.bytes()).toString('base64') }
			: await upload(client, image, until);
	}
	const fetched = await fetchInputImage(client, image, until);
	if (fetched.problem) return fetched;
	// Four letters are three bytes.
	const start = Buffer.from(fetched.value.slice(0, (EXIF_WITHIN / 3) * 4), 'base64');
	if (isTurnedByExif(start)) hint(turnedHint(image.name));
	if (asBase64) return fetched;
	const bytes = Buffer.from(fetched.value, 'base64');
	return await upload(
		client,
		heldImage(image.name, bytes, image, async () => bytes),
		until,
	);
}

async function upload(
	client: GatewayClient,
	{ digest, type: { contentType, extension }, bytes }: HeldImage,
	until: Until,
): Promise<Outcome<string>> {
	return await client.upload({ digest, fileName: `input.${extension}`, contentType, bytes }, until);
}
