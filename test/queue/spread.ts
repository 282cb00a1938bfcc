import { createHash } from 'node:crypto';
import { request } from 'undici';
import { drawPicture, pictureRequests } from '../sandbox';
import { begunBy, storedDigests, tasksWith } from './observed';
import { stage } from './stage';

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
			const drawn = await Promise.all(seeds.map(drawnBySandbox));
			expect(seeds.map((seed) => answered.get(seed))).toEqual(drawn);
		});

		it('are each paid once', async () => {
			const tasks = await tasksWith('Spread ');
			expect(tasks).toHaveLength(EXECUTIONS);
			expect(new Set(tasks.map(({ prompt }) => prompt)).size).toBe(EXECUTIONS);
			expect(tasks.filter(({ billed }) => billed !== 1)).toEqual([]);
		});

		it('run on both workers, each on one of them', async () => {
			const shares = await Promise.all(stage.workers.map(begunBy));
			expect(new Set(shares.flat()).size).toBe(shares.flat().length);
			expect(shares.flat()).toHaveLength(EXECUTIONS);
			for (const share of shares) {
				expect(share.length).toBeGreaterThan(LEAST_SHARE * EXECUTIONS);
			}
			console.log(`Executions by worker: ${shares.map(({ length }) => length).join(', ')}`);
		});

		it('keep their pictures in the database', async () => {
			expect(new Set(await storedDigests())).toEqual(
				expect.objectContaining(new Set(answered.values())),
			);
		});
	});
}

const promptOf = (seed: number): string => `Spread ${seed}`;

async function callWebhook(seed: number): Promise<string> {
	const query = { prompt: promptOf(seed), seed: String(seed) };
	const { body } = await request(`${stage.url}/webhook/flux-image`, { query });
	return digest(Buffer.from(await body.arrayBuffer()));
}

async function drawnBySandbox(seed: number): Promise<string> {
	const parameters = { prompt: promptOf(seed), seed, aspect_ratio: '1:1' };
	const { pictureScale } = stage.sandbox;
	const [picture] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, pictureScale);
	if (!picture) throw new Error('The sandbox would draw nothing');
	return digest(await drawPicture(picture));
}

function digest(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
