/**
 * Runs jobs together, at most `limit` at a time; the next starts the moment one ends. Results stand in
 * the order of the jobs. Each job must not reject.
 */
export async function runTogether<Job, Result>(
	jobs: readonly Job[],
	limit: number,
	run: (job: Job) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const queue = jobs.entries();
	const worker = async () => {
		for (const [index, job] of queue) {
			results[index] = await run(job);
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, worker));
	return results;
}
