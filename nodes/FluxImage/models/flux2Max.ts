import { flux2Base64Images, flux2Images, flux2Parameters } from './flux2Pro';
import type { Model } from './model';
import { flatRequest } from './vtrixParameters';

const parameters = flux2Parameters(['jpeg', 'png']);

export const flux2Max: Model = {
	name: 'FLUX.2 [max]',
	description: 'Makes and edits images at the highest quality of the second generation of FLUX',
	offers: [
		{ gateways: ['seaArtCloud'], id: 'flux_2_max', parameters, inputImages: flux2Base64Images },
		{
			gateways: ['vtrix'],
			id: 'flux_2_max',
			parameters: [...parameters, flatRequest],
			inputImages: flux2Images,
		},
	],
};
