import type { Gateway } from './gateway';
import { queueGateway } from './queue';
import { toApis } from './toApis';
import { vtrix } from './vtrix';

/** Every gateway, by the name that saved workflows hold: one row each. */
export const GATEWAYS: Readonly<Record<string, Gateway>> = {
	seaArtCloud: queueGateway({
		id: 'seaArtCloud',
		displayName: 'SeaArt Cloud',
		credentialType: 'seaArtCloudApi',
	}),
	odiRouter: queueGateway({
		id: 'odiRouter',
		displayName: 'OdiRouter',
		credentialType: 'odiRouterApi',
	}),
	vtrix,
	toApis,
};
