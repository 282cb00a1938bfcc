import type { Gateway } from './gateways';

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
const flag: ParameterRule = { type: 'boolean' };
const prompt: ParameterRule = { type: 'text', required: true };

/** `input_image`, `input_image_2`, … as far as the model counts. */
function inputImages(count: number): Record<string, ParameterRule> {
	const names = Array.from({ length: count }, (_, at) => `input_image${at ? `_${at + 1}` : ''}`);
	return Object.fromEntries(names.map((name) => [name, { type: 'image', urls: true }]));
}

function formats(...choices: PictureFormat[]): ParameterRule {
	return { type: 'choice', choices };
}

function tolerance(maximum: number): ParameterRule {
	return { type: 'integer', minimum: 0, maximum };
}

/** contracts/models.md, the first table. */
const kontext: ModelTable = {
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

/** contracts/models.md, the second table. */
const vtrixKontext: ModelTable = {
	parameters: {
		...kontext.parameters,
		steps: { type: 'integer', minimum: 1, maximum: 50 },
		guidance_scale: { type: 'number', minimum: 1, maximum: 10 },
		negative_prompt: { type: 'text' },
	},
	format: 'jpeg',
};

const pro11Side: ParameterRule = { type: 'integer', minimum: 256, maximum: 1440, multipleOf: 32 };

/** contracts/models.md, the third table. */
const pro11: ModelTable = {
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

/** contracts/models.md, the last table. */
const flux2Pro: ModelTable = {
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

const flux2Max: ModelTable = {
	...flux2Pro,
	parameters: { ...flux2Pro.parameters, output_format: formats('jpeg', 'png') },
};

/** contracts/toapis.md. */
const toApisSize: ParameterRule = {
	type: 'choice',
	choices: ['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3', '21:9', '9:21', 'match_input_image'],
};

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
				// The contract names no values: a file format and a form of answer are both known elsewhere.
				response_format: { type: 'choice', choices: ['jpeg', 'png', 'url', 'b64_json'] },
				safety_tolerance: tolerance(6),
				prompt_upsampling: flag,
			},
		},
	},
	format: 'png',
};

const toApisFlux2: ModelTable = {
	parameters: {
		prompt,
		size: toApisSize,
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

/** Which model each gateway sells, and with which parameters. */
const tables: Record<Gateway, Readonly<Record<string, ModelTable>>> = {
	seaArtCloud: {
		flux_kontext_max: kontext,
		flux_kontext_pro: kontext,
		flux_pro_11: pro11,
		flux_2_pro: flux2Pro,
		flux_2_max: flux2Max,
	},
	odiRouter: {
		flux_kontext_max: kontext,
		flux_kontext_pro: kontext,
		flux_pro_11: pro11,
		flux_2_pro: flux2Pro,
	},
	vtrix: {
		flux_kontext_max: vtrixKontext,
		flux_pro_11: { ...pro11, height: 1024 },
		flux_2_pro: flux2Pro,
		flux_2_max: flux2Max,
	},
	toApis: {
		'flux-kontext-max': toApisKontext,
		'flux-kontext-pro': toApisKontext,
		'flux-2-pro': toApisFlux2,
		'flux-2-flex': toApisFlux2,
	},
};

/** The table of a model; undefined where the gateway does not sell it. */
export function modelTable(gateway: Gateway, model: string): ModelTable | undefined {
	return Object.hasOwn(tables[gateway], model) ? tables[gateway][model] : undefined;
}

/** The models that a gateway sells. */
export function modelsOf(gateway: Gateway): string[] {
	return Object.keys(tables[gateway]);
}
