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

/**
 * The same for FLUX.2 at SeaArt Cloud and OdiRouter, whose pages name base64 alone
 * (docs/contracts/queue.md#second-look).
 */
export function numberedBase64Images(maximumCount: number): InputImageRule {
	return { ...numberedImages(maximumCount), urlsAreFetched: true };
}

/** The one image that guides FLUX 1.1 [pro]; it takes base64 alone. */
export const imagePrompt: InputImageRule = {
	maximumCount: 1,
	maximumBytes: QUEUE_MAXIMUM_BYTES,
	forms: ['base64'],
	urlsAreFetched: true,
	wireNames: ['image_prompt'],
};

/**
 * Images on ToAPIs: a list of URLs, other forms being uploaded first. They go as `image_urls`, or as
 * `reference_images` where there are more than that list holds; the person may force either
 * (docs/contracts/toapis.md#create).
 */
export function listedImages(maximumCount: number, maximumImageUrls: number): InputImageRule {
	return {
		maximumCount,
		maximumBytes: TOAPIS_MAXIMUM_BYTES,
		forms: ['url'],
		wireNames: { list: 'image_urls' },
		lists: [
			{ list: 'image_urls', maximumCount: maximumImageUrls },
			{ list: 'reference_images', maximumCount },
		],
	};
}

/**
 * The rule for images of this offer, the person's `switches` (of `readParameters`) regarded.
 *
 * @param count how many images there are: a list for one may be another than a list for several
 */
export function inputImageRule(
	{ inputImages: rule }: ModelOffer,
	switches: Readonly<Record<string, unknown>>,
	count: number,
): InputImageRule | undefined {
	if (!rule?.lists) return rule;
	const forced = rule.lists.find(({ list }) => list === switches[imageField.name]);
	if (forced) return { ...rule, wireNames: forced, maximumCount: forced.maximumCount };
	const roomy = rule.lists.find((list) => list.maximumCount >= count);
	return { ...rule, wireNames: roomy ?? rule.wireNames };
}
