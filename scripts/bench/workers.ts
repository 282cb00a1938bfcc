import { request } from 'undici';

import { withQueueMode, type QueueMode } from '../../tooling/services/queueMode';
import type { BenchSettings, Section } from './section';

const WORKER_COUNTS = [1, 2, 4];
const EXECUTIONS = 200;

/** What a worker takes by itself is ten; more are asked than any number here takes at once. */
const CALLERS = 50;

const JOB_SECONDS = 1;

interface Measured {
	readonly workers: number;
	readonly perSecond: number;
}

/** Webhook executions in queue mode, with one, two and four workers. */
export async function workers({ seed }: BenchSettings): Promise<Section> {
	const sandbox = {
		seed,
		jobSeconds: { min: JOB_SECONDS, max: JOB_SECONDS },
		pictureScale: 0.25,
		plainPictures: true,
	};
	return sectionOf(await withQueueMode(sandbox, measureAll));
}

async function measureAll(queueMode: QueueMode): Promise<Measured[]> {
	const measured: Measured[] = [];
	for (const count of WORKER_COUNTS) {
		while (queueMode.workers.length < count) await queueMode.addWorker();
		// The first calls of a fresh worker load its nodes.
		await callWebhook(queueMode, CALLERS);
		const seconds = await callWebhook(queueMode, EXECUTIONS);
		measured.push({ workers: count, perSecond: EXECUTIONS / seconds });
	}
	return measured;
}

/** How long so many executions take together, in seconds. */
async function callWebhook({ fixture }: QueueMode, count: number): Promise<number> {
	const startMs = performance.now();
	let called = 0;
	const caller = async () => {
		while (called < count) {
			const query = { prompt: `Throughput ${called++}` };
			const { statusCode, body } = await request(`${fixture.n8n.url}/webhook/flux-image`, {
				query,
			});
			const answer = Buffer.from(await body.arrayBuffer());
			if (statusCode !== 200) throw new Error(`n8n answered ${statusCode}: ${answer.toString()}`);
		}
	};
	await Promise.all(Array.from({ length: CALLERS }, caller));
	return (performance.now() - startMs) / 1_000;
}

function sectionOf(measured: readonly Measured[]): Section {
	const one = measured[0]?.perSecond ?? NaN;
	return {
		title: 'Throughput in queue mode',
		method: [
			`${EXECUTIONS} webhook executions from ${CALLERS} callers, jobs of ${JOB_SECONDS} s, pictures in the database; PostgreSQL, Redis, the main n8n,`,
			'all workers, the sandbox and the callers on one machine.',
		].join('\n'),
		table: {
			head: ['Workers', 'Executions a second', 'Over one worker'],
			rows: measured.map(({ workers: count, perSecond }) => [
				String(count),
				perSecond.toFixed(1),
				(perSecond / one).toFixed(2),
			]),
		},
		goals: [],
	};
}
