import type { JsonReply, Stage } from './stage';

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
	stage: Stage,
	parameters: object,
	where: Where = {},
): Promise<JsonReply> {
	const { gateway = 'seaArtCloud', model = 'flux_kontext_max', key } = where;
	return await stage.call(gateway, 'POST', `/v1/queue/${model}`, parameters, key);
}

/** A task that was created, with the calls that it takes. */
export async function createdTaskOn(stage: Stage, parameters: object, where: Where = {}) {
	const { gateway = 'seaArtCloud', model = 'flux_kontext_max' } = where;
	const { body } = await createOn(stage, parameters, where);
	return taskOn(stage, gateway, model, String(body.request_id));
}

/** The calls that a task of that id takes. */
export function taskOn(stage: Stage, gateway: QueueGateway, model: string, id: string) {
	const path = `/v1/queue/${model}/requests/${id}`;
	return {
		id,
		url: stage.sandbox.baseUrls[gateway] + path,
		status: async () => await stage.call(gateway, 'GET', `${path}/status`),
		result: async () => await stage.call(gateway, 'GET', `${path}/response`),
		cancel: async () => await stage.call(gateway, 'PUT', `${path}/cancel`),
	};
}
