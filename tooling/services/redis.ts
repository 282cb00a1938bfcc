import { connect } from 'node:net';
import { join } from 'node:path';
import { startInBackground, type Background } from './background';
import { ensureProgram } from './program';

const START_TIMEOUT_MS = 30_000;

/** A running Redis of one's own. */
export interface Redis {
	port: number;
	stop(): Promise<void>;
}

/**
 * Starts a Redis on the loopback that keeps nothing on disk.
 *
 * @param folder an existing folder, for its log
 * @throws where no Redis is installed, saying what to install; where it does not start
 */
export async function startRedis(folder: string): Promise<Redis> {
	const { default: getPort } = await import('get-port');
	const program = ensureProgram({ names: ['redis-server'], debianPackage: 'redis-server' });
	const port = await getPort({ host: '127.0.0.1' });
	const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
	const logFile = join(folder, 'redis.log');
	const redis: Background = await startInBackground(
		program,
		settings,
		{ name: 'Redis', cwd: folder, logFile },
		async () => await answersPing(port),
		START_TIMEOUT_MS,
	);
	return { port, stop: redis.stop };
}

async function answersPing(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
		const settle = (answers: boolean) => {
			socket.destroy();
			resolve(answers);
		};
		socket.once('data', (answer) => settle(answer.toString().startsWith('+PONG')));
		socket.once('error', () => settle(false));
		socket.once('close', () => settle(false));
	});
}
