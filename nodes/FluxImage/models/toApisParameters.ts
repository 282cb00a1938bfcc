import type { ModelParameter } from './model';
import { n } from './parameters';

/*
 * Rows that only ToAPIs has, and `inMetadata`, which places a shared row where ToAPIs looks for it.
 */

const commonSizes = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16'] as const;

/**
 * The size of FLUX.1 Kontext. The vendor lists these (docs/contracts/toapis.md#create); a ratio of another
 * shape is sent too, since saved workflows may have one and the list may grow.
 */
export const size: ModelParameter = {
	name: 'size',
	wirePath: 'size',
	label: 'Size',
	description:
		'Width to height of the image. Left to the gateway it is 16:9, or that of the input image where there is one. An expression may give match_input_image or a ratio from 21:9 to 9:21, such as 1024x768, which is sent as 4:3; the gateway may refuse one that is not in the list.',
	type: 'ratio',
	placement: 'main',
	choices: [...commonSizes, '21:9', '9:21', 'match_input_image'],
	sentAsListed: true,
	gatewayDefault: '16:9',
};

/** The size of FLUX.2, of which the vendor lists all that there are (docs/contracts/toapis.md#create). */
export const flux2Size: ModelParameter = {
	...size,
	description: 'Width to height of the image',
	choices: commonSizes,
	choicesOnly: true,
	gatewayDefault: '1:1',
};

/** One task holds all images here. The vendor's reference of the FLUX models does not list the number. */
export const nOfTask: ModelParameter = { ...n, wirePath: 'n' };

export const resolution: ModelParameter = {
	name: 'resolution',
	wirePath: 'metadata.resolution',
	label: 'Resolution',
	description: 'How large the image is made; 2K costs more',
	type: 'choice',
	placement: 'additional',
	choices: ['1K', '2K'],
	gatewayDefault: '1K',
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
	wireNamesOfChoices: { jpeg: 'jpg' },
	gatewayDefault: 'png',
};

/** The vendor's two pages name the list of images differently; `inputImages.ts` says what follows. */
export const imageField: ModelParameter = {
	name: 'imageField',
	label: 'Image Field',
	description:
		'Under which name the input images are sent, should the gateway ask for the other one. Without this field they go as image_urls, and several images of FLUX.1 Kontext, which takes a single one there, as reference_images.',
	type: 'choice',
	placement: 'additional',
	choices: ['image_urls', 'reference_images'],
	gatewayDefault: 'image_urls',
};

/** The same row, sent under `metadata`, where ToAPIs wants what its common form does not know. */
export function inMetadata(parameter: ModelParameter): ModelParameter {
	return { ...parameter, wirePath: `metadata.${parameter.wirePath ?? parameter.name}` };
}
