import {
	NodeHelpers,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { offersOf } from '../../../nodes/FluxImage/models';

const { description } = new FluxImage();
const { properties } = description;

const nodeWith = (parameters: INodeParameters): INode => ({
	id: 'flux',
	name: 'FLUX Image',
	type: 'n8n-nodes-flux-image.fluxImage',
	typeVersion: 1,
	position: [0, 0],
	parameters,
});

const image = { resource: 'image', operation: 'generateAndWait', prompt: 'A red apple' };

/** A node's parameters as n8n reads them for an execution. */
const filledIn = (parameters: INodeParameters) =>
	NodeHelpers.getNodeParameters(
		properties,
		parameters,
		true,
		false,
		nodeWith(parameters),
		description,
	) as INodeParameters;

/** A node's parameters as the editor saves them. */
const asSaved = (parameters: INodeParameters) =>
	NodeHelpers.getNodeParameters(
		properties,
		parameters,
		false,
		false,
		nodeWith(parameters),
		description,
	) as INodeParameters;

/** What the form shows: at its top the editor looks at what the expression gives. */
const shown = (parameters: INodeParameters): INodeProperties[] =>
	properties.filter((field) =>
		NodeHelpers.displayParameter(parameters, field, nodeWith(parameters), description),
	);

/** What can be added to Additional Fields: there n8n looks at the expression's text. */
function addable(gateway: string, model: string): INodeProperties[] {
	const root = { ...image, gateway, model };
	const collection = shown(root).find(({ name }) => name === 'additionalFields');
	return (collection?.options as INodeProperties[]).filter((option) =>
		NodeHelpers.displayParameter({}, option, nodeWith(root), description, root),
	);
}

const EXPRESSION = '={{ $json.model }}';

describe('An expression as Model', () => {
	it('leaves nothing to be filled in but the prompt', () => {
		const node = nodeWith({ ...image, gateway: 'seaArtCloud', model: EXPRESSION });
		expect(NodeHelpers.getNodeParametersIssues(properties, node, description)).toBeNull();
	});
});

describe.each(Object.values(GATEWAYS).map(({ id }) => id))(
	'At %s, while no data came,',
	(gateway) => {
		const rows = offersOf(gateway).flatMap(({ offer }) => offer.parameters);
		const named = (placement: 'main' | 'additional') => [
			...new Set(rows.filter((row) => row.placement === placement).map(({ name }) => name)),
		];
		const selectors = ['gateway', 'credentials', 'resource', 'operation', 'model'];
		const fields = [...selectors, 'inputImages', ...named('main')];

		it.each([[''], [undefined], [null], [0], ['flux_9'], [[]], [{}], ['  ']])(
			'an expression that gives %j shows each field of its models once',
			(model) => {
				const names = shown({ ...image, gateway, model: model as string }).map(({ name }) => name);
				expect(names.sort()).toEqual([...fields, 'additionalFields', 'options'].sort());
			},
		);

		it.each([
			['={{ $json.model }}'],
			['={{$json.model}}'],
			['= {{ $json.model }}'],
			['=flux_2_{{ $json.size }}'],
			['=other'],
		])('%s keeps each field of its models once on saving and before a run', (model) => {
			const names = shown({ ...image, gateway, model }).map(({ name }) => name);
			expect(names.filter((name) => fields.includes(name)).sort()).toEqual(fields.sort());
		});

		it('offers each additional field of its models once', () => {
			const names = addable(gateway, EXPRESSION).map(({ name }) => name);
			expect(names.sort()).toEqual(named('additional').sort());
		});

		it('takes whatever one of its models takes', () => {
			const forms = [
				...shown({ ...image, gateway, model: EXPRESSION }),
				...addable(gateway, EXPRESSION),
			];
			for (const row of rows) {
				const { options, typeOptions } = forms.find(({ name }) => name === row.name) ?? {};
				const values = (options as INodePropertyOptions[] | undefined)?.map(({ value }) => value);
				if (row.choices) expect(values).toEqual(expect.arrayContaining([...row.choices]));
				if (row.minimum !== undefined) {
					expect(typeOptions?.minValue).toBeLessThanOrEqual(row.minimum);
				}
				const most = typeOptions?.maxValue ?? Infinity;
				expect(most).toBeGreaterThanOrEqual(row.maximum ?? (row.type === 'integer' ? most : 0));
			}
			const counts = offersOf(gateway).map(({ offer }) => offer.inputImages?.maximumCount ?? 0);
			const images = forms.find(({ name }) => name === 'inputImages');
			expect(images?.typeOptions?.maxAllowedFields).toBeGreaterThanOrEqual(Math.max(...counts));
		});

		it('keeps all that the person fills in', () => {
			const given = {
				...image,
				gateway,
				model: EXPRESSION,
				...Object.fromEntries(named('main').map((name) => [name, '={{ $json.value }}'])),
				additionalFields: Object.fromEntries(
					named('additional').map((name) => [name, '={{ $json.value }}']),
				),
				inputImages: { image: [{ source: 'url', url: 'https://example.com/apple.png' }] },
			};
			expect(filledIn(asSaved(given))).toMatchObject(given);
		});
	},
);

describe('What version 1.0 filled in for a model by expression', () => {
	const width = 1024;

	it.each([
		['seaArtCloud', { aspectRatio: '', width, height: 768 }],
		['odiRouter', { aspectRatio: '', width, height: 768 }],
		['vtrix', { aspectRatio: '', width, height: 1024 }],
		['toApis', { size: '', n: 1 }],
	])('at %s is filled in', (gateway, expected) => {
		expect(filledIn({ ...image, gateway, model: EXPRESSION })).toMatchObject(expected);
	});

	it.each([[0], [512], [1440], [2048], ['={{ $json.width }}']])(
		'and so is a width of %j that it saved',
		(saved) => {
			const parameters = { ...image, model: EXPRESSION, width: saved, height: saved };
			expect(filledIn(parameters)).toMatchObject({ width: saved, height: saved });
			expect(filledIn(asSaved(filledIn(parameters)))).toEqual(filledIn(parameters));
		},
	);
});
