import type { JsonObject } from 'n8n-workflow';

import { inputImageRule } from '../models/inputImages';
import type { ModelOffer } from '../models/model';
import type { Session } from '../client/gatewayClient';
import type { InputImage } from './inputImages';
import { uploadImage } from './upload';

/** What an item sends of a model that is in the tables. */
interface Content {
	readonly offer: ModelOffer;
	readonly switches: Readonly<Record<string, unknown>>;
	readonly parameters: JsonObject;
	readonly images: readonly InputImage[];
}

/**
 * The parameters with the input images in their places: as base64 or URLs where the gateway takes
 * them so, else uploaded and sent by URL. Nothing of them is kept.
 *
 * @param deadlineMs when the item's time is up, in milliseconds since 1970
 * @throws ProblemError where an upload fails
 */
export async function placeImages(
	session: Session,
	{ offer, switches, parameters, images }: Content,
	deadlineMs: number,
): Promise<JsonObject> {
	const rule = inputImageRule(offer, switches);
	if (!rule || images.length === 0) return parameters;
	const { forms, wireNames } = rule;
	const values: string[] = [];
	for (const image of images) {
		if (image.form === 'url') values.push(image.url);
		else if (forms.includes('base64')) values.push((await image.bytes()).toString('base64'));
		else values.push(await uploadImage(session, image, deadlineMs));
	}
	if ('list' in wireNames) return { ...parameters, [wireNames.list]: values };
	const named = values.map((value, index) => [wireNames[index] ?? '', value] as const);
	return { ...parameters, ...Object.fromEntries(named) };
}
