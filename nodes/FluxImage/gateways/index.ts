import type { Gateway, GatewayId } from './gateway';
import { queueGateway } from './queue';
import { toApis } from './toApis';
import { vtrix } from './vtrix';

/** Every gateway, by the name that saved workflows hold: one row each. */
export const GATEWAYS = {
	seaArtCloud: queueGateway({
		id: 'seaArtCloud',
		displayName: 'SeaArt Cloud',
		credentialType: 'seaArtCloudApi',
	}),
	odiRouter: queueGateway({
		id: 'odiRouter',
		displayName: 'OdiRouter',
		credentialType: 'odiRouterApi',
		addresses:
			'OdiRouter is at https://odirouter.ai/model, and for some at https://api.odirouter.ai/model.',
	}),
	vtrix,
	toApis,
} satisfies Record<GatewayId, Gateway>;

/** The gateway of a name that comes from outside; undefined where there is none. */
export function findGateway(name: string): Gateway | undefined {
	return Object.values<Gateway>(GATEWAYS).find(({ id }) => id === name);
}
