import { imagePrompt } from './inputImages';
import type { Model, ModelParameter } from './model';
import {
	height,
	n,
	outputFormat,
	prompt,
	promptUpsampling,
	safetyTolerance,
	seed,
	width,
} from './parameters';
import { flatRequest } from './vtrixParameters';

/** As the model's page at OdiRouter lists them; only the height's default differs by gateway. */
const parametersWithHeight = (initialHeight: number): readonly ModelParameter[] => [
	prompt,
	width({ minimum: 256, maximum: 1440, initialValue: 1024 }),
	height({ minimum: 256, maximum: 1440, initialValue: initialHeight }),
	n,
	seed,
	outputFormat(['jpeg', 'png'], 'jpeg'),
	promptUpsampling,
	safetyTolerance(6),
];

export const fluxPro11: Model = {
	name: 'FLUX 1.1 [pro]',
	description:
		'Makes images of a chosen width and height from a prompt, guided by one image if given',
	offers: [
		{
			gateways: ['seaArtCloud', 'odiRouter'],
			id: 'flux_pro_11',
			parameters: parametersWithHeight(768),
			inputImages: imagePrompt,
		},
		{
			gateways: ['vtrix'],
			id: 'flux_pro_11',
			parameters: [...parametersWithHeight(1024), flatRequest],
			inputImages: imagePrompt,
		},
	],
};
