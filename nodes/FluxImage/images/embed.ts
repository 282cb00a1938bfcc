import { createHash } from 'node:crypto';
import type { JsonObject } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { Until } from '../client/retry';
import type { Outcome } from '../core/problem';
import { inputImageRule } from '../models/inputImages';
import type { ModelOffer } from '../models/model';
import { fetchInputImage } from './fetchInput';
import {
	isFetched,
	type EarlierPicture,
	type FetchedUrl,
	type HeldImage,
	type InputImage,
} from './checkedImage';
import { EXIF_WITHIN, isTurnedByExif } from './exif';
import { turnedHint } from './inputHints';
import { pictureTypeOf } from './signature';

/** What an item sends of a model that is in the tables. */
export interface EmbedRequest {
	readonly offer: ModelOffer;
	readonly switches: Readonly<Record<string, unknown>>;
	readonly parameters: JsonObject;
	readonly images: readonly InputImage[];
	/** Takes what a person should know of an image that only its bytes tell. */
	readonly hint: (text: string) => void;
}

/**
 * The parameters with the input images in their places: as base64 or URLs where the gateway takes
 * them so, else uploaded and sent by URL. Nothing of them is kept.
 *
 * @returns a problem where an upload or a fetch fails
 */
export async function embedImages(
	client: GatewayClient,
	{ offer, switches, parameters, images, hint }: EmbedRequest,
	until: Until,
): Promise<Outcome<JsonObject>> {
	const rule = inputImageRule(offer, switches, images.length);
	if (!rule || images.length === 0) return { value: parameters };
	const { forms, wireNames } = rule;
	const values: string[] = [];
	for (const image of images) {
		const placed = await placeImage(client, image, forms.includes('base64'), hint, until);
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
	hint: EmbedRequest['hint'],
	until: Until,
): Promise<Outcome<string>> {
	if (image.form === 'url') return { value: image.url };
	if (isFetched(image)) return await placeFetched(client, image, asBase64, hint, until);
	const { digest, bytes } = image;
	if (asBase64) return { value: (await bytes()).toString('base64') };
	return await upload(client, { digest, type: image.type, bytes }, until);
}

async function placeFetched(
	client: GatewayClient,
	image: FetchedUrl | EarlierPicture,
	asBase64: boolean,
	hint: EmbedRequest['hint'],
	until: Until,
): Promise<Outcome<string>> {
	const fetched = await fetchInputImage(client, image, until);
	if (fetched.problem) return fetched;
	const base64 = fetched.value;
	// Four letters are three bytes.
	const start = Buffer.from(base64.slice(0, (EXIF_WITHIN / 3) * 4), 'base64');
	if (isTurnedByExif(start)) hint(turnedHint(image.name));
	if (asBase64) return fetched;
	const bytes = Buffer.from(base64, 'base64');
	const digest = createHash('sha256').update(bytes).digest('hex');
	return await upload(
		client,
		{ digest, type: pictureTypeOf(bytes), bytes: async () => bytes },
		until,
	);
}

async function upload(
	client: GatewayClient,
	{ digest, type, bytes }: Pick<HeldImage, 'digest' | 'type' | 'bytes'>,
	until: Until,
): Promise<Outcome<string>> {
	if (!type) return { problem: { kind: 'badParameters', reason: 'an input image is no picture' } };
	const { contentType, extension } = type;
	const file = { digest, fileName: `input.${extension}`, contentType, bytes };
	return await client.upload(file, until);
}
