import { digest } from '../n8n/digest';
import { drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { recordOutput } from './outputs';
import { get, post } from './webhooks';

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const WORKFLOW = 'Webhook in, picture out';
const PATH = 'flux-image';

/** Digest of the picture that the sandbox drew for that prompt. */
async function drawnWith(prompt: string): Promise<string | undefined> {
	const [drawn] = await drawnFor(await taskWith(prompt));
	return drawn && digest(drawn);
}

describe(`the workflow "${WORKFLOW}"`, () => {
	it('answers a GET with the PNG that the gateway drew for that prompt and seed', async () => {
		const prompt = 'A lighthouse at dusk';
		const { statusCode, contentType, bytes } = await get(PATH, { prompt, seed: '7' });
		expect(statusCode).toBe(200);
		expect(contentType).toBe('image/png');
		expect(bytes.subarray(0, 8)).toEqual(PNG_SIGNATURE);
		expect(digest(bytes)).toBe(await drawnWith(prompt));
		expect((await taskWith(prompt)).parameters).toMatchObject({ seed: 7, aspect_ratio: '1:1' });
		recordOutput(WORKFLOW, bytes);
	});

	it('answers a POST in the same way', async () => {
		const prompt = 'A sailing boat in the fog';
		const { statusCode, bytes } = await post(PATH, { prompt, seed: 8 });
		expect(statusCode).toBe(200);
		expect(digest(bytes)).toBe(await drawnWith(prompt));
	});

	it('makes and pays one task for a call', async () => {
		const prompt = 'One red kite over a field';
		await get(PATH, { prompt });
		const tasks = await tasksWith(prompt);
		expect(tasks.map(({ billed }) => billed)).toEqual([1]);
	});

	it('answers several calls at once, each with its own picture', async () => {
		const prompts = ['A fox', 'An owl', 'A hare', 'A heron'];
		const answers = await Promise.all(prompts.map(async (prompt) => await get(PATH, { prompt })));
		const drawn = await Promise.all(prompts.map(drawnWith));
		expect(answers.map(({ bytes }) => digest(bytes))).toEqual(drawn);
	});

	it('answers a moderated prompt with the reason and the request id', async () => {
		const prompt = 'A forbidden picture by webhook [moderated]';
		const answer = await get(PATH, { prompt });
		expect(answer.statusCode).toBe(502);
		expect(answer.json().error).toMatch(/was blocked by the moderation/);
		expect(answer.json().requestId).toBe((await taskWith(prompt)).id);
	});

	it('refuses an empty prompt before anything is paid', async () => {
		const { statusCode, bytes } = await get(PATH);
		expect(statusCode).toBe(400);
		expect(bytes.toString()).toMatch(/prompt/i);
		expect(await tasksWith('')).toEqual([]);
	});
});
