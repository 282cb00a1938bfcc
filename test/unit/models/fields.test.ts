import {
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { GatewayId } from '../../../nodes/FluxImage/gateways/gateway';
import { findOffer, idsOf, offersOf } from '../../../nodes/FluxImage/models';
import { modelFields } from '../../../nodes/FluxImage/description/modelFields';
import { nodeProperties } from '../../../nodes/FluxImage/description/properties';
import { byGateway } from '../../../sandbox';

const selector = (name: string, value: string): INodeProperties => ({
	displayName: name,
	name,
	type: 'options',
	options: [],
	default: value,
});

/** The model's fields among those that they depend on, as the node holds them. */
const fields = [
	selector('gateway', 'seaArtCloud'),
	selector('resource', 'image'),
	...modelFields(),
];

const node = { typeVersion: 1 };

/** A node's parameters as n8n reads them for an execution: defaults filled in, hidden ones gone. */
const filledIn = (saved: INodeParameters) =>
	NodeHelpers.getNodeParameters(fields, saved, true, false, node, null) as INodeParameters;

/** A node's parameters as the editor saves them. */
const asSaved = (parameters: INodeParameters) =>
	NodeHelpers.getNodeParameters(fields, parameters, false, false, node, null) as INodeParameters;

/** The properties that the editor shows for these parameters. */
const shownAmong = (properties: INodeProperties[], parameters: INodeParameters) =>
	properties.filter((field) => NodeHelpers.displayParameter(parameters, field, node, null));

function shown(gateway: string, model: string, resource = 'image'): INodeProperties[] {
	return shownAmong(modelFields(), { gateway, resource, model });
}

const shownNames = (...of: Parameters<typeof shown>) => shown(...of).map(({ name }) => name);

const field = (name: string, ...of: Parameters<typeof shown>) =>
	shown(...of).find((property) => property.name === name);

function additional(gateway: string, model: string): INodeProperties[] {
	const options = field('additionalFields', gateway, model)?.options as INodeProperties[];
	return options.filter((option) =>
		NodeHelpers.displayParameter({}, option, node, null, { gateway, resource: 'image', model }),
	);
}

const additionalNames = (gateway: string, model: string) =>
	additional(gateway, model).map(({ name }) => name);

const pairs = Object.values(GATEWAYS).flatMap(({ id }) =>
	offersOf(id).map(({ offer }) => [id, offer.id, offer] as const),
);

describe.each(pairs)('At %s, %s', (gateway, model, offer) => {
	const named = (placement: 'main' | 'additional') =>
		offer.parameters.filter((row) => row.placement === placement).map(({ name }) => name);

	it('shows exactly the main fields of its table, each once', () => {
		const expected = ['model', 'inputImages', 'additionalFields', ...named('main')];
		expect(shownNames(gateway, model).sort()).toEqual(expected.sort());
	});

	it('offers exactly the additional fields of its table, each once', () => {
		expect(additionalNames(gateway, model).sort()).toEqual(named('additional').sort());
	});

	it('lets at most as many images be added as the model takes', () => {
		expect(field('inputImages', gateway, model)?.typeOptions).toMatchObject({
			multipleValues: true,
			maxAllowedFields: offer.inputImages?.maximumCount,
		});
	});

	it('shows the defaults of its table', () => {
		const values = filledIn({ gateway, model });
		for (const { name, placement, initialValue } of offer.parameters) {
			if (placement === 'main' && initialValue !== undefined) {
				expect(values[name]).toBe(initialValue);
			}
		}
		for (const row of offer.parameters.filter((one) => one.gatewayDefault !== undefined)) {
			const option = additional(gateway, model).find(({ name }) => name === row.name);
			if (option) expect(option.default).toBe(row.gatewayDefault);
		}
	});

	it('keeps a value for every field that it has', () => {
		const given = {
			gateway,
			model,
			prompt: 'An apple',
			...Object.fromEntries(named('main').map((name) => [name, '={{ $json.value }}'])),
			additionalFields: Object.fromEntries(
				named('additional').map((name) => [name, '={{ $json.value }}']),
			),
			inputImages: { image: [{ source: 'url', url: 'https://example.com/apple.png' }] },
		};
		expect(filledIn(asSaved(given))).toMatchObject(given);
	});
});

describe('The Model dropdown', () => {
	/** The entries that the editor lists while the node holds `model`. */
	const listed = (gateway: string, model: string) =>
		(field('model', gateway, model)?.options as INodePropertyOptions[]).filter((option) =>
			NodeHelpers.displayParameter({ gateway, model }, option, node, null),
		);

	it.each(Object.values(GATEWAYS))('of $displayName lists what it sells, by name', ({ id }) => {
		const options = listed(id, 'other');
		const values = options.map(({ value }) => value);
		expect(values.sort()).toEqual([...offersOf(id).map(({ offer }) => offer.id), 'other'].sort());
		const names = options.map(({ name }) => name);
		expect(names).toEqual([...names].sort((one, other) => one.localeCompare(other, 'en')));
		expect(names).toContain('Other (Any Model ID)');
	});

	it.each([
		['toApis', 'flux_kontext_pro', 'flux-kontext-pro'],
		['seaArtCloud', 'flux-2-pro', 'flux_2_pro'],
	])('of %s knows %s of another gateway again, in the place of its own', (gateway, id, own) => {
		const values = listed(gateway, id).map(({ value }) => value);
		expect(values).toContain(id);
		expect(values).not.toContain(own);
		expect(values).toHaveLength(offersOf(gateway as GatewayId).length + 1);
	});

	it.each(Object.values(GATEWAYS).map(({ id }) => id))(
		'of %s has one entry for each ID under which a saved node holds a model',
		(gateway) => {
			for (const { model, offer } of offersOf(gateway)) {
				for (const id of idsOf(model)) {
					const entries = listed(gateway, id).filter(({ value }) => value === id);
					expect(entries.map(({ name }) => name)).toEqual([model.name]);
					expect(findOffer(gateway, id)).toBe(offer);
				}
			}
		},
	);

	it.each(Object.values(GATEWAYS).map(({ id }) => id))(
		'was never touched in a node of 1.0 at %s: the first model of that gateway is asked for',
		(gateway) => {
			const { model } = filledIn({ gateway });
			expect(findOffer(gateway, String(model))).toBe(offersOf(gateway)[0]?.offer);
			expect(listed(gateway, String(model)).map(({ value }) => value)).toContain(model);
		},
	);

	it('takes an expression', () => {
		expect(field('model', 'seaArtCloud', '')?.noDataExpression).toBeUndefined();
	});

	it.each(
		Object.values(
			byGateway(({ name, conformance }) => [name, conformance.modelInTaskUrl] as const),
		),
	)('is asked of a task at %s: %s', (gateway, asked) => {
		const expected = asked ? ['model'] : [];
		expect(shownNames(gateway, 'flux_kontext_max', 'task')).toEqual(expected);
		expect(shownNames(gateway, 'other', 'task')).toEqual(asked ? ['model', 'modelId'] : []);
	});
});

it('A task is that of the item, ID and model, unless the person says otherwise', () => {
	expect(nodeProperties().find(({ name }) => name === 'requestId')?.default).toBe(
		'={{ $json.requestId }}',
	);
	const ofTask = nodeProperties().filter(
		({ name, displayOptions }) =>
			name === 'model' && displayOptions?.show?.['resource']?.includes('task'),
	);
	expect(ofTask.length).toBeGreaterThan(0);
	for (const { default: first, options } of ofTask) {
		expect(first).toBe('');
		expect(options?.[0]).toMatchObject({ name: 'As in the Item', value: '' });
	}
});

describe('Another model', () => {
	it.each(Object.keys(GATEWAYS))('at %s is given by its ID and JSON alone', (gateway) => {
		expect(shownNames(gateway, 'other')).toEqual(['model', 'modelId', 'parameters']);
	});
});

describe('A field of width', () => {
	it('starts with the default of the schema for FLUX 1.1 [pro], and says its limits', () => {
		expect(filledIn({ model: 'flux_pro_11' })).toMatchObject({ width: 1024, height: 768 });
		expect(filledIn({ gateway: 'vtrix', model: 'flux_pro_11' })).toMatchObject({ height: 1024 });
		expect(field('width', 'seaArtCloud', 'flux_pro_11')).toMatchObject({
			typeOptions: { minValue: 256, maxValue: 1440, numberPrecision: 0 },
			hint: 'A multiple of 32 from 256 to 1440',
		});
	});

	it('starts unset for FLUX.2, and says so', () => {
		expect(filledIn({ model: 'flux_2_pro' })).toMatchObject({ width: 0, height: 0 });
		expect(field('width', 'seaArtCloud', 'flux_2_pro')).toMatchObject({
			typeOptions: { minValue: 0 },
			hint: 'A multiple of 32, at least 64; 0 leaves it to the gateway',
		});
	});
});

describe('A dropdown of ratios', () => {
	it.each([
		['aspectRatio', 'seaArtCloud', 'flux_kontext_max'],
		['size', 'toApis', 'flux-kontext-max'],
	])('(%s) begins with the default of the gateway', (name, gateway, model) => {
		const [first, ...rest] = field(name, gateway, model)?.options as INodePropertyOptions[];
		expect(first).toMatchObject({ name: 'Default', value: '' });
		expect(rest.map(({ value }) => value)).toEqual(
			expect.arrayContaining(['1:1', '16:9', '9:16', '21:9', '9:21']),
		);
		expect(filledIn({ gateway, model })[name]).toBe('');
	});

	it('names the shape', () => {
		const options = field('size', 'toApis', 'flux-kontext-max')?.options as INodePropertyOptions[];
		const names = Object.fromEntries(options.map(({ name, value }) => [value, name]));
		expect(names).toMatchObject({
			'1:1': '1:1 (Square)',
			'16:9': '16:9 (Landscape)',
			'2:3': '2:3 (Portrait)',
			match_input_image: 'Match Input Image',
		});
	});
});

describe('The output format', () => {
	it('is PNG by default at the queue gateways and JPEG at VTrix, for Kontext', () => {
		const formatAt = (gateway: string) =>
			additional(gateway, 'flux_kontext_max').find(({ name }) => name === 'outputFormat')?.default;
		expect([formatAt('seaArtCloud'), formatAt('odiRouter')]).toEqual(['png', 'png']);
		expect(formatAt('vtrix')).toBe('jpeg');
	});
});

describe('Whoever switches the gateway of a saved workflow', () => {
	const saved: INodeParameters = {
		gateway: 'seaArtCloud',
		model: 'flux_kontext_pro',
		prompt: 'An apple',
		aspectRatio: '16:9',
		inputImages: { image: [{ source: 'url', url: 'https://example.com/apple.png' }] },
		additionalFields: { safetyTolerance: 4, promptUpsampling: true, seed: 7 },
	};

	it('keeps prompt, images, and every field that the model has at the new gateway', () => {
		const { gateway, model, prompt, inputImages, additionalFields } = filledIn({
			...saved,
			gateway: 'toApis',
		});
		expect({ gateway, model, prompt }).toEqual({
			gateway: 'toApis',
			model: 'flux_kontext_pro',
			prompt: 'An apple',
		});
		expect(inputImages).toMatchObject(saved['inputImages'] as object);
		expect(additionalFields).toEqual({ safetyTolerance: 4, promptUpsampling: true });
	});

	it.each(modelFields().filter(({ options }) => options))(
		"$name is not among what the editor empties on a switch (it looks for the keys' plain names)",
		({ displayOptions }) => {
			const keys = Object.keys({ ...displayOptions?.show, ...displayOptions?.hide });
			expect(keys).not.toContain('gateway');
			expect(keys).not.toContain('model');
		},
	);

	it('loses nothing between gateways that have the same parameters', () => {
		expect(filledIn({ ...saved, gateway: 'odiRouter' })).toEqual({
			...filledIn(saved),
			gateway: 'odiRouter',
		});
	});

	it('keeps prompt and images even while the new gateway lacks the model', () => {
		const values = filledIn({ ...saved, model: 'flux_pro_11', gateway: 'toApis' });
		expect(values).toMatchObject({ prompt: 'An apple' });
		expect(values['inputImages']).toMatchObject(saved['inputImages'] as object);
	});
});

describe('A model that an expression names', () => {
	it('keeps all that the person filled in, for whatever it turns out to be', () => {
		const given = {
			gateway: 'vtrix',
			model: '={{ $json.model }}',
			prompt: 'An apple',
			aspectRatio: '16:9',
			width: 512,
			additionalFields: { steps: 30, outputFormat: 'webp', seed: 1, flatRequest: true },
			inputImages: { image: [{ source: 'base64', base64: 'aGk=' }] },
		};
		expect(filledIn(asSaved(given))).toMatchObject(given);
	});

	it('starts with sizes that every model takes', () => {
		expect(filledIn({ model: '={{ $json.model }}' })).toMatchObject({ width: 1024, height: 768 });
	});
});

describe('A row of an input image', () => {
	const rowOf = (image: INodeParameters) =>
		(filledIn({ inputImages: { image: [image] } })['inputImages'] as INodeParameters)['image'];

	it.each([
		[{}, { source: 'binary', binaryPropertyName: 'data' }],
		[{ source: 'url' }, { source: 'url', url: '' }],
		[{ source: 'base64' }, { source: 'base64', base64: '' }],
	])('%j asks for the field of its source alone', (image, expected) => {
		expect(rowOf(image)).toEqual([expected]);
	});
});
