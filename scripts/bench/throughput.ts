import { startSandbox } from '../../sandbox';
import { loopWorkflow, nodeWorkflow, withBenchN8n, type BenchN8n } from './benchN8n';
import type { BenchSettings, Section } from './section';

const AT_ONCE = [1, 10, 50];

/** How long new webhooks are sent for each row; those under way are awaited. */
const SECONDS = 20;

const JOB_SECONDS = 1;

type Post = BenchN8n['post'];

/** The workflows that answer, by the name of their row and of their webhook's path. */
const WORKFLOWS = { 'the node': 'bench-node', 'hand-built loop': 'bench-loop' } as const;

/** Part (d): webhooks that real n8n answers a second. */
export async function throughput({ seed }: BenchSettings): Promise<Section> {
	const sandbox = await startSandbox({
		seed,
		jobSeconds: { min: JOB_SECONDS, max: JOB_SECONDS },
		plainPictures: true,
		pictureScale: 0.1,
	});
	try {
		return await withBenchN8n(async (n8n) => {
			const workflows = [
				nodeWorkflow(WORKFLOWS['the node']),
				loopWorkflow(WORKFLOWS['hand-built loop'], sandbox),
			];
			for (const workflow of workflows) await n8n.publish(workflow, sandbox);
			return sectionOf(await measureAll(n8n.post));
		});
	} finally {
		await sandbox.close();
	}
}

interface Measured {
	readonly atOnce: number;
	/** Webhooks answered a second, by row. */
	readonly perSecond: Record<keyof typeof WORKFLOWS, number>;
}

async function measureAll(post: Post): Promise<Measured[]> {
	const measured: Measured[] = [];
	for (const atOnce of AT_ONCE) {
		const [node, loop] = [
			await answeredPerSecond(async () => await call(post, 'the node'), atOnce),
			await answeredPerSecond(async () => await call(post, 'hand-built loop'), atOnce),
		];
		measured.push({ atOnce, perSecond: { 'the node': node, 'hand-built loop': loop } });
	}
	return measured;
}

async function answeredPerSecond(callOne: () => Promise<void>, atOnce: number): Promise<number> {
	const startedMs = Date.now();
	let answered = 0;
	const caller = async () => {
		while (Date.now() - startedMs < 1_000 * SECONDS) {
			await callOne();
			answered++;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, caller));
	return answered / ((Date.now() - startedMs) / 1_000);
}

async function call(post: Post, name: keyof typeof WORKFLOWS): Promise<void> {
	const { statusCode, bytes } = await post(WORKFLOWS[name], { prompt: 'A red apple' });
	if (statusCode !== 200) {
		throw new Error(`n8n answered a webhook with ${statusCode}: ${bytes.toString()}`);
	}
}

function sectionOf(measured: readonly Measured[]): Section {
	const rows = Object.keys(WORKFLOWS) as Array<keyof typeof WORKFLOWS>;
	const ratio = ({ perSecond }: Measured) => perSecond['the node'] / perSecond['hand-built loop'];
	return {
		title: 'Throughput in real n8n',
		method: `n8n 2.41 with the packed node; webhooks that are answered when their picture of a ${JOB_SECONDS} s job is there, so many callers at once, each ${SECONDS} s.`,
		table: {
			head: ['At once', 'The node, answers/s', 'Hand-built loop, answers/s', 'Ratio'],
			rows: measured.map((row) => [
				String(row.atOnce),
				...rows.map((name) => row.perSecond[name].toFixed(2)),
				ratio(row).toFixed(2),
			]),
		},
		goals: measured.map((row) => ({
			what: `${row.atOnce} at once: answers a second, node over loop`,
			measured: ratio(row).toFixed(2),
			goal: 'at least 1',
			met: ratio(row) >= 1,
		})),
		bars: [
			{
				name: 'Webhooks answered',
				unit: '1/s',
				categories: measured.map(({ atOnce }) => `${atOnce} at once`),
				series: rows.map((name) => ({
					name,
					values: measured.map(({ perSecond }) => perSecond[name]),
				})),
			},
		],
	};
}
