import { NodeTypeParser, searchCodeBuilderNodes } from '@n8n/ai-utilities/node-catalog';
import { generateNodeTypeFile, parseWorkflowCode } from '@n8n/workflow-sdk';
import { NodeHelpers, type INode, type INodeProperties } from 'n8n-workflow';
import { validateNodeDescription } from 'n8n-core/dist/nodes-loader/validate-node-description';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { offersOf } from '../../../nodes/FluxImage/models';
import { OPERATIONS } from '../../../nodes/FluxImage/operations';
import { gateways, modelsOf, modelTable } from '../../../sandbox';
import type { ParameterRule } from '../../../sandbox/models';

type NodeTypes = ConstructorParameters<typeof NodeTypeParser>[0];

/** As n8n names it once the package is installed. */
const TYPE = 'n8n-nodes-flux-image.fluxImage';

const { description } = new FluxImage();
const installed = { ...description, name: TYPE };

/** What n8n's assistants read of the node, by n8n's own generator. */
const types = generateNodeTypeFile(
	installed as unknown as Parameters<typeof generateNodeTypeFile>[0],
);

/** A part of it: the fields of one operation. */
function typesOf(resource: string, operation: string): string {
	const [, part = ''] = types.split(`resource: '${resource}';\n  operation: '${operation}';\n`);
	return part.slice(0, part.indexOf('\n};'));
}

/** A field's words and its type. */
interface SeenField {
	words: string;
	type: string;
}

