import { queueProtocol } from '../queueProtocol';
import { letters } from '../random';
import { numberedImages, withSlashes, type GatewayDefinition } from './gateway';

/** What all gateways with the queue API have in common: all but title, base path and models. */
export const queueGateway: Omit<GatewayDefinition, 'title' | 'basePath' | 'models'> = {
	isSingleRead: false,
	newTaskId: () => `mmsu_01h${letters(23)}`,
	protocol: queueProtocol,
	example: {
		path: '/v1/queue/flux_kontext_max',
		body: { prompt: 'A red apple on a white table', seed: 42, aspect_ratio: '16:9' },
	},
	conformance: {
		model: 'flux_kontext_max',
		modelOfEightImages: 'flux_2_pro',
		cancels: true,
		modelInTaskUrl: true,
		uploads: false,
		shapingFields: [],
		words: {
			queued: ['IN_QUEUE', 'QUEUED', 'in_queue', 'queued'],
			running: ['IN_PROGRESS', 'in_progress'],
			completed: ['COMPLETED', 'completed'],
			failed: ['COMPLETED', 'FAILED', 'failed'],
			cancelled: ['COMPLETED', 'CANCELED', 'CANCELLED', 'canceled', 'cancelled'],
		},
		replyFields: [
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
		],
		failureCodes: { failed: 'INFERENCE_FAILURE', moderated: 'CONTENT_BLOCKED' },
		// The least that FLUX 1.1 [pro] makes, in pixels a side.
		cheapest: { model: 'flux_pro_11', parameters: { width: 256, height: 256 } },
		freeReads: [],
		parametersIn: (body) => body,
		imagesIn: numberedImages,
		spellings: withSlashes,
	},
};
