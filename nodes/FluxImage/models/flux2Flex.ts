import { toApisFlux2Images, toApisFlux2Parameters } from './flux2Pro';
import type { Model } from './model';

export const flux2Flex: Model = {
	name: 'FLUX.2 [flex]',
	description: 'Makes and edits images with the second generation of FLUX, from up to eight images',
	offers: [
		{
			gateways: ['toApis'],
			id: 'flux-2-flex',
			parameters: toApisFlux2Parameters,
			inputImages: toApisFlux2Images,
		},
	],
};
