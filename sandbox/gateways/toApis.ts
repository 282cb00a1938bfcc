import { randomBytes } from 'node:crypto';
import { flag, prompt, tolerance, type ModelTable, type ParameterRule } from '../models';
import { toApisProtocol } from '../toApisProtocol';
import { withSlashes, type FreeRead, type GatewayDefinition } from './gateway';

/** docs/contracts/toapis.md#create. */
const toApisSize: ParameterRule = {
	type: 'choice',
	choices: ['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3', '21:9', '9:21', 'match_input_image'],
};

/** docs/contracts/toapis.md#create: FLUX.2 has neither 21:9 nor the input image's own. */
const toApisFlux2Size: ParameterRule = {
	type: 'choice',
	choices: ['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3'],
};

/**
 * docs/contracts/toapis.md#create: the guide has `n` and `reference_images`, the reference has
 * neither. All models take both here, so that whoever sends them is understood.
 */
const pictureCount: ParameterRule = { type: 'integer', minimum: 1, maximum: 10 };

const toApisKontext: ModelTable = {
	parameters: {
		prompt,
		size: toApisSize,
		n: pictureCount,
		reference_images: { type: 'imageUrls', most: 4 },
		image_urls: { type: 'imageUrls', most: 1 },
		metadata: {
			type: 'object',
			members: {
				response_format: { type: 'choice', choices: ['png', 'jpg'] },
				safety_tolerance: tolerance(6),
				prompt_upsampling: flag,
			},
		},
	},
	format: 'png',
	ratio: '16:9',
	matchesImage: true,
};

const toApisFlux2: ModelTable = {
	parameters: {
		prompt,
		size: toApisFlux2Size,
		n: pictureCount,
		reference_images: { type: 'imageUrls', most: 8 },
		image_urls: { type: 'imageUrls', most: 8 },
		metadata: {
			type: 'object',
			members: { resolution: { type: 'choice', choices: ['1K', '2K'] } },
		},
	},
	format: 'png',
};

const models = {
	'flux-kontext-max': toApisKontext,
	'flux-kontext-pro': toApisKontext,
	'flux-2-pro': toApisFlux2,
	'flux-2-flex': toApisFlux2,
};

/** docs/contracts/toapis.md#balance, docs/contracts/toapis.md#models. */
const freeReads: readonly FreeRead[] = [
	{
		name: 'Balance',
		path: '/v1/balance',
		fields: ['success', 'remain_balance', 'used_balance', 'unlimited_quota'],
	},
	{
		name: 'Models of images',
		path: '/v1/models?type=image',
		fields: ['success', 'object', 'data'],
		lists: Object.keys(models),
	},
];

/** ToAPIs, whose base path is the root of its host. */
export const toApis: GatewayDefinition = {
	title: 'ToAPIs',
	basePath: '/toapis',
	models,
	isSingleRead: true,
	newTaskId: () => `task_img_${randomBytes(6).toString('hex')}`,
	protocol: toApisProtocol,
	example: {
		path: '/v1/images/generations',
		body: { model: 'flux-kontext-max', prompt: 'A red apple on a white table', size: '16:9' },
	},
	conformance: {
		model: 'flux-kontext-max',
		modelOfEightImages: 'flux-2-pro',
		cancels: false,
		modelInTaskUrl: false,
		uploads: true,
		shapingFields: ['Image Field'],
		words: {
			queued: ['queued', 'submitted', 'pending'],
			running: ['in_progress'],
			completed: ['completed'],
			failed: ['failed'],
		},
		replyFields: [
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
		],
		failureCodes: { failed: 'generation_failed', moderated: 'content_policy_violation' },
		cheapest: { model: 'flux-kontext-pro', parameters: {} },
		freeReads,
		parametersIn: (body) =>
			Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'model')),
		imagesIn: (parameters) =>
			(parameters['reference_images'] ?? parameters['image_urls'] ?? []) as string[],
		spellings: (baseUrl) => [
			...withSlashes(baseUrl),
			`${baseUrl}/v1`,
			`${baseUrl}/v1/`,
			`${baseUrl}/V1//`,
		],
	},
};
