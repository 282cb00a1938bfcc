import {
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { nodeProperties } from '../../../nodes/FluxImage/description/properties';
import { OPTIONS, type OptionName } from '../../../nodes/FluxImage/operations/options';

const properties = nodeProperties();
const node = { typeVersion: 1 };

/** The node's two forms, as n8n tells them apart: by the name of the type. */
const FORMS = {
	node: { name: 'fluxImage', properties },
	tool: { name: 'fluxImageTool', properties },
} as unknown as Record<'node' | 'tool', INodeTypeDescription>;

type Form = keyof typeof FORMS;

const drawing = { gateway: 'seaArtCloud', resource: 'image', operation: 'generateAndWait' };

/** Parameters as n8n hands them to an execution: what the form does not show is gone. */
const atRunTime = (form: Form, saved: INodeParameters) =>
	NodeHelpers.getNodeParameters(
		properties,
		{ ...drawing, ...saved },
		true,
		false,
		node,
		FORMS[form],
	) as INodeParameters;

/** The options that the form offers beside those that are set. */
function offered(form: Form, options: INodeParameters = {}): INodeProperties[] {
	const root = atRunTime(form, { options });
	const field = properties.find(
		(property) =>
			property.name === 'options' &&
			NodeHelpers.displayParameter(root, property, node, FORMS[form]),
	);
	return (field?.options as INodeProperties[]).filter((option) =>
		NodeHelpers.displayParameter(options, option, node, FORMS[form], root),
	);
}

const named = (fields: readonly INodeProperties[]) => fields.map(({ name }) => name);

describe("The form of an agent's tool", () => {
	it('has the options of the node, each once, but for those that a call cannot use', () => {
		const missing = named(offered('node')).filter((name) => !named(offered('tool')).includes(name));
		expect(missing.sort()).toEqual([
			'binaryPropertyName',
			'includeInputFields',
			'maxConcurrentTasks',
			'maxImageSize',
		]);
		for (const form of ['node', 'tool'] as const) {
			expect(new Set(named(offered(form))).size).toBe(offered(form).length);
		}
	});

	it('has Download Images off where it is added, the node has it on', () => {
		const firstOf = (form: Form) =>
			offered(form).find(({ name }) => name === 'downloadImages')?.default;
		expect([firstOf('node'), firstOf('tool')]).toEqual([true, false]);
	});

	it.each([true, '={{ $json.download }}'])(
		'offers what is about the file once Download Images is %j',
		(downloadImages) => {
			const names = named(offered('tool', { downloadImages }));
			expect(names).toEqual(expect.arrayContaining(['binaryPropertyName', 'maxImageSize']));
		},
	);

	it('keeps every value of a workflow that was saved with 1.0, where it counts', () => {
		const options: Record<OptionName, string | number | boolean> = {
			...(Object.fromEntries(
				Object.entries(OPTIONS).map(([name, row]) => [name, row.default]),
			) as Record<OptionName, never>),
			timeout: 45,
			maxImageSize: 7,
			binaryPropertyName: 'photo',
			downloadImages: true,
		};
		const { maxConcurrentTasks, includeInputFields, ...counting } = options;
		expect([maxConcurrentTasks, includeInputFields]).toEqual([10, false]);
		expect(atRunTime('node', { options })['options']).toEqual(options);
		expect(atRunTime('tool', { options })['options']).toEqual(counting);
	});
});

/** Every field, also those within collections, that the tool's form may show. */
function fieldsIn(among: readonly INodeProperties[]): INodeProperties[] {
	return among
		.filter(({ displayOptions }) => displayOptions?.hide?.['@tool'] === undefined)
		.filter(({ displayOptions }) => displayOptions?.show?.['@version'] === undefined)
		.flatMap((field) => {
			if (field.type === 'collection') return fieldsIn(field.options as INodeProperties[]);
			if (field.type !== 'fixedCollection') return [field];
			const groups = field.options as INodePropertyCollection[];
			return groups.flatMap(({ values }) => fieldsIn(values));
		});
}

/** The numbers of a text: `from 256 to 1440`, `0.5`. */
const numbersIn = (text = '') => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);

describe('A field that a model may fill', () => {
	const fields = fieldsIn(properties);
	const numbers = fields.filter(({ type }) => type === 'number');
	const cases = numbers.map((field) => [`${field.displayName} (${field.default})`, field] as const);

	it('is among the numbers looked at', () => {
		expect(named(numbers)).toEqual(
			expect.arrayContaining(['width', 'height', 'n', 'seed', 'steps', 'guidanceScale', 'timeout']),
		);
	});

	it.each(cases)('names its range in the description: %s', (_name, field) => {
		const { minValue, maxValue } = field.typeOptions ?? {};
		const told = numbersIn(field.description);
		const limits = [minValue, maxValue].filter((limit) => limit !== undefined);
		expect(told).toEqual(expect.arrayContaining(limits));
		if (limits.length === 0) expect(field.description).toContain('whole number');
	});

	it.each(
		fields
			.filter(({ options = [] }) =>
				options.some((option) => 'value' in option && option.value === '16:9'),
			)
			.map((field) => [field.displayName, field] as const),
	)('names the ratios that it takes: %s', (_name, { description }) => {
		expect(description).toMatch(/from 21:9 to 9:21|1:1, 3:2, .* or 9:16/);
	});
});
