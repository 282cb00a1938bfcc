import { startSandbox, type Sandbox } from '../../sandbox';
import { runFlux, startFlux } from './engineRun';
import type { BenchSettings, Section } from './section';
import { withSpread } from './statistics';

const JOB_SECONDS = 6;
const STOPPED_JOB_SECONDS = 12;
const STOP_AFTER_MS = 2_000;

/** The node in the cases in which the other packages of the README's comparison were measured. */
export async function alone({ repeats }: BenchSettings): Promise<Section> {
	const one = await repeated(repeats, async () => await generate(1));
	const four = await repeated(repeats, async () => await generate(4));
	const stopped = await repeated(repeats, stop);
	const storm = await generate(1, true);
	return {
		title: 'The cases of the comparison',
		method: [
			"The README's comparison runs other packages through these cases; here is this node's side, in n8n's real engine,",
			"the picture's download included.",
		].join('\n'),
		table: {
			head: ['Case', 'Measured'],
			rows: [
				[`One job of ${JOB_SECONDS} s takes, s`, withSpread(one.map(({ seconds }) => seconds))],
				[
					'Polls of it',
					withSpread(
						one.map(({ polls }) => polls),
						0,
					),
				],
				[`Four jobs of ${JOB_SECONDS} s take, s`, withSpread(four.map(({ seconds }) => seconds))],
				[
					`Stopped after ${STOP_AFTER_MS / 1_000} s of a ${STOPPED_JOB_SECONDS} s job, ended at, s`,
					withSpread(stopped.map(({ seconds }) => seconds)),
				],
				[
					'Cancels sent after Stop',
					withSpread(
						stopped.map(({ cancels }) => cancels),
						0,
					),
				],
				[
					'One 503 on the first poll',
					`recovers, ${storm.pictures} picture for ${storm.paid} paid task`,
				],
			],
		},
		goals: [],
	};
}

async function repeated<T>(times: number, run: () => Promise<T>): Promise<T[]> {
	const results: T[] = [];
	for (let time = 0; time < times; time++) results.push(await run());
	return results;
}

async function generate(items: number, storm = false) {
	return await atSandbox(JOB_SECONDS, async (sandbox) => {
		if (storm) sandbox.faults.add({ call: 'status', fault: '503', nth: 1 });
		const prompts = Array.from({ length: items }, (_, index) => `Picture ${index}`);
		const startedMs = Date.now();
		const { items: pictures } = await runFlux(sandbox, { prompts });
		const seconds = (Date.now() - startedMs) / 1_000;
		const { ledger } = sandbox;
		const polls = ledger.where({ call: 'status' }).length;
		return { seconds, polls, pictures: pictures.length, paid: ledger.billed() };
	});
}

async function stop() {
	return await atSandbox(STOPPED_JOB_SECONDS, async (sandbox) => {
		const startedMs = Date.now();
		const execution = startFlux(sandbox, { prompts: ['Picture'] });
		setTimeout(() => execution.stop(), STOP_AFTER_MS);
		await execution.finished;
		const seconds = (Date.now() - startedMs) / 1_000;
		return { seconds, cancels: sandbox.ledger.where({ call: 'cancel' }).length };
	});
}

async function atSandbox<T>(seconds: number, use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
	const sandbox = await startSandbox({ jobSeconds: { min: seconds, max: seconds } });
	try {
		return await use(sandbox);
	} finally {
		await sandbox.close();
	}
}
