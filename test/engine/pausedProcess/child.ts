import { systemClock, type Clock } from '../../../nodes/FluxImage/core/clock';
import { Accounts } from '../../../nodes/FluxImage/accounts/accounts';
import { runNode, useBinaryMode } from '../../../tooling/engine/engine';

/** What a test has the node in a process of its own do. */
export interface ChildTask {
	readonly apiKey: string;
	readonly baseUrl: string;
	readonly prompt: string;
	readonly options: Readonly<Record<string, string | number>>;
	/** Milliseconds for which the event loop is blocked while the create is on its way. */
	readonly blockMs?: number;
}

/** What came of it, as the child's standard output has it. */
export interface ChildOutcome {
	readonly error?: string;
	readonly requestId?: string;
	readonly hasPicture: boolean;
}

/** What a create needs to be on the wire, in milliseconds. */
const ON_ITS_WAY_MS = 200;

/** The time-outs of calls stand at 30 s and more; they are shortened, all other time is the world's. */
const SHORTENED_FROM_MS = 20_000;
const SHORTENED_BY = 10;

const clock: Clock = {
	...systemClock,
	sleep: async (milliseconds, signal) =>
		await systemClock.sleep(
			milliseconds < SHORTENED_FROM_MS ? milliseconds : milliseconds / SHORTENED_BY,
			signal,
		),
};

/** Holds the event loop, as a long computation of another node does. */
function block(milliseconds: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

async function main({ apiKey, baseUrl, prompt, options, blockMs }: ChildTask): Promise<void> {
	await useBinaryMode('filesystem');
	const { items, error } = await runNode({
		ports: { clock, random: Math.random, accounts: new Accounts(clock) },
		items: [{ json: {} }],
		parameters: {
			gateway: 'seaArtCloud',
			resource: 'image',
			operation: 'generateAndWait',
			model: 'flux-2-pro',
			prompt,
			options: { ...options },
		},
		credentials: { seaArtCloudApi: { apiKey, baseUrl } },
		onCall: ({ method }) => {
			if (method === 'POST' && blockMs) setTimeout(() => block(blockMs), ON_ITS_WAY_MS);
		},
	});
	const [item] = items;
	const outcome: ChildOutcome = {
		...(error && { error: error.message }),
		...(item && { requestId: String(item.json.requestId) }),
		hasPicture: item?.binary !== undefined,
	};
	process.stdout.write(JSON.stringify(outcome), () => process.exit());
}

void main(JSON.parse(process.argv[2]!) as ChildTask);
