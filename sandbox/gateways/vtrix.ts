import { kontext, pro11, vtrixFlux2Max, vtrixFlux2Pro, type ModelTable } from '../models';
import { letters } from '../random';
import { vtrixProtocol } from '../vtrixProtocol';
import { numberedImages, withSlashes, type GatewayDefinition, type WireObject } from './gateway';

/** docs/contracts/models.md#flux_kontext_max, the second table. */
const vtrixKontext: ModelTable = {
	parameters: {
		...kontext.parameters,
		steps: { type: 'integer', minimum: 1, maximum: 50 },
		guidance_scale: { type: 'number', minimum: 1, maximum: 10 },
		negative_prompt: { type: 'text' },
	},
	format: 'jpeg',
};

/** VTrix; its base path mirrors the real one. */
export const vtrix: GatewayDefinition = {
	title: 'VTrix',
	basePath: '/vtrix/model',
	models: {
		flux_kontext_max: vtrixKontext,
		flux_pro_11: { ...pro11, height: 1024 },
		flux_2_pro: vtrixFlux2Pro,
		flux_2_max: vtrixFlux2Max,
	},
	isSingleRead: true,
	newTaskId: () => letters(20),
	protocol: vtrixProtocol,
	example: {
		path: '/v1/generation',
		body: {
			model: 'flux_kontext_max',
			input: [
				{ params: { prompt: 'A red apple on a white table', seed: 42, aspect_ratio: '16:9' } },
			],
		},
	},
	conformance: {
		model: 'flux_kontext_max',
		modelOfEightImages: 'flux_2_pro',
		cancels: false,
		modelInTaskUrl: false,
		uploads: false,
		shapingFields: ['Flat Request'],
		words: {
			queued: ['pending', 'queued', 'in_queue'],
			running: ['in_progress', 'processing'],
			completed: ['completed', 'done'],
			failed: ['failed'],
		},
		replyFields: [
			'id',
			'created_at',
			'status',
			'model',
			'progress',
			'output',
			'usage',
			'metadata',
			'error',
			'error_message',
		],
		failureCodes: { failed: '002014001', moderated: '002014003' },
		// The least that FLUX 1.1 [pro] makes, in pixels a side.
		cheapest: { model: 'flux_pro_11', parameters: { width: 256, height: 256 } },
		freeReads: [],
		parametersIn: (body) => (body['input'] as Array<{ params: WireObject }>)[0]!.params,
		imagesIn: numberedImages,
		spellings: withSlashes,
	},
};
