/** File formats that the sandbox draws. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

/** What a parameter may hold. */
export type ParameterRule =
	| { type: 'text'; required?: true }
	| {
			type: 'integer';
			minimum?: number;
			maximum?: number;
			multipleOf?: number;
			/** 0 is as good as nothing, whatever the range. */
			zeroIsNone?: true;
	  }
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
	/** The size when the create names none; absent: about a megapixel. */
	width?: number;
	height?: number;
	/** The ratio when the create names none; absent: a square. */
	ratio?: string;
	/** With an input image and no ratio, the picture has that image's ratio. */
	matchesImage?: true;
	/** Most pixels of a picture whose width and height are both given. */
	mostPixels?: number;
}

const seed: ParameterRule = { type: 'integer' };
export const flag: ParameterRule = { type: 'boolean' };
export const prompt: ParameterRule = { type: 'text', required: true };

/** `input_image`, `input_image_2`, … as far as the model counts; `urls`: whether a URL will do. */
function inputImages(count: number, { urls }: { urls: boolean }): Record<string, ParameterRule> {
	const names = Array.from({ length: count }, (_, at) => `input_image${at ? `_${at + 1}` : ''}`);
	return Object.fromEntries(names.map((name) => [name, { type: 'image', urls }]));
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
		...inputImages(4, { urls: true }),
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
 * The contract gives no upper end of one side; this one is the sandbox's own, since nobody draws
 * longer ones.
 */
const flux2Side: ParameterRule = {
	type: 'integer',
	minimum: 64,
	maximum: 16_384,
	multipleOf: 32,
	zeroIsNone: true,
};

/** Four megapixels (docs/contracts/models.md#flux_2_pro), read generously: 2048 by 2048. */
const flux2MostPixels = 2048 * 2048;

/** docs/contracts/models.md#flux_2_pro, on the queue gateways: images as base64 only. */
export const flux2Pro: ModelTable = {
	parameters: {
		prompt,
		...inputImages(8, { urls: false }),
		seed,
		width: flux2Side,
		height: flux2Side,
		safety_tolerance: tolerance(5),
		output_format: formats('jpeg', 'png', 'webp'),
		disable_pup: flag,
	},
	format: 'jpeg',
	mostPixels: flux2MostPixels,
};

/** As FLUX.2 [pro], without WebP. */
export const flux2Max: ModelTable = {
	...flux2Pro,
	parameters: { ...flux2Pro.parameters, output_format: formats('jpeg', 'png') },
};

/** FLUX.2 [max] as VTrix has it, where nobody says that a URL will not do. */
export const vtrixFlux2Max: ModelTable = {
	...flux2Max,
	parameters: { ...flux2Max.parameters, ...inputImages(8, { urls: true }) },
};

/** FLUX.2 [pro] as VTrix has it: no WebP, and the tolerance as a text (docs/contracts/models.md#flux_2_pro). */
export const vtrixFlux2Pro: ModelTable = {
	...vtrixFlux2Max,
	parameters: {
		...vtrixFlux2Max.parameters,
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
