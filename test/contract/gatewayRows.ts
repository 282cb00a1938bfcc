import type { TaskStatus } from '../../nodes/FluxImage/core/task';
import type { Gateway } from '../../sandbox';

/** A JSON object as it stands on the wire. */
export type WireObject = Record<string, unknown>;

/** All that the conformance suite may know of a gateway apart from what every gateway does. */
export interface GatewayRow {
	readonly gateway: Gateway;
	readonly displayName: string;
	readonly credentialType: string;
	/** FLUX.1 Kontext [max], as this gateway calls it. */
	readonly model: string;
	/** FLUX.2 [pro], which takes eight images, as this gateway calls it. */
	readonly modelOfEightImages: string;
	/** The format of a picture when none is asked for. */
	readonly contentType: string;
	readonly cancels: boolean;
	/** Whether binary and base64 images go up by themselves, and stand in the create as URLs. */
	readonly uploads: boolean;
	/** Whether a create's reply may be the finished task. */
	readonly mayFinishAtOnce: boolean;
	/** Every word of the contract for every state. */
	readonly words: Readonly<Partial<Record<TaskStatus, readonly string[]>>>;
	/** Failure code of a task that failed, and of one that was moderated. */
	readonly failureCodes: { readonly failed: string; readonly moderated: string };
	/** A create's parameters, unwrapped. */
	parametersIn(createBody: WireObject): WireObject;
	/** The input images of a create's parameters: base64 or URLs. */
	imagesIn(parameters: WireObject): string[];
	/** Base URLs as people paste them, each as good as the first. */
	spellings(baseUrl: string): string[];
}

const queueWords: GatewayRow['words'] = {
	queued: ['IN_QUEUE', 'QUEUED', 'in_queue', 'queued'],
	running: ['IN_PROGRESS', 'in_progress'],
	completed: ['COMPLETED', 'completed'],
	failed: ['COMPLETED', 'FAILED', 'failed'],
	cancelled: ['COMPLETED', 'CANCELED', 'CANCELLED', 'canceled', 'cancelled'],
};

const numberedImages = (parameters: WireObject): string[] =>
	Object.entries(parameters)
		.filter(([name]) => /^input_image(_\d)?$/.test(name))
		.map(([, value]) => String(value));

const withSlashes = (baseUrl: string) => [`${baseUrl}/`, `${baseUrl}//`, ` ${baseUrl} `];

const queueRow = {
	model: 'flux_kontext_max',
	modelOfEightImages: 'flux_2_pro',
	contentType: 'image/png',
	cancels: true,
	uploads: false,
	mayFinishAtOnce: false,
	words: queueWords,
	failureCodes: { failed: 'INFERENCE_FAILURE', moderated: 'CONTENT_BLOCKED' },
	parametersIn: (body: WireObject) => body,
	imagesIn: numberedImages,
	spellings: withSlashes,
} as const;

/** The gateways: the suite's only variable. */
export const GATEWAY_ROWS: readonly GatewayRow[] = [
	{
		...queueRow,
		gateway: 'seaArtCloud',
		displayName: 'SeaArt Cloud',
		credentialType: 'seaArtCloudApi',
	},
	{ ...queueRow, gateway: 'odiRouter', displayName: 'OdiRouter', credentialType: 'odiRouterApi' },
	{
		...queueRow,
		gateway: 'vtrix',
		displayName: 'VTrix',
		credentialType: 'vtrixApi',
		contentType: 'image/jpeg',
		cancels: false,
		mayFinishAtOnce: true,
		words: {
			queued: ['pending', 'queued', 'in_queue'],
			running: ['in_progress', 'processing'],
			completed: ['completed', 'done'],
			failed: ['failed'],
		},
		failureCodes: { failed: '002014001', moderated: '002014003' },
		parametersIn: (body) => (body['input'] as Array<{ params: WireObject }>)[0]!.params,
	},
	{
		gateway: 'toApis',
		displayName: 'ToAPIs',
		credentialType: 'toApisApi',
		model: 'flux-kontext-max',
		modelOfEightImages: 'flux-2-pro',
		contentType: 'image/png',
		cancels: false,
		uploads: true,
		mayFinishAtOnce: true,
		words: {
			queued: ['queued', 'submitted', 'pending'],
			running: ['in_progress'],
			completed: ['completed'],
			failed: ['failed'],
		},
		failureCodes: { failed: 'generation_failed', moderated: 'content_policy_violation' },
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
];
