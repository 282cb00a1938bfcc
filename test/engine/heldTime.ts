import { systemClock, type Clock } from '../../nodes/FluxImage/core/clock';
import { Accounts } from '../../nodes/FluxImage/accounts/accounts';
import type { NodePorts } from '../../nodes/FluxImage/operations/execution';
import type { SandboxOptions } from '../../sandbox';
import { SimulatedClock } from '../../tooling/simulatedClock';

/** What the machine has for each step of the node's time, in milliseconds at least. */
const TURN_MS = 10;

/** The node's clock in the tests: the system's, until a test takes it into its hands. */
const nodeClock: Clock = { ...systemClock };

/** What a test hands to the node: its time, and accounts of which nothing is known yet. */
export const nodePorts = (): NodePorts => ({
	clock: nodeClock,
	random: Math.random,
	accounts: new Accounts(nodeClock),
});

/** Has the sandbox live in the node's time, whether it is held or not. */
export const NODE_TIME: SandboxOptions = { nowMs: () => nodeClock.dateMs() };

/**
 * The node's time in a test's hands, while network, disk and n8n keep the world's. It stands still but
 * for what the test lets pass, and that passes a step a turn of the event loop: a stall of the machine
 * takes one step, however long it is.
 */
export class HeldTime {
	private readonly clock = new SimulatedClock(0);
	private readonly own = { ...nodeClock };
	private readonly startMs = nodeClock.nowMs();
	private readonly startDateMs = nodeClock.dateMs();

	/** @param stepMs what passes in a turn; the default is about the pace of the world */
	constructor(private readonly stepMs = TURN_MS) {
		const { clock, startMs, startDateMs } = this;
		nodeClock.nowMs = () => startMs + clock.nowMs();
		nodeClock.dateMs = () => startDateMs + clock.nowMs();
		nodeClock.sleep = async (milliseconds, signal) => await clock.sleep(milliseconds, signal);
	}

	/** Lets that much time pass at once: what waits in it wakes, but gets no answer meanwhile. */
	async pass(milliseconds: number): Promise<void> {
		await this.clock.pass(milliseconds);
	}

	/** Waits until something holds, while time passes; fails with the test's own time-out. */
	async passUntil(holds: () => boolean): Promise<void> {
		while (!holds()) {
			await turn();
			await this.clock.pass(this.stepMs);
		}
	}

	/** Waits until something holds, while time stands; fails with the test's own time-out. */
	async standUntil(holds: () => boolean): Promise<void> {
		while (!holds()) await turn();
	}

	/** Lets time pass until the work is done, and gives what comes of it. */
	async during<T>(work: Promise<T>): Promise<T> {
		let done = false;
		const settle = () => void (done = true);
		work.then(settle, settle);
		await this.passUntil(() => done);
		return await work;
	}

	/** Lets the node's time go on with the world's, from where it stands: it never goes back. */
	release(): void {
		const { own } = this;
		const aheadMs = nodeClock.nowMs() - own.nowMs();
		const aheadDateMs = nodeClock.dateMs() - own.dateMs();
		nodeClock.nowMs = () => own.nowMs() + aheadMs;
		nodeClock.dateMs = () => own.dateMs() + aheadDateMs;
		nodeClock.sleep = own.sleep;
	}
}

/**
 * The node's clock at another speed than the world's: its waits shrink, and nothing else changes.
 *
 * @returns puts the node's time back
 */
export function runFaster(speed: number): () => void {
	const own = { ...nodeClock };
	const [startMs, startDateMs] = [own.nowMs(), own.dateMs()];
	const passedMs = () => (own.nowMs() - startMs) * speed;
	nodeClock.nowMs = () => startMs + passedMs();
	nodeClock.dateMs = () => startDateMs + passedMs();
	nodeClock.sleep = async (milliseconds, signal) => await own.sleep(milliseconds / speed, signal);
	return () => Object.assign(nodeClock, own);
}

/** Does work in held time that passes a step a turn, and gives what comes of it. */
export async function inHeldTime<T>(work: () => Promise<T>, stepMs?: number): Promise<T> {
	const time = new HeldTime(stepMs);
	try {
		return await time.during(work());
	} finally {
		time.release();
	}
}

const turn = async () => await new Promise((resolve) => setTimeout(resolve, TURN_MS));
