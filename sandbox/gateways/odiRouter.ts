import { flux2Pro, kontext, pro11 } from '../models';
import type { GatewayDefinition } from './gateway';
import { queueGateway } from './queueGateway';

/** OdiRouter; its base path mirrors the real one. */
export const odiRouter: GatewayDefinition = {
	...queueGateway,
	title: 'OdiRouter',
	basePath: '/odirouter/model',
	models: {
		flux_kontext_max: kontext,
		flux_kontext_pro: kontext,
		flux_pro_11: pro11,
		flux_2_pro: flux2Pro,
	},
};
