import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

import { startSandbox, type Sandbox } from '../../../sandbox';
import { eventually } from '../../../tooling/eventually';
import type { ChildOutcome, ChildTask } from './child';

let sandbox: Sandbox;
let child: ChildProcess | undefined;

beforeAll(async () => (sandbox = await startSandbox({ pictureScale: 0.1 })));
afterAll(async () => await sandbox.close());
beforeEach(() => {
	sandbox.ledger.clear();
	sandbox.faults.clear();
});
afterEach(() => child?.kill('SIGKILL'));

/** Runs the node in the engine, in a process of its own and in real time. */
async function runInChild(task: Pick<ChildTask, 'prompt' | 'options' | 'blockMs'>) {
	const { keys, baseUrls } = sandbox;
	const whole: ChildTask = { ...task, apiKey: keys.valid, baseUrl: baseUrls.seaArtCloud };
	const file = path.join(__dirname, 'child.ts');
	const own = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(whole)], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	child = own;
	const pieces: Buffer[] = [];
	own.stdout.on('data', (piece: Buffer) => void pieces.push(piece));
	await new Promise((resolve) => own.once('close', resolve));
	return JSON.parse(Buffer.concat(pieces).toString()) as ChildOutcome;
}

const pause = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

const isPolled = () => sandbox.ledger.where({ call: 'status', accepted: true }).length > 0;
const states = () => sandbox.ledger.taskRows().map(({ state }) => state);

describe('A process that is paused over the deadline (FAULTS F11)', () => {
	it.each(['error', 'cancelTask'])(
		'delivers the picture that was finished meanwhile, with On Timeout %s',
		async (onTimeout) => {
			const running = runInChild({
				prompt: '[seconds=1.5]',
				options: { pollInterval: 0.5, timeout: 3, onTimeout },
			});
			// A child that cannot even start ends the wait.
			await Promise.race([eventually('a poll', async () => isPolled(), Boolean), running]);
			child!.kill('SIGSTOP');
			await pause(4_000);
			child!.kill('SIGCONT');
			const { error, hasPicture } = await running;
			expect(error).toBeUndefined();
			expect(hasPicture).toBe(true);
			expect(sandbox.ledger.where({ call: 'cancel' })).toHaveLength(0);
			expect(states()).toEqual(['completed']);
		},
	);
});

describe("An event loop that is blocked while a create's answer is on the wire (FAULTS F12)", () => {
	it('reads the answer before it cuts: the task is not doubtful', async () => {
		sandbox.faults.add({
			call: 'create',
			when: 'afterAcceptance',
			fault: 'slowDrip',
			dripMs: 60,
		});
		const { error, hasPicture, requestId } = await runInChild({
			prompt: '[seconds=1]',
			options: { pollInterval: 0.5, timeout: 25 },
			blockMs: 5_000,
		});
		expect(error).toBeUndefined();
		expect(hasPicture).toBe(true);
		expect(sandbox.ledger.taskRows().map(({ id }) => id)).toEqual([requestId]);
	});
});
