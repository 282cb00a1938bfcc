import { cpus } from 'node:os';
import { request } from 'undici';
import type { QueueMode } from './queueMode';

const WORKER_COUNTS = [1, 2, 4];
const EXECUTIONS = 200;
/** What a worker takes by itself is ten; more are asked than any number here takes at once. */
const CALLERS = 50;

interface Measurement {
	workers: number;
	seconds: number;
	/** Of one call, in seconds. */
	medianSeconds: number;
}

/**
 * Calls the webhook workflow from many callers at once, with one, two and four workers.
 *
 * @returns a table in Markdown
 * @throws where a call is not answered with a picture
 */
export async function measureThroughput(queueMode: QueueMode): Promise<string> {
	const measurements: Measurement[] = [];
	for (const workers of WORKER_COUNTS) {
		while (queueMode.workers.length < workers) await queueMode.addWorker();
		// The first calls of a fresh worker load its nodes.
		await callWebhook(queueMode, CALLERS);
		measurements.push({ workers, ...(await callWebhook(queueMode, EXECUTIONS)) });
	}
	return table(measurements);
}

async function callWebhook(
	{ stage }: QueueMode,
	count: number,
): Promise<Omit<Measurement, 'workers'>> {
	const times: number[] = [];
	const startMs = performance.now();
	let called = 0;
	const caller = async () => {
		while (called < count) {
			const query = { prompt: `Throughput ${called++}` };
			const askedMs = performance.now();
			const { statusCode, body } = await request(`${stage.n8n.url}/webhook/flux-image`, { query });
			const answer = Buffer.from(await body.arrayBuffer());
			if (statusCode !== 200) throw new Error(`n8n answered ${statusCode}: ${answer.toString()}`);
			times.push(performance.now() - askedMs);
		}
	};
	await Promise.all(Array.from({ length: CALLERS }, caller));
	const seconds = (performance.now() - startMs) / 1_000;
	return { seconds, medianSeconds: (times.sort(ascending)[times.length >> 1] ?? 0) / 1_000 };
}

function ascending(one: number, other: number): number {
	return one - other;
}

function table(measurements: Measurement[]): string {
	const rows = measurements.map(({ workers, seconds, medianSeconds }) =>
		[workers, seconds.toFixed(1), (EXECUTIONS / seconds).toFixed(1), medianSeconds.toFixed(1)].join(
			' | ',
		),
	);
	return [
		`${EXECUTIONS} webhook executions from ${CALLERS} callers, jobs of 1 s, ${cpus().length} cores`,
		'',
		'| workers | seconds | executions a second | median answer in seconds |',
		'|---|---|---|---|',
		...rows.map((row) => `| ${row} |`),
	].join('\n');
}
