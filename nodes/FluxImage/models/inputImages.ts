import type { InputImageRule, ModelOffer } from './model';
import { imageField } from './toApisParameters';

const MEGABYTE = 1024 * 1024;

/** One image on SeaArt Cloud, OdiRouter and VTrix: 20 MB, as SeaArt Cloud's documentation says. */
const QUEUE_MAXIMUM_BYTES = 20 * MEGABYTE;

/** One upload to ToAPIs: 10 MB, as its upload page says. */
const TOAPIS_MAXIMUM_BYTES = 10 * MEGABYTE;

/** Up to `maximumCount` images as `input_image`, `input_image_2`, …, by URL or base64. */
export function numberedImages(maximumCount: number): InputImageRule {
	return {
		maximumCount,
		maximumBytes: QUEUE_MAXIMUM_BYTES,
		forms: ['url', 'base64'],
		wireNames: Array.from({ length: maximumCount }, (_, index) =>
			index === 0 ? 'input_image' : `input_image_${index + 1}`,
		),
	};
}

/** The one image that guides FLUX 1.1 [pro]; it takes base64 alone. */
export const imagePrompt: InputImageRule = {
	maximumCount: 1,
	maximumBytes: QUEUE_MAXIMUM_BYTES,
	forms: ['base64'],
	wireNames: ['image_prompt'],
};

/**
 * Images on ToAPIs: a list of URLs, other forms being uploaded first. The person may send them as
 * `image_urls` instead, which holds `maximumImageUrls` of them.
 */
export function listedImages(maximumCount: number, maximumImageUrls: number): InputImageRule {
	return {
		maximumCount,
		maximumBytes: TOAPIS_MAXIMUM_BYTES,
		forms: ['url'],
		wireNames: { list: 'reference_images' },
		alternative: {
			when: { parameter: imageField.name, value: 'image_urls' },
			maximumCount: maximumImageUrls,
			wireNames: { list: 'image_urls' },
		},
	};
}

/** The rule for images of this offer, the person's `switches` (of `readParameters`) regarded. */
export function inputImageRule(
	offer: ModelOffer,
	switches: Readonly<Record<string, unknown>>,
): InputImageRule | undefined {
	const rule = offer.inputImages;
	if (!rule?.alternative) return rule;
	const { when, ...replacement } = rule.alternative;
	return switches[when.parameter] === when.value ? { ...rule, ...replacement } : rule;
}
