import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { cacheFolder, installOnce } from '../../../tooling/n8n/cache';
import { ensureNode24 } from '../../../tooling/n8n/node24';
import { npm } from '../../../tooling/n8n/npm';
import { startInBackground, type Background } from '../../../tooling/services/background';

/** Measured: half a second on an idle machine. */
const START_TIMEOUT_MS = 60_000;
const BUCKET = 'flux-images';
/** The one account of the server's package. */
const ACCOUNT = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/** A running S3-compatible storage with one bucket. */
export interface S3Storage extends Background {
	url: string;
	bucket: string;
	/** What n8n's credential of type `s3` holds. */
	credential: Record<string, unknown>;
}

/**
 * Starts the storage; the packages of the lockfile beside this file are installed once, into the
 * cache folder.
 *
 * @param folder an empty folder for the objects
 */
export async function startS3(folder: string): Promise<S3Storage> {
	const { default: getPort } = await import('get-port');
	const [port, packages, node] = await Promise.all([
		getPort({ host: '127.0.0.1' }),
		ensurePackages(),
		ensureNode24(),
	]);
	await mkdir(folder, { recursive: true });
	const url = `http://127.0.0.1:${port}`;
	const background = await startInBackground(
		node.binary,
		[join(__dirname, 's3-server.mjs'), packages, String(port), folder, BUCKET],
		{ name: 'The S3 server', cwd: folder, logFile: join(folder, 's3.log') },
		async () => await request(url).then(async ({ body }) => (await body.dump(), true), isDown),
		START_TIMEOUT_MS,
	);
	const credential = {
		...ACCOUNT,
		endpoint: url,
		region: 'us-east-1',
		forcePathStyle: true,
		ignoreSSLIssues: false,
	};
	return { ...background, url, bucket: BUCKET, credential };
}

const isDown = (): boolean => false;

async function ensurePackages(): Promise<string> {
	const lockfile = await readFile(join(__dirname, 'package-lock.json'), 'utf8');
	const hash = createHash('sha256').update(lockfile).digest('hex').slice(0, 12);
	const folder = join(cacheFolder(), `receivers-${hash}`);
	await installOnce(folder, async () => {
		console.log(`Installing the S3 server for the tests into ${folder}, once ...`);
		for (const name of ['package.json', 'package-lock.json']) {
			await copyFile(join(__dirname, name), join(folder, name));
		}
		await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
	});
	return folder;
}
