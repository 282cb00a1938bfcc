import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { request } from 'undici';

import { eventually } from '../../tooling/eventually';
import type { N8nRest } from '../../tooling/n8n/rest';
import { digest } from '../n8n/digest';
import { fixture } from './fixture';
import { drawnFor, taskWith } from './gatewayTasks';
import { executionsOf, itemsOf, openN8n } from './n8n';
import { NODE } from './ownWorkflow';
import { drawShared, publishSharing } from './sharing';

let rest: N8nRest;

beforeAll(() => (rest = openN8n()));

/** What somebody gets who has the link alone: no cookie, no key. */
async function open(link: string, method: 'GET' | 'HEAD' = 'GET') {
	const { statusCode, headers, body } = await request(link, { method });
	return { statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
}

/** The digest of the picture that the gateway drew for a prompt. */
async function drawnDigest(prompt: string): Promise<string | undefined> {
	const [drawn] = await drawnFor(await taskWith(prompt));
	return drawn && digest(drawn);
}

const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? '';

/** Signs claims as this n8n does. */
async function signedByN8n(claims: object): Promise<string> {
	const config = join(dirname(fixture.database.file), 'config');
	const { encryptionKey } = JSON.parse(await readFile(config, 'utf8')) as { encryptionKey: string };
	const secret = createHash('sha256').update(`url-signing:${encryptionKey}`).digest('base64');
	const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

describe('A share link in n8n', () => {
	const path = 'share-link';

	it('opens without a login, as the picture that was drawn', async () => {
		await publishSharing(rest, path, { shareLink: '1h' });
		const prompt = 'A lighthouse to be shared';
		const { shareUrl, shareUrlExpiresAt } = await drawShared(path, prompt);
		expect(shareUrl).toContain(`${fixture.url}/rest/binary-data/signed?token=`);
		const { statusCode, headers, bytes } = await open(shareUrl);
		expect(statusCode).toBe(200);
		expect(headers['content-type']).toBe('image/png');
		expect(headers['content-disposition']).toMatch(/^attachment; filename="flux-kontext-max_/);
		expect(digest(bytes)).toBe(await drawnDigest(prompt));
		const leftMs = Date.parse(String(shareUrlExpiresAt)) - Date.now();
		expect(leftMs).toBeGreaterThan(3_500_000);
		expect(leftMs).toBeLessThanOrEqual(3_600_000);
	});

	it('takes a HEAD, and a file name behind it for services that want an ending', async () => {
		const { shareUrl, fileName } = await drawShared(path, 'A lighthouse with an ending');
		expect((await open(shareUrl, 'HEAD')).statusCode).toBe(200);
		expect((await open(`${shareUrl}&file=${String(fileName)}`)).statusCode).toBe(200);
	});

	it('is refused after a change of one letter', async () => {
		const { shareUrl } = await drawShared(path, 'A lighthouse under a forged link');
		const token = tokenOf(shareUrl);
		for (const place of [2, Math.floor(token.length / 2), token.length - 4]) {
			const letter = token[place] === 'A' ? 'B' : 'A';
			const changed = token.slice(0, place) + letter + token.slice(place + 1);
			// 500 where what the first part says of itself cannot be read any more.
			expect([400, 500]).toContain((await open(shareUrl.replace(token, changed))).statusCode);
		}
	});

	it('is refused after its time', async () => {
		const { shareUrl } = await drawShared(path, 'A lighthouse of an hour ago');
		const token = tokenOf(shareUrl);
		const [, part = ''] = token.split('.');
		const claims = JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, number>;
		// Time itself cannot be moved here: the same link, made by the same secret two hours ago.
		expect(await signedByN8n(claims)).toBe(token);
		const earlier = await signedByN8n({
			...claims,
			iat: claims['iat']! - 7200,
			exp: claims['exp']! - 7200,
		});
		const { statusCode, bytes } = await open(shareUrl.replace(token, earlier));
		expect([statusCode, bytes.toString()]).toEqual([400, 'jwt expired']);
	});
});

describe('With Download Images off', () => {
	it('the picture has a link, and the item no file', async () => {
		const path = 'share-link-alone';
		const id = await publishSharing(rest, path, { shareLink: '1d', downloadImages: false });
		const prompt = 'A mill to be shared, without its file';
		const { shareUrl } = await drawShared(path, prompt);
		expect(digest((await open(shareUrl)).bytes)).toBe(await drawnDigest(prompt));
		const [item] = itemsOf((await saved(id))!, NODE);
		expect(item).not.toHaveProperty('binary');
		expect(item?.json).toMatchObject({ shareUrl, contentType: 'image/png' });
	});
});

/** The execution, once n8n lists it. */
const saved = async (id: string) =>
	(
		await eventually(
			`the execution of workflow ${id}`,
			async () => await executionsOf(id),
			(executions) => executions.length > 0,
		)
	)[0];

describe('The picture behind a link goes with its execution', () => {
	it('when a person deletes that', async () => {
		const path = 'share-link-deleted';
		const id = await publishSharing(rest, path, { shareLink: '7d' });
		const { shareUrl } = await drawShared(path, 'A mill whose execution is deleted');
		expect((await open(shareUrl)).statusCode).toBe(200);
		await rest.call('POST', 'executions/delete', { ids: [(await saved(id))?.id] });
		await becomes(shareUrl, 404);
	});

	it('where the workflow does not save executions that succeed: in n8n 1 at its end', async () => {
		const path = 'share-link-unsaved';
		const settings = { saveDataSuccessExecution: 'none' };
		const id = await publishSharing(rest, path, { shareLink: '7d' }, settings);
		const { shareUrl } = await drawShared(path, 'A mill whose execution is not saved');
		// n8n 2 deletes the file the next time that it prunes, every 15 minutes.
		const isAtOnce = fixture.line.startsWith('1.');
		await becomes(shareUrl, isAtOnce ? 404 : 200);
		expect(await executionsOf(id)).toEqual([]);
		const log = await readFile(fixture.logFile, 'utf8');
		expect(log).toContain('This workflow does not save its successful executions');
	});
});

const becomes = async (link: string, expected: number) =>
	await eventually(
		`${expected} for a link`,
		async () => (await open(link)).statusCode,
		(statusCode) => statusCode === expected,
	);

describe('A link to this machine', () => {
	it('is logged once a run of production', async () => {
		const log = await readFile(fixture.logFile, 'utf8');
		const begin = `Share links begin with ${fixture.url}, which opens on this machine alone.`;
		expect(log).toContain(begin);
	});
});
