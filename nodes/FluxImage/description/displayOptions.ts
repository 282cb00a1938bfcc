import type { IDisplayOptions } from 'n8n-workflow';

import { GATEWAYS } from '../gateways';
import type { GatewayId } from '../gateways/gateway';
import { idsOf, offersOf, type SoldModel } from '../models';

/*
 * Names of the fields that decide what shows, from the root of the node's parameters. Written without
 * the slash they would mean the same, but then n8n's editor, when such a field changes, empties every
 * collection that hangs on it, and every dropdown that holds an expression: images and additional
 * fields would be gone with each switch of gateway or model.
 */
export const BY_GATEWAY = '/gateway';
export const BY_MODEL = '/model';

/** Met in the form that n8n makes of the node for an agent's tool, and in no other. */
export const IN_TOOL = { '@tool': [true] };

/** A model as one gateway sells it: what the `gateway` and `model` fields together say. */
export interface Pair extends SoldModel {
	readonly gateway: GatewayId;
}

/** Gateways and models of which every combination shows a field. */
interface Rectangle {
	readonly gateways: Set<GatewayId>;
	readonly modelIds: Set<string>;
}

/** Everything that is sold, in the order of the registry of models. */
export function allPairs(): Pair[] {
	return Object.values(GATEWAYS).flatMap(({ id: gateway }) =>
		offersOf(gateway).map((sold) => ({ gateway, ...sold })),
	);
}

/**
 * The conditions, one a property, that show a field for all `wanted` pairs and for no other pair that
 * is sold. n8n joins keys by AND and the values of a key by OR, so pairs are gathered to rectangles.
 *
 * A pair that nobody sells may lie within: there the fields keep their values while the person, having
 * switched the gateway, picks another model. A model is matched under all its ids, for the same reason.
 */
export function shownFor(wanted: readonly Pair[]): Array<IDisplayOptions['show']> {
	const unwanted = allPairs().filter((pair) => !wanted.some((other) => isSame(pair, other)));
	const rectangles: Rectangle[] = [];
	for (const pair of wanted) {
		const merged = rectangles.map((rectangle) => ({ rectangle, grown: grow(rectangle, pair) }));
		const fitting = merged.find(({ grown }) => !unwanted.some((other) => covers(grown, other)));
		if (fitting) Object.assign(fitting.rectangle, fitting.grown);
		else rectangles.push(grow({ gateways: new Set(), modelIds: new Set() }, pair));
	}
	return rectangles.map(({ gateways, modelIds }) => ({
		// The gateway first: n8n shows a field at the first key that is an expression, as a model may be.
		...(gateways.size < Object.keys(GATEWAYS).length ? { [BY_GATEWAY]: [...gateways] } : {}),
		[BY_MODEL]: [...modelIds],
	}));
}

function grow({ gateways, modelIds }: Rectangle, { gateway, model }: Pair): Rectangle {
	return {
		gateways: new Set([...gateways, gateway]),
		modelIds: new Set([...modelIds, ...idsOf(model)]),
	};
}

function covers({ gateways, modelIds }: Rectangle, { gateway, model }: Pair): boolean {
	return gateways.has(gateway) && idsOf(model).some((id) => modelIds.has(id));
}

function isSame(one: Pair, other: Pair): boolean {
	return one.gateway === other.gateway && one.model === other.model;
}
