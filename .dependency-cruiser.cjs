// Who may import whom, types included. `npm run lint` holds it; test/unit/docs/architecture.test.ts
// shows that it would tell.

/** The layers of the node from the top down; those of one row know nothing of each other. */
const rows = require('./tooling/layers.json').map(Object.keys);

const NODE = 'nodes/FluxImage/';

const within = (...names) => `^${NODE}(${names.map(escapeDots).join('|')})(/|$)`;

const escapeDots = (name) => name.replaceAll('.', String.raw`\.`);

/** A layer may import itself and the rows below its own. */
const layers = rows.flatMap((row, index) =>
	row.map((layer) => ({
		name: `${layer}-imports-downward`,
		comment: `tooling/layers.json draws what ${layer} is above of.`,
		severity: 'error',
		from: { path: within(layer) },
		to: { path: `^${NODE}`, pathNot: within(layer, ...rows.slice(index + 1).flat()) },
	})),
);

/** What stands beside the node: which folders each must not know. */
const forbidden = {
	nodes: ['credentials'],
	credentials: ['nodes'],
	// Written from the contracts alone, so that node and sandbox can catch each other.
	sandbox: ['nodes', 'credentials', 'tooling', 'test', 'scripts'],
	tooling: ['test', 'scripts'],
	test: ['scripts'],
};

const folders = Object.entries(forbidden).map(([folder, others]) => ({
	name: `${folder}-stands-apart`,
	severity: 'error',
	from: { path: `^${folder}/` },
	to: { path: `^(${others.join('|')})/` },
}));

module.exports = {
	forbidden: [
		...layers,
		...folders,
		{
			name: 'scripts-use-stages-only',
			comment: 'Of the tests, scripts import the stages that they set up.',
			severity: 'error',
			from: { path: '^scripts/' },
			to: { path: '^test/', pathNot: '^test/(e2e|queue)/' },
		},
		{
			name: 'node-has-no-dependencies',
			comment: 'Nothing of what stands beside it ships; n8n gives it these, and strips the rest.',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: {
				pathNot: String.raw`^(nodes|credentials)/|(^|/)node_modules/(n8n-workflow|zod)/|^(node:)?crypto$`,
			},
		},
		{
			name: 'no-circles',
			severity: 'error',
			from: { path: '^(nodes|credentials|tooling|scripts)/' },
			to: { circular: true },
		},
	],
	options: {
		tsPreCompilationDeps: true,
		doNotFollow: { path: 'node_modules' },
		exclude: { path: String.raw`^tooling/n8n/\d` },
	},
};
