import type { Gateway } from '../../sandbox';

/** What `scripts/e2e.ts` has started, as the tests need to know it. */
export interface E2eFixture {
	/** The n8n line under test, e.g. `2.41`. */
	line: string;
	/** Address of n8n, without a slash at the end. */
	url: string;
	login: { email: string; password: string };
	/** The cookie of a session of the owner, since n8n 1 allows few log-ins a minute. */
	session: string;
	/** A key for n8n's public API. */
	apiKey: string;
	/** Addresses of the example workflows in the editor, by name. */
	workflowUrls: Record<string, string>;
	sandbox: { url: string; baseUrls: Record<Gateway, string>; key: string };
	/** Where the example workflows send their pictures. */
	receivers: { s3: { url: string; bucket: string }; wordPress: string; folder: string };
	/**
	 * A POST kills n8n by SIGKILL, at `/SIGTERM` by that, and starts it again, with what the body (JSON,
	 * if any) adds to its environment; it is answered when n8n is ready.
	 */
	crashUrl: string;
	/** n8n's database, and a Node that can read it. */
	database: { file: string; node: string };
	/** What the n8n of the moment has logged since it was started. */
	logFile: string;
	/** Holds what each example workflow put out: a line of JSON for each. */
	outputsFile: string;
	/** The browser's program. */
	chromium: string;
}

/** The fixture of this run. */
export const fixture = readFixture();

function readFixture(): E2eFixture {
	const json = process.env.FLUX_IMAGE_E2E;
	if (!json) throw new Error('Run these tests by npm run test:e2e, which starts n8n for them.');
	return JSON.parse(json) as E2eFixture;
}