/** All fields of that name, however deep they stand. */
function seen(part: string, name: string): SeenField[] {
	const field = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*${name}\\??: ([^\\n]*)`, 'g');
	return [...part.matchAll(field)].map(([, words = '', type = '']) => ({ words, type }));
}

/** The one field of that name. */
function onlySeen(part: string, name: string): SeenField {
	const [field, ...others] = seen(part, name);
	if (!field || others.length > 0) throw new Error(`${name} stands there ${others.length} times`);
	return field;
}

/** What the words say of a model at a gateway: what stands before the list that has it. */
function saidOf(words: string, gateway: string, model: string): string[] {
	const [, hint = ''] = words.split('@builderHint ');
	return (hint.split('\n')[0] ?? '').split(/\. |\.$/).flatMap((sentence) => {
		const [, said = '', places = ''] = /^(.*): (.*)$/.exec(sentence) ?? [];
		return hasPlace(places, gateway, model) ? [said] : [];
	});
}

const hasPlace = (places: string, gateway: string, model: string) =>
	places.split('; ').some((place) => {
		const [, ids = '', at = ''] = /^(.*) \((.*)\)$/.exec(place) ?? [];
		return ids.split(', ').includes(model) && at.split(', ').includes(gateway);
	});

const sold = gateways.flatMap((gateway) =>
	modelsOf(gateway).map((model) => [gateway, model] as const),
);

/** Operations that have a field Model, and take all that is sold. */
const imageOperations = OPERATIONS.filter(({ resource }) => resource === 'image').map(
	({ value }) => value,
);

describe.each(imageOperations)('To an assistant, image > %s', (operation) => {
	const part = typesOf('image', operation);

	it.each(sold)('names at %s %s', (gateway, model) => {
		const { type, words } = onlySeen(part, 'model');
		expect(type.split(' | ')).toContain(`'${model}'`);
		const [, list = ''] = /Sold are (.*?)\. /.exec(words) ?? [];
		expect(hasPlace(list, gateway, model)).toBe(true);
	});

	it('names no model where it is not sold', () => {
		const [, list = ''] = /Sold are (.*?)\. /.exec(onlySeen(part, 'model').words) ?? [];
		const places = list.split('; ').flatMap((place) => {
			const [, ids = '', at = ''] = /^(.*) \((.*)\)$/.exec(place) ?? [];
			return at.split(', ').flatMap((gateway) => ids.split(', ').map((id) => `${gateway} ${id}`));
		});
		expect(places.sort()).toEqual(sold.map((pair) => pair.join(' ')).sort());
	});

	it('says nothing of one gateway where all are meant', () => {
		const { words } = onlySeen(part, 'model');
		for (const { displayName } of Object.values(GATEWAYS)) expect(words).not.toContain(displayName);
		expect(words).not.toContain('@displayOptions');
	});

	it.each(Object.values(GATEWAYS).map(({ id }) => id))('has each field of %s once', (gateway) => {
		for (const { offer } of offersOf(gateway)) {
			for (const { name, placement } of offer.parameters) {
				expect([name, placement, seen(part, name).length]).toEqual([name, placement, 1]);
			}
		}
	});

	it('prints no condition that holds for some models only', () => {
		const conditions = [...part.matchAll(/@displayOptions\.\w+ (.*)/g)].map(([, text]) => text);
		const byModel = conditions.filter((text) => text?.includes('/model'));
		expect(new Set(byModel)).toEqual(new Set(['{ /model: ["other"] }']));
	});
});

describe('To an assistant, by the tables of the sandbox,', () => {
	const part = typesOf('image', 'generateAndWait');
	/** What it draws at most; the gateways name no such limit. */
	const SANDBOX_LIMIT = 16_384;
	const boundsOf = (rule: ParameterRule) =>
		rule.type === 'integer' || rule.type === 'number'
			? [rule.minimum, rule.maximum].filter(
					(bound) => bound !== undefined && bound !== SANDBOX_LIMIT,
				)
			: [];
	const FIELDS = {
		width: 'width',
		height: 'height',
		safety_tolerance: 'safetyTolerance',
		steps: 'steps',
		guidance_scale: 'guidanceScale',
	};

	it.each(sold)('at %s %s has its ranges', (gateway, model) => {
		const { parameters = {} } = modelTable(gateway, model) ?? {};
		for (const [wireName, name] of Object.entries(FIELDS)) {
			const rule = parameters[wireName];
			const said = saidOf(onlySeen(part, name).words, gateway, model);
			if (!rule) {
				// ToAPIs takes it under another name, which its own table tells.
				if (gateway !== 'toApis') expect([name, said]).toEqual([name, []]);
				continue;
			}
			expect(said).toHaveLength(1);
			for (const bound of boundsOf(rule)) {
				expect(said[0]).toMatch(new RegExp(`\\b${bound}\\b`));
			}
		}
	});

	it.each(sold)('at %s %s takes as many images as it takes', (gateway, model) => {
		const count = offersOf(gateway).find(({ offer }) => offer.id === model)?.offer.inputImages;
		const [said = 'no images'] = saidOf(onlySeen(part, 'inputImages').words, gateway, model);
		const expected =
			count?.maximumCount === 1 ? 'one image' : `up to ${count?.maximumCount} images`;
		expect(said).toBe(expected);
	});

	it('prints no default that is untrue of some model', () => {
		for (const name of ['width', 'height', 'outputFormat', 'safetyTolerance']) {
			expect(onlySeen(part, name).words).not.toContain('@default');
		}
	});

	it('tells a task nothing of the model but what it needs', () => {
		const { words } = onlySeen(typesOf('task', 'wait'), 'model');
		expect(words).toContain('Leave it out where the item comes from this node');
		expect(onlySeen(typesOf('task', 'wait'), 'requestId').words).toContain('$json.requestId');
	});

	it.each(OPERATIONS)(
		'$resource > $value has each of its options, and no other unmarked',
		(row) => {
			const [, options = ''] = typesOf(row.resource, row.value).split('options?: {\n');
			const names = [...options.matchAll(/^ {4}(\w+)\?: /gm)].map(([, name = '']) => name);
			const given = row.options as readonly string[];
			expect(names).toEqual(expect.arrayContaining([...given]));
			for (const name of names) {
				const [, only] =
					/@builderHint Only for ([^.\n]*)/.exec(onlySeen(options, name).words) ?? [];
				const operations = only?.split(', ') ?? [row.value];
				expect([name, operations.includes(row.value)]).toEqual([name, given.includes(name)]);
			}
		},
	);

	it('has Download Images off as a tool', () => {
		const { words } = onlySeen(typesOf('image', 'generateAndWait'), 'downloadImages');
		expect(words).toContain('By default false as a tool of an agent');
	});

	it('is read in 12,000 tokens at most, at four letters a token', () => {
		expect(types.length / 4).toBeLessThan(12_000);
	});
});

describe('A form for assistants', () => {
	const forms = description.properties.filter(
		({ displayOptions }) => displayOptions?.show?.['@version'] !== undefined,
	);
	const shows = (form: INodeProperties, typeVersion: number | undefined) => {
		const node = typeVersion === undefined ? null : { typeVersion };
		const parameters = { gateway: 'seaArtCloud', resource: 'image', model: 'flux_2_pro' };
		return NodeHelpers.displayParameter(parameters, form, node, description);
	};

	it('is never shown, with a node or without', () => {
		expect(forms.length).toBeGreaterThan(0);
		for (const form of forms)
			expect([1, undefined].map((version) => shows(form, version))).toEqual([false, false]);
	});

	it('fills nothing in', () => {
		const without = {
			...description,
			properties: description.properties.filter((field) => !forms.includes(field)),
		};
		for (const gateway of gateways) {
			for (const model of [...modelsOf(gateway), '={{ $json.model }}', 'other']) {
				const parameters = { gateway, resource: 'image', operation: 'generateAndWait', model };
				const filled = ({ properties }: { properties: INodeProperties[] }) =>
					NodeHelpers.getNodeParameters(
						properties,
						parameters,
						true,
						false,
						{ typeVersion: 1 },
						null,
					);
				expect(filled(description)).toEqual(filled(without));
			}
		}
	});

	it('hangs on no field on which n8n refuses a hint, and holds no words that its rules forbid', () => {
		expect(() => validateNodeDescription(installed)).not.toThrow();
		const hints: unknown[] = [];
		JSON.stringify(description, (key, value: unknown) => {
			if (key === 'builderHint') hints.push(value);
			return value;
		});
		expect(hints.length).toBeGreaterThan(10);
		expect(JSON.stringify(hints)).not.toMatch(/=\{\{|\bai_/);
	});
});

describe('The search of n8n’s assistants', () => {
	const parser = new NodeTypeParser([installed] as unknown as NodeTypes);
	const { results } = searchCodeBuilderNodes(parser, ['flux image']);

	it('shows which operation to take, and where one is missing', () => {
		expect(results).toContain(
			'@builderHint Makes pictures from text and edits pictures. Use resource image, operation generateAndWait',
		);
		const able = Object.values(GATEWAYS).filter(({ cancel }) => cancel !== undefined);
		const only = `Only at ${able.map(({ id }) => id).join(', ')}`;
		expect(results).toMatch(new RegExp(`- cancel\n.*\n +@builderHint ${only}\n`));
	});

	it('is read in 700 tokens at most, at four letters a token', () => {
		expect(results.length / 4).toBeLessThan(700);
	});
});

describe('A pattern for assistants', () => {
	const contents =
		description.builderHint?.extraTypeDefContent?.map(({ content }) => content) ?? [];
	const patterns = contents.flatMap((content) =>
		[...content.matchAll(/<pattern title="(.*?)">\n([^]*?)<\/pattern>/g)].map(
			([, title = '', code = '']) => [title, code] as const,
		),
	);

	it('stands there for each of the three commonest uses, once', () => {
		expect(patterns.map(([title]) => title)).toEqual([
			'Webhook, picture, storage',
			'Edit an uploaded picture',
			'Create now, collect later',
		]);
		for (const [title] of patterns) expect(types.split(title)).toHaveLength(2);
	});

	it.each(patterns)('%s is a workflow whose nodes have all that they need', (_title, code) => {
		const { nodes, connections } = parseWorkflowCode(code);
		const ours = nodes.filter(({ type }) => type === TYPE);
		expect(ours.length).toBeGreaterThan(0);
		expect(Object.keys(connections)).toHaveLength(nodes.length - 1);
		for (const { parameters = {} } of ours) {
			const node = { ...parameters, parameters, typeVersion: 1 } as unknown as INode;
			const filled = NodeHelpers.getNodeParameters(
				description.properties,
				parameters as never,
				true,
				false,
				node,
				description,
			);
			expect(filled).toMatchObject(parameters);
			const whole = { ...node, parameters: filled ?? {} };
			expect(
				NodeHelpers.getNodeParametersIssues(description.properties, whole, description),
			).toBeNull();
		}
	});
});
