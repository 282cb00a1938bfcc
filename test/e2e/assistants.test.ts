import { NodeTypeParser, searchCodeBuilderNodes } from '@n8n/ai-utilities/node-catalog';
import { generateNodeTypeFile } from '@n8n/workflow-sdk';
import { request } from 'undici';

import { gateways, modelsOf } from '../../sandbox';
import { fixture } from './fixture';

const TYPE = 'n8n-nodes-flux-image.fluxImage';

type NodeTypes = ConstructorParameters<typeof NodeTypeParser>[0];
type GeneratorInput = Parameters<typeof generateNodeTypeFile>[0];

/** The last place at which the node may stand among all nodes of n8n, by n8n's search for assistants. */
const RANKS: Readonly<Record<string, number>> = {
	flux: 1,
	'flux image': 1,
	'FLUX.2': 1,
	'flux-2': 1,
	'flux kontext': 1,
	'text-to-image': 1,
	inpaint: 1,
	'generate image': 1,
	'image generation': 1,
	picture: 1,
	photo: 4,
	draw: 1,
	kontext: 1,
	'black forest labs': 1,
	seaart: 1,
	odirouter: 1,
	vtrix: 1,
	toapis: 1,
	'create image': 2,
	'edit image': 2,
	'image edit': 2,
	image: 2,
	'ai image': 2,
	'image to image': 2,
	'text to image': 3,
};

/** How many results an assistant is given. */
const SHOWN = 5;

describe('Among all nodes of this n8n, an assistant', () => {
	let nodeTypes: NodeTypes;
	let parser: NodeTypeParser;

	beforeAll(async () => {
		const { body } = await request(`${fixture.url}/types/nodes.json`, {
			headers: { cookie: fixture.session },
		});
		nodeTypes = (await body.json()) as NodeTypes;
		parser = new NodeTypeParser(nodeTypes);
	});

	it.each(Object.entries(RANKS))(
		'who looks for "%s" finds it at place %d or better',
		(words, rank) => {
			const names = parser.searchNodeTypes(words, SHOWN).map(({ id }) => id);
			const place = names.indexOf(TYPE) + 1;
			expect(place).toBeGreaterThan(0);
			expect(place).toBeLessThanOrEqual(rank);
		},
	);

	it('is told how to use it, together with where the picture goes', () => {
		const { results } = searchCodeBuilderNodes(parser, ['flux']);
		expect(results).toContain('@builderHint Makes pictures from text and edits pictures.');
		expect(results).toContain('n8n-nodes-base.s3');
	});

	it('is told of every model, as n8n has loaded the node', () => {
		const loaded = nodeTypes.find(({ name }) => name === TYPE);
		const types = generateNodeTypeFile(loaded as unknown as GeneratorInput);
		for (const model of gateways.flatMap((gateway) => modelsOf(gateway))) {
			expect(types).toContain(`'${model}'`);
		}
	});
});
