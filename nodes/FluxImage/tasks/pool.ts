/**
 * Runs jobs together, at most `limit` at a time; the next starts the moment one ends. Results stand in
 * the order of the jobs. Each job must not reject.
 *
 * @param mayStart asked before each start; false leaves the rest unstarted (`undefined` in the results)
 */
export async function runTogether<Job, Result>(
	jobs: readonly Job[],
	limit: number,
	run: (job: Job) => Promise<Result>,
	mayStart: () => boolean,
): Promise<Array<Result | undefined>> {
	const results: Array<Result | undefined> = jobs.map(() => undefined);
	const queue = jobs.entries();
	const worker = async () => {
		for (const [index, job] of queue) {
			if (!mayStart()) return;
			results[index] = await run(job);
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, worker));
	return results;
}
