import { digest } from '../n8n/digest';
import { begunBy, storedDigests, tasksWith } from './observed';
import { drawnBySandbox } from './pictures';
import { fixture } from './fixture';
import { get } from './webhooks';

const EXECUTIONS = 200;
const CALLERS = 40;
/** Each worker takes up to ten jobs at once as they come; a fifth is far below its usual half. */
const LEAST_SHARE = 0.2;

/** Two hundred webhook calls, each answered with its own picture. */
export function describeSpread(): void {
	describe(`${EXECUTIONS} webhook executions on two workers`, () => {
		const answered = new Map<number, string>();

		beforeAll(async () => {
			let called = 0;
			const caller = async () => {
				while (called < EXECUTIONS) {
					const seed = called++;
					answered.set(seed, await callWebhook(seed));
				}
			};
			await Promise.all(Array.from({ length: CALLERS }, caller));
		});

		it('are each answered with the bytes that the gateway drew', async () => {
			const seeds = Array.from({ length: EXECUTIONS }, (_, seed) => seed);
			const drawn = await Promise.all(
				seeds.map(async (seed) =>
					drawnBySandbox({ prompt: promptOf(seed), seed, aspect_ratio: '1:1' }),
				),
			);
			expect(seeds.map((seed) => answered.get(seed))).toEqual(drawn);
		});

		it('are each paid once', async () => {
			const tasks = await tasksWith('Spread ');
			expect(tasks).toHaveLength(EXECUTIONS);
			expect(new Set(tasks.map(({ prompt }) => prompt)).size).toBe(EXECUTIONS);
			expect(tasks.filter(({ billed }) => billed !== 1)).toEqual([]);
		});

		it('run on both workers, each on one of them', async () => {
			const shares = await Promise.all(fixture.workers.map(begunBy));
			expect(new Set(shares.flat()).size).toBe(shares.flat().length);
			expect(shares.flat()).toHaveLength(EXECUTIONS);
			for (const share of shares) {
				expect(share.length).toBeGreaterThan(LEAST_SHARE * EXECUTIONS);
			}
			console.log(`Executions by worker: ${shares.map(({ length }) => length).join(', ')}`);
		});

		it('keep their pictures in the database', async () => {
			const stored = new Set(await storedDigests());
			expect([...answered.values()].filter((picture) => !stored.has(picture))).toEqual([]);
			expect(stored.size).toBe(EXECUTIONS);
		});
	});
}

const promptOf = (seed: number): string => `Spread ${seed}`;

/**
 * The digest of the picture that the webhook answers with.
 *
 * @throws where it answers with anything else
 */
async function callWebhook(seed: number): Promise<string> {
	const query = { prompt: promptOf(seed), seed: String(seed) };
	const { statusCode, bytes } = await get('flux-image', query);
	if (statusCode === 200) return digest(bytes);
	throw new Error(`The webhook answered ${statusCode}: ${bytes.toString()}`);
}
