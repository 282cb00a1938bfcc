import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { fixture } from './fixture';

/**
 * What differs from run to run: the gateway's ids, and what is made of them. So does whether a task is
 * reused: a test run of the same request by an earlier test, in the browser of one line, decides it.
 */
const PASSING = new Set(['requestId', 'url', 'key', 'fileName', 'metrics', 'expiresAt', 'reused']);

/** A task's id as SeaArt Cloud gives it, which errors name among their words. */
const TASK_ID = /mmsu_\w+/g;

/**
 * Notes what an example workflow put out, once it was found right, for the matrix of n8n lines by
 * workflows. Parts are pictures (bytes) and JSON, of which what differs from run to run is left out.
 */
export function recordOutput(workflow: string, ...parts: unknown[]): void {
	const hash = createHash('sha256');
	for (const part of parts) hash.update(Buffer.isBuffer(part) ? part : lasting(part));
	const row = { workflow, digest: hash.digest('hex') };
	appendFileSync(fixture.outputsFile, `${JSON.stringify(row)}\n`);
}

function lasting(part: unknown): string {
	const text = JSON.stringify(part, (name, value: unknown) =>
		PASSING.has(name) ? undefined : value,
	);
	return text.replaceAll(TASK_ID, '');
}
