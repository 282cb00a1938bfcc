import {
	kontextImages,
	kontextParameters,
	toApisKontextImages,
	toApisKontextParameters,
} from './fluxKontextMax';
import type { Model } from './model';

export const fluxKontextPro: Model = {
	name: 'FLUX.1 Kontext [pro]',
	description: 'Makes and edits images faster and at a lower price than FLUX.1 Kontext [max]',
	offers: [
		{
			gateways: ['seaArtCloud', 'odiRouter'],
			id: 'flux_kontext_pro',
			parameters: kontextParameters,
			inputImages: kontextImages,
		},
		{
			gateways: ['toApis'],
			id: 'flux-kontext-pro',
			parameters: toApisKontextParameters,
			inputImages: toApisKontextImages,
		},
	],
};
