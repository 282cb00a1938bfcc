import { listedImages, numberedImages } from './inputImages';
import type { Model, ModelParameter } from './model';
import { height, outputFormat, prompt, safetyTolerance, seed, width } from './parameters';
import { imageField, n, resolution, size } from './toApisParameters';
import { flatRequest } from './vtrixParameters';

/** As the pages of the FLUX.2 models list them; only the file formats differ by model. */
export const flux2Parameters = (formats: readonly string[]): readonly ModelParameter[] => [
	prompt,
	width({ minimum: 64 }),
	height({ minimum: 64 }),
	seed,
	outputFormat(formats, 'jpeg'),
	safetyTolerance(5),
];

/** As ToAPIs' reference lists them for its FLUX.2 models. */
export const toApisFlux2Parameters: readonly ModelParameter[] = [
	prompt,
	size,
	n,
	imageField,
	resolution,
];

/** Up to eight images at the gateways that number them. */
export const flux2Images = numberedImages(8);

/** Up to eight images by URL at ToAPIs, under either name. */
export const toApisFlux2Images = listedImages(8, 8);

const parameters = flux2Parameters(['jpeg', 'png', 'webp']);

export const flux2Pro: Model = {
	name: 'FLUX.2 [pro]',
	description: 'Makes and edits images with the second generation of FLUX, from up to eight images',
	offers: [
		{
			gateways: ['seaArtCloud', 'odiRouter'],
			id: 'flux_2_pro',
			parameters,
			inputImages: flux2Images,
		},
		{
			gateways: ['vtrix'],
			id: 'flux_2_pro',
			parameters: [...parameters, flatRequest],
			inputImages: flux2Images,
		},
		{
			gateways: ['toApis'],
			id: 'flux-2-pro',
			parameters: toApisFlux2Parameters,
			inputImages: toApisFlux2Images,
		},
	],
};
