import { byGateway, type Gateway } from '../../sandbox';
import type { Conformance } from '../../sandbox/gateways/gateway';

export type { WireObject } from '../../sandbox/gateways/gateway';

/** All that the conformance suite may know of a gateway apart from what every gateway does. */
export interface GatewayRow extends Conformance {
	readonly gateway: Gateway;
	readonly displayName: string;
	readonly credentialType: string;
	/** The format of a picture when none is asked for. */
	readonly contentType: string;
	/** Whether a create's reply may be the finished task. */
	readonly mayFinishAtOnce: boolean;
}

/** The gateways as the sandbox knows them: the suite's only variable. */
export const GATEWAY_ROWS: readonly GatewayRow[] = Object.values(
	byGateway(({ name, title, models, isSingleRead, conformance }) => ({
		...conformance,
		gateway: name,
		displayName: title,
		credentialType: `${name}Api`,
		contentType: `image/${models[conformance.model]?.format}`,
		mayFinishAtOnce: isSingleRead,
	})),
);
