import type { ModelParameter } from './model';

/*
 * Rows that several models share word for word, and makers of rows that differ in a number or two.
 * Ranges and defaults come from the gateways' own parameter pages, as the model files say.
 */

export const prompt: ModelParameter = {
	name: 'prompt',
	wirePath: 'prompt',
	label: 'Prompt',
	description: 'What the image is to show, or what is to be changed in the input images',
	type: 'text',
	placement: 'main',
	required: true,
	placeholder: 'e.g. A clean product photo of a red apple on a white table, soft studio lighting',
};

const commonRatios = [
	...['1:1', '3:2', '2:3', '4:3', '3:4', '5:4', '4:5'],
	...['16:9', '9:16', '21:9', '9:21'],
];

export const aspectRatio: ModelParameter = {
	name: 'aspectRatio',
	wirePath: 'aspect_ratio',
	label: 'Aspect Ratio',
	description:
		'Width to height of the image. An expression may give any ratio from 21:9 to 9:21, such as 7:5 or 1024x768.',
	type: 'ratio',
	placement: 'main',
	choices: commonRatios,
};

export const seed: ModelParameter = {
	name: 'seed',
	wirePath: 'seed',
	label: 'Seed',
	description: 'The same seed with the same prompt gives much the same image again',
	type: 'integer',
	placement: 'additional',
	initialValue: 42,
};

/** At gateways that make one image a task the node makes so many tasks, and nothing of it is sent. */
export const n: ModelParameter = {
	name: 'n',
	label: 'Number of Images',
	description: 'How many images to make; each comes out as an item of its own, and each costs',
	type: 'integer',
	placement: 'main',
	minimum: 1,
	maximum: 10,
	initialValue: 1,
	gatewayDefault: 1,
	unsentValue: 1,
};

export const promptUpsampling: ModelParameter = {
	name: 'promptUpsampling',
	wirePath: 'prompt_upsampling',
	label: 'Prompt Upsampling',
	description: 'Whether the gateway may enrich the prompt by itself for a more creative image',
	type: 'boolean',
	placement: 'additional',
	gatewayDefault: false,
};

/** How much the moderation lets pass, from 0 to the model's own `maximum`. */
export function safetyTolerance(maximum: number): ModelParameter {
	return {
		name: 'safetyTolerance',
		wirePath: 'safety_tolerance',
		label: 'Safety Tolerance',
		description: 'How much the moderation of prompt and image lets pass; 0 is the strictest',
		type: 'integer',
		placement: 'additional',
		minimum: 0,
		maximum,
		gatewayDefault: 2,
	};
}

/** The file format that is asked for; the node types a picture by its bytes whatever comes. */
export function outputFormat(choices: readonly string[], gatewayDefault: string): ModelParameter {
	return {
		name: 'outputFormat',
		wirePath: 'output_format',
		label: 'Output Format',
		description:
			'The file format to ask for. A gateway may still return another; the file is named by what it is.',
		type: 'choice',
		placement: 'additional',
		choices,
		gatewayDefault,
	};
}

/** The limits of a picture's side, in pixels. */
export interface SideLimits {
	readonly minimum: number;
	readonly maximum?: number;
	/** What a new node shows and sends. Absent: nothing is sent until the person sets it. */
	readonly initialValue?: number;
}

const PIXEL_STEP = 32;

function side(name: 'width' | 'height', label: string, limits: SideLimits): ModelParameter {
	const { initialValue } = limits;
	return {
		name,
		wirePath: name,
		label,
		description: `${label} of the image in pixels`,
		type: 'integer',
		placement: 'main',
		multipleOf: PIXEL_STEP,
		...limits,
		...(initialValue === undefined ? {} : { gatewayDefault: initialValue }),
	};
}

/** The image's width in pixels, in steps of 32. */
export const width = (limits: SideLimits) => side('width', 'Width', limits);

/** The image's height in pixels, in steps of 32. */
export const height = (limits: SideLimits) => side('height', 'Height', limits);
