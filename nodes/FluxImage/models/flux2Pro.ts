import { listedImages, numberedBase64Images, numberedImages } from './inputImages';
import type { Model, ModelParameter } from './model';
import { height, n, outputFormat, prompt, safetyTolerance, seed, width } from './parameters';
import { flux2Size, imageField, nOfTask, resolution } from './toApisParameters';
import { flatRequest, safetyToleranceAsText } from './vtrixParameters';

/** As the pages of the FLUX.2 models list them; only the file formats differ by model. */
export const flux2Parameters = (formats: readonly string[]): readonly ModelParameter[] => [
	prompt,
	width({ minimum: 64 }),
	height({ minimum: 64 }),
	n,
	seed,
	outputFormat(formats, 'jpeg'),
	safetyTolerance(5),
];

/** As ToAPIs' reference lists them for its FLUX.2 models. */
export const toApisFlux2Parameters: readonly ModelParameter[] = [
	prompt,
	flux2Size,
	nOfTask,
	imageField,
	resolution,
];

/** Up to eight images at the gateways that number them. */
export const flux2Images = numberedImages(8);
export const flux2Base64Images = numberedBase64Images(8);

/** Up to eight images by URL at ToAPIs, under either name. */
export const toApisFlux2Images = listedImages(8, 8);

const parameters = flux2Parameters(['jpeg', 'png', 'webp']);

/** VTrix wants this model's tolerance as a text from 1 to 6 (docs/contracts/models.md#flux_2_pro). */
const vtrixParameters = flux2Parameters(['jpeg', 'png']).map((row) =>
	row.name === 'safetyTolerance' ? safetyToleranceAsText : row,
);

export const flux2Pro: Model = {
	name: 'FLUX.2 [pro]',
	description: 'Makes and edits images with the second generation of FLUX, from up to eight images',
	offers: [
		{
			gateways: ['seaArtCloud', 'odiRouter'],
			id: 'flux_2_pro',
			parameters,
			inputImages: flux2Base64Images,
		},
		{
			gateways: ['vtrix'],
			id: 'flux_2_pro',
			parameters: [...vtrixParameters, flatRequest],
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
