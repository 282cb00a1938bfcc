import { createHash } from 'node:crypto';
import { request } from 'undici';
import { drawPicture, pictureRequests, type TaskRow } from '../sandbox';
import { stage } from './stage';

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const WEBHOOK = `${stage.url}/webhook/flux-image`;

interface Answer {
	statusCode: number;
	contentType: string;
	bytes: Buffer;
}

async function get(query: Record<string, string>): Promise<Answer> {
	return await read(await request(WEBHOOK, { query }));
}

async function post(body: object): Promise<Answer> {
	const headers = { 'content-type': 'application/json' };
	return await read(
		await request(WEBHOOK, { method: 'POST', headers, body: JSON.stringify(body) }),
	);
}

async function read({ statusCode, headers, body }: Awaited<ReturnType<typeof request>>) {
	const bytes = Buffer.from(await body.arrayBuffer());
	return { statusCode, contentType: String(headers['content-type']), bytes };
}

async function drawnBySandbox(prompt: string, seed: number): Promise<Buffer> {
	const parameters = { prompt, seed, aspect_ratio: '1:1' };
	const [picture] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters);
	if (!picture) throw new Error('The sandbox would draw nothing');
	return await drawPicture(picture);
}

function digest(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

async function tasksWith(prompt: string): Promise<TaskRow[]> {
	const { body } = await request(`${stage.sandbox.url}/sandbox/ledger`);
	const { tasks } = (await body.json()) as { tasks: TaskRow[] };
	return tasks.filter((task) => task.prompt === prompt);
}

describe('the workflow "Webhook in, picture out"', () => {
	it('answers a GET with the PNG that the gateway drew for that prompt and seed', async () => {
		const prompt = 'A lighthouse at dusk';
		const { statusCode, contentType, bytes } = await get({ prompt, seed: '7' });
		expect(statusCode).toBe(200);
		expect(contentType).toBe('image/png');
		expect(bytes.subarray(0, 8)).toEqual(PNG_SIGNATURE);
		expect(digest(bytes)).toBe(digest(await drawnBySandbox(prompt, 7)));
	});

	it('answers a POST in the same way', async () => {
		const prompt = 'A sailing boat in the fog';
		const { statusCode, bytes } = await post({ prompt, seed: 8 });
		expect(statusCode).toBe(200);
		expect(digest(bytes)).toBe(digest(await drawnBySandbox(prompt, 8)));
	});

	it('makes and pays one task for a call', async () => {
		const prompt = 'One red kite over a field';
		await get({ prompt });
		const tasks = await tasksWith(prompt);
		expect(tasks.map(({ billed }) => billed)).toEqual([1]);
	});

	it('answers several calls at once, each with its own picture', async () => {
		const prompts = ['A fox', 'An owl', 'A hare', 'A heron'];
		const answers = await Promise.all(prompts.map(async (prompt) => await get({ prompt })));
		const drawn = await Promise.all(prompts.map(async (prompt) => drawnBySandbox(prompt, 42)));
		expect(answers.map(({ bytes }) => digest(bytes))).toEqual(drawn.map(digest));
	});

	it('answers a moderated prompt with the reason and the request id', async () => {
		const prompt = 'Something forbidden [moderated]';
		const { statusCode, bytes } = await get({ prompt });
		const [task] = await tasksWith(prompt);
		expect(statusCode).toBe(502);
		const answer = JSON.parse(bytes.toString()) as { error: string; requestId: string };
		expect(answer.error).toMatch(/moderat|blocked/i);
		expect(answer.requestId).toBe(task?.id);
	});

	it('refuses an empty prompt before anything is paid', async () => {
		const { statusCode, bytes } = await get({});
		expect(statusCode).toBe(502);
		expect(bytes.toString()).toMatch(/prompt/i);
		expect(await tasksWith('')).toEqual([]);
	});
});
