import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { findOffer, models, offersOf } from '../../../nodes/FluxImage/models';
import { inputImageRule } from '../../../nodes/FluxImage/models/inputImages';
import type { ModelOffer } from '../../../nodes/FluxImage/models/model';

/** What the gateways' own pages list, under the wire's names: an independent copy of the contracts. */
const KONTEXT =
	'prompt aspect_ratio seed output_format prompt_upsampling safety_tolerance input_image input_image_2 input_image_3 input_image_4';
const PRO_11 =
	'prompt width height seed output_format prompt_upsampling safety_tolerance image_prompt';
const FLUX_2 =
	'prompt width height seed output_format safety_tolerance input_image input_image_2 input_image_3 input_image_4 input_image_5 input_image_6 input_image_7 input_image_8';
const TOAPIS_KONTEXT =
	'prompt size n reference_images metadata.response_format metadata.safety_tolerance metadata.prompt_upsampling';
const TOAPIS_FLUX_2 = 'prompt size n reference_images metadata.resolution';

const CONTRACT = {
	seaArtCloud: {
		flux_kontext_max: KONTEXT,
		flux_kontext_pro: KONTEXT,
		flux_pro_11: PRO_11,
		flux_2_pro: FLUX_2,
		flux_2_max: FLUX_2,
	},
	odiRouter: {
		flux_kontext_max: KONTEXT,
		flux_kontext_pro: KONTEXT,
		flux_pro_11: PRO_11,
		flux_2_pro: FLUX_2,
	},
	vtrix: {
		flux_kontext_max: `${KONTEXT} steps guidance_scale negative_prompt`,
		flux_pro_11: PRO_11,
		flux_2_pro: FLUX_2,
		flux_2_max: FLUX_2,
	},
	toApis: {
		'flux-kontext-max': TOAPIS_KONTEXT,
		'flux-kontext-pro': TOAPIS_KONTEXT,
		'flux-2-pro': TOAPIS_FLUX_2,
		'flux-2-flex': TOAPIS_FLUX_2,
	},
} as const;

function wireNames({ parameters, inputImages }: ModelOffer): string[] {
	const names = inputImages?.wireNames ?? [];
	return [
		...parameters.flatMap(({ wirePath }) => wirePath ?? []),
		...('list' in names ? [names.list] : names),
	].sort();
}

describe.each(Object.values(GATEWAYS))('$displayName', ({ id: gateway }) => {
	it('sells exactly the models of its contract', () => {
		const ids = offersOf(gateway).map(({ offer }) => offer.id);
		expect(ids.sort()).toEqual(Object.keys(CONTRACT[gateway]).sort());
	});

	it.each(Object.entries(CONTRACT[gateway]))('sends for %s what its page lists', (id, names) => {
		const offer = findOffer(gateway, id);
		expect(offer?.id).toBe(id);
		expect(wireNames(offer as ModelOffer)).toEqual(names.split(' ').sort());
	});

	it('shows a model first that every other gateway sells too, so that the default survives a switch', () => {
		expect(offersOf(gateway)[0]?.model).toBe(models[0]);
	});
});

describe('An id of another gateway', () => {
	it.each([
		['toApis', 'flux_kontext_max', 'flux-kontext-max'],
		['toApis', 'flux_kontext_pro', 'flux-kontext-pro'],
		['toApis', 'flux_2_pro', 'flux-2-pro'],
		['seaArtCloud', 'flux-kontext-max', 'flux_kontext_max'],
		['vtrix', 'flux-2-pro', 'flux_2_pro'],
	] as const)('at %s, %s, means %s', (gateway, given, expected) => {
		expect(findOffer(gateway, given)?.id).toBe(expected);
	});

	it.each([
		['toApis', 'flux_pro_11'],
		['odiRouter', 'flux_2_max'],
		['vtrix', 'flux_kontext_pro'],
		['seaArtCloud', 'flux-2-flex'],
		['seaArtCloud', 'other'],
		['seaArtCloud', ''],
	] as const)('at %s, %s, means nothing that is sold', (gateway, given) => {
		expect(findOffer(gateway, given)).toBeUndefined();
	});
});

describe('Input images', () => {
	it.each([
		['seaArtCloud', 'flux_kontext_max', 4, 20, ['url', 'base64']],
		['odiRouter', 'flux_pro_11', 1, 20, ['base64']],
		['vtrix', 'flux_2_max', 8, 20, ['url', 'base64']],
		['toApis', 'flux-kontext-pro', 4, 10, ['url']],
		['toApis', 'flux-2-flex', 8, 10, ['url']],
	] as const)('at %s, %s: %i of %i MB, by %j', (gateway, id, count, megabytes, forms) => {
		expect(findOffer(gateway, id)?.inputImages).toMatchObject({
			maximumCount: count,
			maximumBytes: megabytes * 1024 * 1024,
			forms,
		});
	});

	it('go under the other name at ToAPIs when the person says so, one for Kontext', () => {
		const kontext = findOffer('toApis', 'flux-kontext-max') as ModelOffer;
		const flux2 = findOffer('toApis', 'flux-2-pro') as ModelOffer;
		const switches = { imageField: 'image_urls' };
		const wireNames = { list: 'image_urls' };
		expect(inputImageRule(kontext, switches)).toMatchObject({ maximumCount: 1, wireNames });
		expect(inputImageRule(flux2, switches)).toMatchObject({ maximumCount: 8, wireNames });
		expect(inputImageRule(kontext, {})).toBe(kontext.inputImages);
		expect(inputImageRule(kontext, { imageField: 'reference_images' })).toBe(kontext.inputImages);
	});
});

describe('The tables', () => {
	const rows = models.flatMap(({ offers }) => offers.flatMap(({ parameters }) => parameters));

	it('hold defaults that lie within their own limits', () => {
		for (const { choices, minimum, maximum, multipleOf, ...row } of rows) {
			for (const value of [row.gatewayDefault, row.initialValue]) {
				if (typeof value === 'string') expect(choices).toContain(value);
				if (typeof value !== 'number') continue;
				expect(value).toBeGreaterThanOrEqual(minimum ?? -Infinity);
				expect(value).toBeLessThanOrEqual(maximum ?? Infinity);
				expect(value % (multipleOf ?? 1)).toBe(0);
			}
		}
	});

	it('name each parameter once in an offer', () => {
		for (const { parameters } of models.flatMap(({ offers }) => offers)) {
			const names = parameters.map(({ name }) => name);
			expect(new Set(names).size).toBe(names.length);
		}
	});

	it('give every model one offer at a gateway, and every id to one model', () => {
		const ids = models.flatMap(({ offers }) => [...new Set(offers.map(({ id }) => id))]);
		expect(new Set(ids).size).toBe(ids.length);
		for (const { offers } of models) {
			const gateways = offers.flatMap((offer) => offer.gateways);
			expect(new Set(gateways).size).toBe(gateways.length);
		}
	});
});
