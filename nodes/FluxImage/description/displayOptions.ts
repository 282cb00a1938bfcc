import type { IDisplayOptions } from 'n8n-workflow';

import { GATEWAYS } from '../gateways';
import type { Gateway, GatewayId } from '../gateways/gateway';
import { idsOf, models, offersOf, OTHER_MODEL, type SoldModel } from '../models';
import { grouped } from './grouped';

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

/**
 * The second letter of the model. n8n shows a field at the first key that holds an expression, whatever
 * the other keys say; this key holds none, as the first letter of an expression, `=`, is left out, and
 * what follows it is no letter that an ID has there.
 */
const BY_SECOND_LETTER = '/model[1]';

/** A model as one gateway sells it: what the `gateway` and `model` fields together say. */
export interface Pair extends SoldModel {
	readonly gateway: GatewayId;
}

/** Gateways and models of which every combination shows a field. */
interface Rectangle {
	readonly gateways: Set<GatewayId>;
	readonly modelIds: Set<string>;
}

/** The gateways of which something holds. */
export const gatewaysThat = (holds: (gateway: Gateway) => boolean): GatewayId[] =>
	Object.values(GATEWAYS)
		.filter(holds)
		.map(({ id }) => id);

export const ALL_GATEWAYS = gatewaysThat(() => true);

/** Gateways that find a task by its model as well. */
export const FIND_BY_MODEL = gatewaysThat(({ modelInTaskUrl }) => modelInTaskUrl);

/** Everything that is sold, in the order of the registry of models. */
export function allPairs(): Pair[] {
	return ALL_GATEWAYS.flatMap((gateway) => offersOf(gateway).map((sold) => ({ gateway, ...sold })));
}

/** The models, each under all its ids, and Other: whatever a person can choose. */
function allModelIds(): string[] {
	return [...models.flatMap(idsOf), OTHER_MODEL];
}

/**
 * The conditions, one a property, that show a field at some gateways for all `wanted` pairs, for no other
 * pair that is sold, and not while the model is an expression whose value n8n does not look at: it does
 * so at the top of the form, but not within collections, on saving and before a run.
 */
export function shownFor(
	wanted: readonly Pair[],
	isAt: (gateway: GatewayId) => boolean,
): IDisplayOptions[] {
	return rectanglesOf(wanted).flatMap(({ gateways, modelIds }) => {
		const here = [...gateways].filter(isAt);
		return here.length === 0 ? [] : [{ show: { ...byGateways(here), ...byModels([...modelIds]) } }];
	});
}

/** The conditions that show a field for these IDs, and not while the model is an expression. */
export function byModels(modelIds: readonly string[]): NonNullable<IDisplayOptions['show']> {
	return {
		[BY_SECOND_LETTER]: [...new Set(modelIds.map((id) => id.charAt(1)))],
		[BY_MODEL]: [...modelIds],
	};
}

/**
 * The conditions, one a property, that show a field as `shownFor` does, and also at those gateways while
 * the model is an expression, or an ID that nobody knows.
 */
export function shownUnlessFor(
	wanted: readonly Pair[],
	isAt: (gateway: GatewayId) => boolean,
): IDisplayOptions[] {
	const rectangles = rectanglesOf(wanted);
	const here = [...new Set(wanted.map((pair) => pair.gateway))].filter(isAt);
	const rows = here.map((gateway) => {
		const shown = rectangles.filter(({ gateways }) => gateways.has(gateway));
		const hidden = allModelIds().filter((id) => !shown.some(({ modelIds }) => modelIds.has(id)));
		return { gateway, hidden };
	});
	return grouped(rows, ({ hidden }) => hidden.join()).map((group) => ({
		show: byGateways(group.map(({ gateway }) => gateway)),
		hide: { [BY_MODEL]: group[0].hidden },
	}));
}

/** The condition that shows a field at these gateways for an expression, or an ID that nobody knows. */
export function shownForUnknown(gateways: readonly GatewayId[]): IDisplayOptions {
	return { show: byGateways(gateways), hide: { [BY_MODEL]: allModelIds() } };
}

function byGateways(gateways: readonly GatewayId[]): NonNullable<IDisplayOptions['show']> {
	return gateways.length < ALL_GATEWAYS.length ? { [BY_GATEWAY]: [...gateways] } : {};
}

/**
 * Gateways and models that hold all `wanted` pairs and no other pair that is sold: n8n joins keys by AND
 * and the values of a key by OR.
 *
 * A pair that nobody sells may lie within: there the fields keep their values while the person, having
 * switched the gateway, picks another model. A model is matched under all its ids, for the same reason.
 */
function rectanglesOf(wanted: readonly Pair[]): Rectangle[] {
	const unwanted = allPairs().filter((pair) => !wanted.some((other) => isSame(pair, other)));
	const rectangles: Rectangle[] = [];
	for (const pair of wanted) {
		const merged = rectangles.map((rectangle) => ({ rectangle, grown: grow(rectangle, pair) }));
		const fitting = merged.find(({ grown }) => !unwanted.some((other) => covers(grown, other)));
		if (fitting) Object.assign(fitting.rectangle, fitting.grown);
		else rectangles.push(grow({ gateways: new Set(), modelIds: new Set() }, pair));
	}
	return rectangles;
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
