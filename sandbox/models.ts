/** File formats that the sandbox draws. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

/** What a parameter may hold. */
export type ParameterRule =
	| { type: 'text'; required?: true }
	| { type: 'integer'; minimum?: number; maximum?: number; multipleOf?: number }
	| { type: 'number'; minimum: number; maximum: number }
	| { type: 'boolean' }
	| { type: 'choice'; choices: readonly string[] }
	/** `16:9`; from 21:9 to 9:21. */
	| { type: 'ratio' }
	/** Base64 without a `data:` prefix, or a URL where these are taken. */
	| { type: 'image'; urls: boolean }
	/** URLs of pictures. */
	| { type: 'imageUrls'; most: number }
	| { type: 'object'; members: Readonly<Record<string, ParameterRule>> };

/** A model as one gateway sells it. */
export interface ModelTable {
	parameters: Readonly<Record<string, ParameterRule>>;
	/** The format when the create names none. */
	format: PictureFormat;
	/** The size when the create names none; absent: a square of one megapixel. */
	width?: number;
	height?: number;
}

const seed: ParameterRule = { type: 'integer' };
export const flag: ParameterRule = { type: 'boolean' };
export const prompt: ParameterRule = { type: 'text', required: true };

/** `input_image`, `input_image_2`, … as far as the model counts. */
function inputImages(count: number): Record<string, ParameterRule> {
	const names = Array.from({ length: count }, (_, at) => `input_image${at ? `_${at + 1}` : ''}`);
	return Object.fromEntries(names.map((name) => [name, { type: 'image', urls: true }]));
}

function formats(...choices: PictureFormat[]): ParameterRule {
	return { type: 'choice', choices };
}

/** `safety_tolerance` from 0 to the given maximum. */
export function tolerance(maximum: number): ParameterRule {
	return { type: 'integer', minimum: 0, maximum };
}

/** docs/contracts/models.md#flux_kontext_max, the first table. */
export const kontext: ModelTable = {
	parameters: {
		prompt,
		...inputImages(4),
		seed,
		aspect_ratio: { type: 'ratio' },
		output_format: formats('jpeg', 'png'),
		prompt_upsampling: flag,
		safety_tolerance: tolerance(6),
	},
	format: 'png',
};

const pro11Side: ParameterRule = { type: 'integer', minimum: 256, maximum: 1440, multipleOf: 32 };

/** docs/contracts/models.md#flux_pro_11. */
export const pro11: ModelTable = {
	parameters: {
		prompt,
		image_prompt: { type: 'image', urls: false },
		width: pro11Side,
		height: pro11Side,
		prompt_upsampling: flag,
		seed,
		safety_tolerance: tolerance(6),
		output_format: formats('jpeg', 'png'),
	},
	format: 'jpeg',
	width: 1024,
	height: 768,
};

/**
 * The contract gives no upper end; 4096 is the sandbox's own, so that nobody makes it draw
 * gigapixels.
 */
const flux2Side: ParameterRule = { type: 'integer', minimum: 64, maximum: 4096, multipleOf: 32 };

/** docs/contracts/models.md#flux_2_pro. */
export const flux2Pro: ModelTable = {
	parameters: {
		prompt,
		...inputImages(8),
		seed,
		width: flux2Side,
		height: flux2Side,
		safety_tolerance: tolerance(5),
		output_format: formats('jpeg', 'png', 'webp'),
	},
	format: 'jpeg',
};

/** As FLUX.2 [pro], without WebP. */
export const flux2Max: ModelTable = {
	...flux2Pro,
	parameters: { ...flux2Pro.parameters, output_format: formats('jpeg', 'png') },
};

/** FLUX.2 [pro] as VTrix has it: no WebP, and the tolerance as a text (docs/contracts/models.md#flux_2_pro). */
export const vtrixFlux2Pro: ModelTable = {
	...flux2Max,
	parameters: {
		...flux2Max.parameters,
		safety_tolerance: { type: 'choice', choices: ['1', '2', '3', '4', '5', '6'] },
	},
};

/** The table of a model among those that are sold; undefined where it is none of them. */
export function soldModel(
	{ models }: { models: Readonly<Record<string, ModelTable>> },
	model: string,
): ModelTable | undefined {
	return Object.hasOwn(models, model) ? models[model] : undefined;
}
