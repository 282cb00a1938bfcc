import type { GatewayId } from '../../nodes/FluxImage/gateways/gateway';
import { byGateway } from '../../sandbox';
import type { FreeRead } from '../../sandbox/gateways/gateway';

/** What a gateway's contract names; anything else in a reply is news. */
export interface Contract {
	/** Every word for a task's state, lower case. */
	readonly stateWords: ReadonlySet<string>;
	/** Every field of replies about a task, at the top of the body. */
	readonly fields: ReadonlySet<string>;
	/** The cheapest create that is known: a model and its parameters, in the node's terms. */
	readonly cheapest: { readonly model: string; readonly fields: Record<string, unknown> };
	/** Reads that cost nothing and are about no task. */
	readonly freeReads: readonly FreeRead[];
}

const PROMPT = 'A plain red circle on a white background';

/** What the contracts name, by gateway, as the sandbox was written from them. */
export const CONTRACTS: Readonly<Record<GatewayId, Contract>> = byGateway(
	({ conformance: { words, replyFields, cheapest, freeReads } }) => ({
		stateWords: new Set(Object.values(words).flatMap((of) => of.map((word) => word.toLowerCase()))),
		fields: new Set(replyFields),
		freeReads,
		cheapest: { model: cheapest.model, fields: { prompt: PROMPT, ...cheapest.parameters } },
	}),
);
