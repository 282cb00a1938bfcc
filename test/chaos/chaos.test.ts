import { runChaos } from './chaos';
import { bookTable, reconcile } from './reconcile';

/** Set by `npm run chaos -- --tasks N`; without it a size that every test run affords. */
const tasks = Number(process.env.CHAOS_TASKS ?? 500);

/**
 * Set by `npm run chaos`, which explores: its seed is random unless named. The tests' own is fixed, so
 * that no change fails by the bad luck of its run.
 */
const seed = Number(process.env.CHAOS_SEED ?? 1);

/** Milliseconds for each task, and for what hangs at the end. */
const timeoutMs = 120_000 + tasks * 200;

it(
	'in whatever weather, what was paid came out as a picture, or is named',
	async () => {
		const startedMs = Date.now();
		const run = await runChaos({ seed, tasks });
		await run.harness.close();
		const books = reconcile(run);
		const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1);
		const replay = `npm run chaos -- --seed ${seed} --tasks ${tasks}`;
		process.stdout.write(`\nChaos, ${seconds} s; replay with: ${replay}\n${bookTable(books)}\n`);
		expect(books.wrong).toEqual([]);
	},
	timeoutMs,
);
