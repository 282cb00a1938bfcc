import type { ModelParameter } from './model';

/*
 * Rows that only ToAPIs has, and `inMetadata`, which places a shared row where ToAPIs looks for it.
 */

export const size: ModelParameter = {
	name: 'size',
	wirePath: 'size',
	label: 'Size',
	description:
		'Width to height of the image. An expression may give match_input_image or any ratio from 21:9 to 9:21.',
	type: 'ratio',
	placement: 'main',
	choices: ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16', '21:9', '9:21', 'match_input_image'],
	gatewayDefault: '1:1',
};

export const n: ModelParameter = {
	name: 'n',
	wirePath: 'n',
	label: 'Number of Images',
	description: 'How many images to make; each comes out as an item of its own, and each costs',
	type: 'integer',
	placement: 'main',
	minimum: 1,
	maximum: 10,
	initialValue: 1,
	gatewayDefault: 1,
};

export const resolution: ModelParameter = {
	name: 'resolution',
	wirePath: 'metadata.resolution',
	label: 'Resolution',
	description: 'How large the image is made; the price depends on it',
	type: 'choice',
	placement: 'additional',
	choices: ['1K', '2K'],
};

export const responseFormat: ModelParameter = {
	name: 'responseFormat',
	wirePath: 'metadata.response_format',
	label: 'Response Format',
	description:
		'The file format to ask for. A gateway may still return another; the file is named by what it is.',
	type: 'choice',
	placement: 'additional',
	choices: ['jpeg', 'png'],
};

/** The gateway's two pages name the list of images differently; `inputImages.ts` says what follows. */
export const imageField: ModelParameter = {
	name: 'imageField',
	label: 'Image Field',
	description:
		'Under which name the input images are sent, should the gateway ask for the other one. FLUX.1 Kontext takes a single image under image_urls.',
	type: 'choice',
	placement: 'additional',
	choices: ['reference_images', 'image_urls'],
	gatewayDefault: 'reference_images',
};

/** The same row, sent under `metadata`, where ToAPIs wants what its common form does not know. */
export function inMetadata(parameter: ModelParameter): ModelParameter {
	return { ...parameter, wirePath: `metadata.${parameter.wirePath ?? parameter.name}` };
}
