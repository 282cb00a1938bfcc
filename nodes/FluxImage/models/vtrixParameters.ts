import type { ModelParameter } from './model';
import { safetyTolerance } from './parameters';

/*
 * Rows that only VTrix has. Its page for FLUX.1 Kontext [max] gives the ranges and names no defaults.
 */

export const steps: ModelParameter = {
	name: 'steps',
	wirePath: 'steps',
	label: 'Steps',
	description: 'How many inference steps the model takes; more are slower and finer',
	type: 'integer',
	placement: 'additional',
	minimum: 1,
	maximum: 50,
	// The page names no default: the middle of the range, so that adding the field spoils no picture.
	initialValue: 25,
};

export const guidanceScale: ModelParameter = {
	name: 'guidanceScale',
	wirePath: 'guidance_scale',
	label: 'Guidance Scale',
	description: 'How closely the image keeps to the prompt',
	type: 'number',
	placement: 'additional',
	minimum: 1,
	maximum: 10,
	// The page names no default: the model's maker works at the low end of the range.
	initialValue: 3,
};

export const negativePrompt: ModelParameter = {
	name: 'negativePrompt',
	wirePath: 'negative_prompt',
	label: 'Negative Prompt',
	description: 'What the image is not to show',
	type: 'text',
	placement: 'additional',
	placeholder: 'e.g. text, watermark, blur',
};

/** The tolerance as one page of the gateway wants it: a text, from 1 on. */
export const safetyToleranceAsText: ModelParameter = {
	...safetyTolerance(6),
	description: 'How much the moderation of prompt and image lets pass; 1 is the strictest',
	minimum: 1,
	sentAsText: true,
};

/** The gateway's page lists the parameters side by side; its own client wraps them, and so do we. */
export const flatRequest: ModelParameter = {
	name: 'flatRequest',
	label: 'Flat Request',
	description:
		'Whether to send the parameters beside the model instead of wrapped in "input", should the gateway ask for that form',
	type: 'boolean',
	placement: 'additional',
	gatewayDefault: false,
};
