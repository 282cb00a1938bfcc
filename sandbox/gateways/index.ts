import { soldModel, type ModelTable } from '../models';
import type { GatewayDefinition, NamedGateway } from './gateway';
import { odiRouter } from './odiRouter';
import { seaArtCloud } from './seaArtCloud';
import { toApis } from './toApis';
import { vtrix } from './vtrix';

/** Every gateway, by the name that tests use for it: all lists of gateways come from this one. */
export const definitions = {
	seaArtCloud,
	odiRouter,
	vtrix,
	toApis,
} satisfies Record<string, GatewayDefinition>;

/** The gateways that the sandbox plays, by the names that tests use for them. */
export type Gateway = keyof typeof definitions;

export const gateways = Object.keys(definitions) as [Gateway, ...Gateway[]];

/** Something of each gateway, by its name. */
export function byGateway<Value>(
	valueOf: (gateway: NamedGateway) => Value,
): Record<Gateway, Value> {
	const entries = gateways.map((name) => [name, valueOf({ name, ...definitions[name] })] as const);
	return Object.fromEntries(entries) as Record<Gateway, Value>;
}

/** The table of a model; undefined where the gateway does not sell it. */
export function modelTable(gateway: Gateway, model: string): ModelTable | undefined {
	return soldModel(definitions[gateway], model);
}

/** The models that a gateway sells. */
export function modelsOf(gateway: Gateway): string[] {
	return Object.keys(definitions[gateway].models);
}
