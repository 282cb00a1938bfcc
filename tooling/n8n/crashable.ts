import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually } from '../eventually';
import type { N8nServer } from './server';

/** Settings of n8n, by name. */
type Environment = Record<string, string>;

/** An n8n that a test in another process can kill and have started again. */
export interface CrashableN8n {
	/**
	 * A POST here kills n8n by SIGKILL, or by SIGTERM at `/SIGTERM`, and starts it again, with what the
	 * body (JSON, if any) adds to its environment; it is answered when n8n is ready.
	 */
	crashUrl: string;
	/** Ends the n8n of the moment. */
	stop(): Promise<void>;
}

/**
 * Takes over a running n8n.
 *
 * @param restart starts it again with the same data at the same address
 */
export async function makeCrashable(
	running: N8nServer,
	restart: (environment: Environment) => Promise<N8nServer>,
): Promise<CrashableN8n> {
	let n8n = running;
	const crash = async (isAsked: boolean, environment: Environment) => {
		if (isAsked) await endBySigterm(n8n.pid);
		// The whole group, so that n8n's task runners go too, as in a power cut.
		else process.kill(-n8n.pid, 'SIGKILL');
		await n8n.stop();
		n8n = await restart(environment);
	};
	const server = createServer((request, response) => {
		const answer = (statusCode: number, words: string) => {
			response.writeHead(statusCode).end(words);
		};
		if (request.method !== 'POST') return answer(405, 'POST only');
		text(request)
			.then(async (body) => {
				const environment = JSON.parse(body || '{}') as Environment;
				await crash(request.url === '/SIGTERM', environment);
			})
			.then(
				() => answer(200, 'n8n was killed and runs again'),
				(error: unknown) => answer(500, String(error)),
			);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const stop = async () => {
		server.close();
		await n8n.stop();
	};
	return { crashUrl: `http://127.0.0.1:${port}`, stop };
}

/** Asks n8n alone to end, and waits as long as it takes: n8n lets executions go on for 30 seconds. */
async function endBySigterm(pid: number): Promise<void> {
	process.kill(pid, 'SIGTERM');
	await eventually(
		'the end of n8n',
		async () => await Promise.resolve(isAlive(pid)),
		(alive) => !alive,
	);
}

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
