import type { JsonObject } from 'n8n-workflow';

import { inputImageRule } from '../models/inputImages';
import type { ModelOffer } from '../models/model';
import type { Session } from '../tasks/session';
import type { InputImage } from './inputImages';
import { uploadImage } from './upload';

/**
 * The parameters with the input images in their places: as base64 or URLs where the gateway takes
 * them so, else uploaded and sent by URL. Nothing of them is kept.
 *
 * @throws ProblemError where an upload fails
 */
export async function placeImages(
	session: Session,
	offer: ModelOffer,
	switches: Readonly<Record<string, unknown>>,
	parameters: JsonObject,
	images: readonly InputImage[],
): Promise<JsonObject> {
	const rule = inputImageRule(offer, switches);
	if (!rule || images.length === 0) return parameters;
	const { forms, wireNames } = rule;
	const values: string[] = [];
	for (const image of images) {
		if (image.form === 'url') values.push(image.url);
		else if (forms.includes('base64')) values.push((await image.bytes()).toString('base64'));
		else values.push(await uploadImage(session, image));
	}
	if ('list' in wireNames) return { ...parameters, [wireNames.list]: values };
	const named = values.map((value, index) => [wireNames[index] ?? '', value] as const);
	return { ...parameters, ...Object.fromEntries(named) };
}
