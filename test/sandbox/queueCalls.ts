import type { JsonReply, Fixture } from './fixture';

/** The gateways that speak the queue API. */
export const queueGateways = ['seaArtCloud', 'odiRouter'] as const;
export type QueueGateway = (typeof queueGateways)[number];

/** Where a create goes, and with which key. */
export interface Where {
	gateway?: QueueGateway;
	model?: string;
	key?: string;
}

/** Sends a create. */
export async function createOn(
	fixture: Fixture,
	parameters: object,
	where: Where = {},
): Promise<JsonReply> {
	const { gateway = 'seaArtCloud', model = 'flux_kontext_max', key } = where;
	return await fixture.call(gateway, 'POST', `/v1/queue/${model}`, parameters, key);
}

/** A task that was created, with the calls that it takes. */
export async function createdTaskOn(fixture: Fixture, parameters: object, where: Where = {}) {
	const { gateway = 'seaArtCloud', model = 'flux_kontext_max' } = where;
	const { body } = await createOn(fixture, parameters, where);
	return taskOn(fixture, gateway, model, String(body.request_id));
}

/** The calls that a task of that id takes. */
export function taskOn(fixture: Fixture, gateway: QueueGateway, model: string, id: string) {
	const path = `/v1/queue/${model}/requests/${id}`;
	return {
		id,
		url: fixture.sandbox.baseUrls[gateway] + path,
		status: async () => await fixture.call(gateway, 'GET', `${path}/status`),
		result: async () => await fixture.call(gateway, 'GET', `${path}/response`),
		cancel: async () => await fixture.call(gateway, 'PUT', `${path}/cancel`),
	};
}
