import type { PostgresLogin } from '../../tooling/services/postgres';

/** What `scripts/queue.ts` has started, as the tests need to know it. */
export interface QueueFixture {
	/** The n8n line under test, e.g. `2.41`. */
	line: string;
	/** Address of the main n8n, without a slash at the end. */
	url: string;
	login: { email: string; password: string };
	database: PostgresLogin;
	/** The workers; each leads a process group of its own. */
	workers: Array<{ pid: number; logFile: string }>;
	sandbox: { url: string; pictureScale: number };
}

/** The fixture of this run. */
export const fixture = readFixture();

function readFixture(): QueueFixture {
	const json = process.env.FLUX_IMAGE_QUEUE;
	if (!json) throw new Error('Run these tests by npm run test:queue, which starts n8n for them.');
	return JSON.parse(json) as QueueFixture;
}
