import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IConnections, INode } from 'n8n-workflow';

interface Loop {
	readonly nodes: INode[];
	readonly connections: IConnections;
}

const BENCH = join(__dirname, '../../../scripts/bench');
const loopIn = (file: string) => JSON.parse(readFileSync(join(BENCH, file), 'utf8')) as Loop;

const plain = loopIn('hand-built-loop.json');
const careful = loopIn('hand-built-loop-with-care.json');

const requestsOf = ({ nodes }: Loop) =>
	nodes.filter(({ type }) => type === 'n8n-nodes-base.httpRequest');

/** Where the items of a node's output go; the error output comes last. */
const behind = ({ connections }: Loop, node: string, output: number) =>
	(connections[node]?.main?.[output] ?? []).map((to) => to.node);

const ERRORS = 1;

describe('The hand-built loops of the bench', () => {
	it.each([
		['plain', plain],
		['careful', careful],
	])('%s: leads to nodes that are there', (_, { nodes, connections }) => {
		const names = nodes.map(({ name }) => name);
		const targets = Object.values(connections).flatMap(({ main }) =>
			(main ?? []).flatMap((output) => (output ?? []).map(({ node }) => node)),
		);
		expect(names).toEqual(expect.arrayContaining([...Object.keys(connections), ...targets]));
	});

	it('ask the same of the gateway', () => {
		const asked = (loop: Loop) =>
			requestsOf(loop).map(({ name, parameters }) => [name, parameters]);
		expect(asked(careful)).toEqual(asked(plain));
	});

	it('plain: each request is tried three times', () => {
		const tries = requestsOf(plain).map(({ retryOnFail, maxTries }) => [retryOnFail, maxTries]);
		expect(tries).toEqual(Array.from({ length: 4 }, () => [true, 3]));
	});

	it('careful: a create is never tried again with the items that were accepted', () => {
		const create = careful.nodes.find(({ name }) => name === 'Create')!;
		expect(create).not.toHaveProperty('retryOnFail');
		expect(create.onError).toBe('continueErrorOutput');
		expect(behind(careful, 'Create', ERRORS)).toEqual(['Refused as too many?']);
		expect(behind(careful, 'Refused as too many?', 0)).toEqual(['Wait to send again']);
		expect(behind(careful, 'Refused as too many?', 1)).toEqual([]);
	});

	it.each(['Get status', 'Get result'])(
		'careful: where %s fails, the state is read again',
		(read) => {
			expect(behind(careful, read, ERRORS)).toEqual(['Wait']);
			expect(behind(careful, 'Wait', 0)).toEqual(['Get status']);
		},
	);
});
