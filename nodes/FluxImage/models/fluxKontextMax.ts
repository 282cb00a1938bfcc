import { listedImages, numberedImages } from './inputImages';
import type { Model, ModelParameter } from './model';
import {
	aspectRatio,
	n,
	outputFormat,
	prompt,
	promptUpsampling,
	safetyTolerance,
	seed,
} from './parameters';
import { imageField, inMetadata, nOfTask, responseFormat, size } from './toApisParameters';
import { flatRequest, guidanceScale, negativePrompt, steps } from './vtrixParameters';

/** As the model's pages at SeaArt Cloud and OdiRouter list them. */
export const kontextParameters: readonly ModelParameter[] = [
	prompt,
	aspectRatio,
	n,
	seed,
	outputFormat(['jpeg', 'png'], 'png'),
	promptUpsampling,
	safetyTolerance(6),
];

/** As ToAPIs' guide and API reference list them. */
export const toApisKontextParameters: readonly ModelParameter[] = [
	prompt,
	size,
	nOfTask,
	imageField,
	responseFormat,
	inMetadata(promptUpsampling),
	inMetadata(safetyTolerance(6)),
];

/** Up to four images at the gateways that number them. */
export const kontextImages = numberedImages(4);

/** Up to four images by URL at ToAPIs, or one as `image_urls`. */
export const toApisKontextImages = listedImages(4, 1);

export const fluxKontextMax: Model = {
	name: 'FLUX.1 Kontext [max]',
	description: 'Makes and edits images with the fullest grasp of prompt and input images',
	offers: [
		{
			gateways: ['seaArtCloud', 'odiRouter'],
			id: 'flux_kontext_max',
			parameters: kontextParameters,
			inputImages: kontextImages,
		},
		{
			gateways: ['vtrix'],
			id: 'flux_kontext_max',
			parameters: [
				prompt,
				aspectRatio,
				n,
				seed,
				steps,
				guidanceScale,
				negativePrompt,
				outputFormat(['jpeg', 'png'], 'jpeg'),
				promptUpsampling,
				safetyTolerance(6),
				flatRequest,
			],
			inputImages: kontextImages,
		},
		{
			gateways: ['toApis'],
			id: 'flux-kontext-max',
			parameters: toApisKontextParameters,
			inputImages: toApisKontextImages,
		},
	],
};
