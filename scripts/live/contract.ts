import type { GatewayId } from '../../nodes/FluxImage/gateways/gateway';

/** What a gateway's contract names; anything else in a reply is news. */
export interface Contract {
	/** Every word for a task's state, lower case. */
	readonly stateWords: ReadonlySet<string>;
	/** Every field of replies about a task, at the top of the body. */
	readonly fields: ReadonlySet<string>;
	/** The cheapest create that is known: a model and its parameters, in the node's terms. */
	readonly cheapest: { readonly model: string; readonly fields: Record<string, unknown> };
}

const PROMPT = 'A plain red circle on a white background';

/** The least that FLUX 1.1 [pro] makes, in pixels a side. */
const LEAST_SIDE = 256;

const queueContract: Contract = {
	stateWords: new Set([
		'in_queue',
		'queued',
		'in_progress',
		'completed',
		'failed',
		'canceled',
		'cancelled',
	]),
	fields: new Set([
		'request_id',
		'response_url',
		'status_url',
		'cancel_url',
		'queue_position',
		'status',
		'metrics',
		'error',
		'error_type',
		'provider_error',
		'logs',
		'progress',
		'outputs',
		'output',
		'metadata',
	]),
	cheapest: {
		model: 'flux_pro_11',
		fields: { prompt: PROMPT, width: LEAST_SIDE, height: LEAST_SIDE },
	},
};

/** What the contracts name, by gateway. */
export const CONTRACTS: Readonly<Record<GatewayId, Contract>> = {
	seaArtCloud: queueContract,
	odiRouter: queueContract,
	vtrix: {
		stateWords: new Set([
			'pending',
			'processing',
			'in_queue',
			'queued',
			'in_progress',
			'completed',
			'done',
			'failed',
		]),
		fields: new Set([
			'id',
			'created_at',
			'status',
			'model',
			'progress',
			'output',
			'usage',
			'metadata',
			'error',
		]),
		cheapest: queueContract.cheapest,
	},
	toApis: {
		stateWords: new Set(['queued', 'submitted', 'pending', 'in_progress', 'completed', 'failed']),
		fields: new Set([
			'id',
			'task_id',
			'object',
			'model',
			'status',
			'progress',
			'created_at',
			'completed_at',
			'expires_at',
			'metadata',
			'result',
			'data',
			'url',
			'error',
			'fail_reason',
		]),
		cheapest: { model: 'flux-kontext-pro', fields: { prompt: PROMPT, n: 1 } },
	},
};
