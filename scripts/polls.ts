import { readFile } from 'node:fs/promises';
import { Command } from 'commander';

import { readJobs } from '../tooling/polls/jobFile';
import { afterFirstFifth, sumUp, watchJobs } from '../tooling/polls/pollSimulation';

const FORMAT = `
FILE is JSON; all but "seconds" may be left out:
  {
    "together": 1,              jobs that run at a time (1)
    "roundTripSeconds": 0.06,   how long one poll takes (0)
    "jobs": [
      {
        "seconds": 8.2,         from the create to the job's end
        "queuedSeconds": 0.4,   until then its status is queued (0)
        "inferenceTime": 7.8,   told as metrics.inference_time when it has completed
        "progress": [[2, 0.3], [5, 0.8]]   from second 2 on its progress is 0.3, and so on
      }
    ]
  }
Jobs are begun in the order of the file, all of one model. The figures are of those after the first
fifth: lag is from a job's end to the reply that tells it.

Example: npm run --silent polls -- jobs.json`;

const program = new Command('npm run polls --')
	.description(
		"What the node's polling makes of somebody's jobs, on a simulated clock with the node's own " +
			'code. Prints one line of JSON.',
	)
	.argument('<file>', 'the jobs, in JSON')
	.addHelpText('after', FORMAT);

async function main(): Promise<void> {
	const [file] = program.parse().processedArgs as [string];
	const jobs = readJobs(await readFile(file, 'utf8'));
	const sums = sumUp(afterFirstFifth(watchJobs(jobs)));
	const line = {
		jobs: sums.jobs,
		lagPercent: rounded(100 * sums.relativeLag),
		polls: rounded(sums.polls),
		longestLagSeconds: rounded(sums.longestLagMs / 1_000),
		longestWaitSeconds: rounded(sums.longestWaitMs / 1_000),
	};
	console.log(JSON.stringify(line));
}

/** To four digits after the point. */
const rounded = (value: number) => Number(value.toFixed(4));

void main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
