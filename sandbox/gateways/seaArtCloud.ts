import { flux2Max, flux2Pro, kontext, pro11 } from '../models';
import type { GatewayDefinition } from './gateway';
import { queueGateway } from './queueGateway';

/** SeaArt Cloud; its base path mirrors the real one. */
export const seaArtCloud: GatewayDefinition = {
	...queueGateway,
	title: 'SeaArt Cloud',
	basePath: '/seaart/model',
	models: {
		flux_kontext_max: kontext,
		flux_kontext_pro: kontext,
		flux_pro_11: pro11,
		flux_2_pro: flux2Pro,
		flux_2_max: flux2Max,
	},
};
