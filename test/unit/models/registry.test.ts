import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway, GatewayId } from '../../../nodes/FluxImage/gateways/gateway';
import { findOffer, idsOf, models, offersOf } from '../../../nodes/FluxImage/models';
import { inputImageRule } from '../../../nodes/FluxImage/models/inputImages';
import type { ModelOffer } from '../../../nodes/FluxImage/models/model';
import { definitions, gateways, modelsOf, modelTable } from '../../../sandbox';

/** The names under which an offer's values are sent, by the node's tables. */
function sentNames({ parameters, inputImages }: ModelOffer): string[] {
	const names = inputImages?.wireNames ?? [];
	return [
		...parameters.flatMap(({ wirePath }) => wirePath ?? []),
		...('list' in names ? [names.list] : names),
	].sort();
}

/** What a gateway takes and the node has no field of that name for: another form of the images; Other. */
const WITHOUT_FIELD: ReadonlySet<string> = new Set(['reference_images', 'disable_pup']);

/**
 * The names that a model takes, by the sandbox's tables, which were written from the gateways' pages and
 * share nothing with the node.
 */
function takenNames(gateway: GatewayId, model: string): string[] {
	return Object.entries(modelTable(gateway, model)!.parameters)
		.flatMap(([name, rule]) =>
			rule.type === 'object'
				? Object.keys(rule.members).map((member) => `${name}.${member}`)
				: name,
		)
		.filter((name) => !WITHOUT_FIELD.has(name))
		.sort();
}

it('The node and the sandbox know the same gateways', () => {
	expect(Object.keys(GATEWAYS).sort()).toEqual([...gateways].sort());
});

describe.each(Object.values<Gateway>(GATEWAYS))('$displayName', (row) => {
	const { id: gateway, displayName, credentialType } = row;
	const { title, conformance } = definitions[gateway];

	it('is what the sandbox knows under its name', () => {
		expect(GATEWAYS[gateway]).toBe(row);
		expect(displayName).toBe(title);
		expect(credentialType).toBe(`${gateway}Api`);
		expect({
			modelInTaskUrl: row.modelInTaskUrl,
			cancels: row.cancel !== undefined,
			uploads: row.upload !== undefined,
		}).toEqual({
			modelInTaskUrl: conformance.modelInTaskUrl,
			cancels: conformance.cancels,
			uploads: conformance.uploads,
		});
	});

	it('sells the models that the conformance suite and the live check ask for', () => {
		const { model, modelOfEightImages, cheapest } = conformance;
		expect(modelsOf(gateway)).toEqual(
			expect.arrayContaining([model, modelOfEightImages, cheapest.model]),
		);
	});

	it('sells exactly the models that the sandbox sells in its name', () => {
		const ids = offersOf(gateway).map(({ offer }) => offer.id);
		expect(ids.sort()).toEqual(modelsOf(gateway).sort());
	});

	it.each(modelsOf(gateway))('sends for %s what its page lists', (id) => {
		const offer = findOffer(gateway, id);
		expect(offer?.id).toBe(id);
		expect(sentNames(offer as ModelOffer)).toEqual(takenNames(gateway, id));
	});

	it.each(modelsOf(gateway))('keeps the values of %s within what its page allows', (id) => {
		const rules = modelTable(gateway, id)!.parameters;
		const numbers = findOffer(gateway, id)!.parameters.flatMap((parameter) => {
			const rule = rules[parameter.wirePath ?? ''];
			return rule?.type === 'integer' || rule?.type === 'number' ? [{ parameter, rule }] : [];
		});
		for (const { parameter, rule } of numbers) {
			expect(parameter.minimum).toBe(rule.minimum);
			expect(parameter.multipleOf).toBe('multipleOf' in rule ? rule.multipleOf : undefined);
			// Where a page names no upper end, the sandbox has one of its own, and the node none.
			expect([rule.maximum, undefined]).toContain(parameter.maximum);
		}
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

	/** Every model by every gateway that the sandbox does not sell it at. */
	const unsold = gateways.flatMap((gateway) =>
		models
			.filter((model) => !idsOf(model).some((id) => modelsOf(gateway).includes(id)))
			.flatMap((model) => idsOf(model).map((id) => [gateway, id] as const)),
	);

	it.each([...unsold, ['seaArtCloud', 'other'], ['seaArtCloud', '']] as const)(
		'at %s, %s, means nothing that is sold',
		(gateway, given) => {
			expect(findOffer(gateway, given)).toBeUndefined();
		},
	);
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

	it.each([
		['flux-kontext-max', undefined, 1, 'image_urls', 4],
		['flux-kontext-max', undefined, 2, 'reference_images', 4],
		['flux-kontext-pro', undefined, 4, 'reference_images', 4],
		['flux-2-pro', undefined, 1, 'image_urls', 8],
		['flux-2-flex', undefined, 8, 'image_urls', 8],
		['flux-kontext-max', 'image_urls', 1, 'image_urls', 1],
		['flux-kontext-max', 'image_urls', 2, 'image_urls', 1],
		['flux-kontext-max', 'reference_images', 1, 'reference_images', 4],
		['flux-2-pro', 'image_urls', 8, 'image_urls', 8],
		['flux-2-pro', 'reference_images', 1, 'reference_images', 8],
	] as const)(
		'of %s at ToAPIs go, with Image Field %s and %i of them, as %s, at most %i',
		(model, imageField, count, list, maximumCount) => {
			const offer = findOffer('toApis', model) as ModelOffer;
			const rule = inputImageRule(offer, imageField ? { imageField } : {}, count);
			expect(rule).toMatchObject({ maximumCount, wireNames: { list }, forms: ['url'] });
		},
	);

	it.each([
		['seaArtCloud', 'flux_2_pro', true],
		['odiRouter', 'flux_2_pro', true],
		['seaArtCloud', 'flux_2_max', true],
		['odiRouter', 'flux_pro_11', true],
		['vtrix', 'flux_2_pro', undefined],
		['seaArtCloud', 'flux_kontext_max', undefined],
		['toApis', 'flux-2-pro', undefined],
	] as const)('by URL of %s, %s, are fetched by the node: %s', (gateway, model, fetched) => {
		const offer = findOffer(gateway, model) as ModelOffer;
		expect(inputImageRule(offer, {}, 1)?.urlsAreFetched).toBe(fetched);
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
