import { startSandbox, type RequestRow, type Sandbox, type SandboxOptions } from '../../sandbox';
import { mean } from './statistics';

/** Who makes the pictures: the node, the loop with Retry On Fail, and the loop built with care. */
export const BUILDS = ['node', 'loop', 'careful'] as const;
export type Build = (typeof BUILDS)[number];

/** What a run came to, by its own end and the sandbox's books. */
export interface Came {
	/** Pictures that came out. */
	readonly pictures: number;
	/** Until the last execution had ended, well or not, in seconds. */
	readonly seconds: number;
	/** Calls of the kind that the account limits which were refused. */
	readonly refused: number;
	readonly paid: number;
}

/** A case of the comparison. */
export interface ByHandCase {
	readonly what: string;
	/** How many pictures are asked for. */
	readonly pictures: number;
	/** How many of them are orders of their own: as many tasks should be paid. */
	readonly orders: number;
	/** What the account refuses is counted in these; absent: it refuses nothing. */
	readonly refuses?: 'creates' | 'calls';
	/** The shortest time that the account allows, in seconds, where the case is about time. */
	readonly leastSeconds?: number;
	readonly came: Readonly<Record<Build, Came>>;
}

/** Runs on a sandbox, and so on an account, of its own. */
export async function onAccount<T>(
	options: SandboxOptions,
	use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
	const sandbox = await startSandbox({ plainPictures: true, pictureScale: 0.05, ...options });
	try {
		return await use(sandbox);
	} finally {
		await sandbox.close();
	}
}

/** Times a run that gives how many pictures came, and reads the books. */
export async function timed(
	{ ledger }: Sandbox,
	counts: (row: RequestRow) => boolean,
	run: () => Promise<number>,
): Promise<Came> {
	const startedMs = Date.now();
	const pictures = await run();
	const seconds = (Date.now() - startedMs) / 1_000;
	const refused = ledger.where({ statusCode: 429 }).filter(counts).length;
	return { pictures, seconds, refused, paid: ledger.billed() };
}

/** What each build came to, side by side: for runs of few calls. */
export async function sideBySide(
	run: (build: Build) => Promise<Came>,
): Promise<Record<Build, Came>> {
	const [node, loop, careful] = await Promise.all([run('node'), run('loop'), run('careful')]);
	return { node, loop, careful };
}

/** What each build came to, one after the other; means of the repetitions. */
export async function inTurn(
	repeats: number,
	run: (build: Build, repeat: number) => Promise<Came>,
): Promise<Record<Build, Came>> {
	const runs: Record<Build, Came[]> = { node: [], loop: [], careful: [] };
	for (let repeat = 0; repeat < repeats; repeat++) {
		for (const build of BUILDS) runs[build].push(await run(build, repeat));
	}
	return {
		node: meanOf(runs.node),
		loop: meanOf(runs.loop),
		careful: meanOf(runs.careful),
	};
}

function meanOf(runs: readonly Came[]): Came {
	const of = (figure: keyof Came) => mean(runs.map((run) => run[figure]));
	return {
		pictures: of('pictures'),
		seconds: of('seconds'),
		refused: of('refused'),
		paid: of('paid'),
	};
}
