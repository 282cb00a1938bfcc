import { FormData, request } from 'undici';

import { digest } from '../n8n/digest';
import { fixture } from './fixture';
import { drawnFor, tasksWith } from './gatewayTasks';
import { recordOutput } from './outputs';
import { get, postForm } from './webhooks';

const WORKFLOW = 'A set of variations to choose from';
const PATH = 'flux-image-variations';

/** What a person's browser sends for the form of the page. */
async function wish(prompt: string, seed?: string) {
	const form = new FormData();
	form.set('prompt', prompt);
	if (seed !== undefined) form.set('seed', seed);
	const { statusCode, contentType, bytes } = await postForm(PATH, form);
	return { statusCode, contentType, page: bytes.toString() };
}

/** The addresses of the pictures of a page. */
const picturesOf = (page: string) =>
	[...page.matchAll(/<img src="([^"]+)"/g)].map(([, src]) => src!);

async function bytesAt(link: string): Promise<Buffer> {
	const { statusCode, body } = await request(link);
	expect(statusCode).toBe(200);
	return Buffer.from(await body.arrayBuffer());
}

describe(`the workflow "${WORKFLOW}"`, () => {
	it('answers a GET with a form, and draws nothing', async () => {
		const { statusCode, contentType, bytes } = await get(PATH);
		expect([statusCode, contentType]).toEqual([200, 'text/html; charset=utf-8']);
		expect(bytes.toString()).toContain('<form method="post">');
		expect(picturesOf(bytes.toString())).toEqual([]);
		expect(await tasksWith('')).toEqual([]);
	});

	it('answers a wish with four pictures by their share links, each paid once', async () => {
		const prompt = 'A fox as a logo, flat, two colors';
		const { statusCode, page } = await wish(prompt);
		expect(statusCode).toBe(200);
		const links = picturesOf(page);
		expect(links).toHaveLength(4);
		for (const link of links) {
			expect(link).toContain(`${fixture.url}/rest/binary-data/signed?token=`);
			expect(page).toContain(`<a href="${link}">Download</a>`);
		}
		const tasks = await tasksWith(prompt);
		expect(tasks.map(({ billed }) => billed)).toEqual([1, 1, 1, 1]);
		const pictures = await Promise.all(links.map(bytesAt));
		const bySeed = [...tasks].sort((one, other) => seedOf(one) - seedOf(other));
		const drawn = (await Promise.all(bySeed.map(async (task) => await drawnFor(task)))).flat();
		expect(pictures.map(digest)).toEqual(drawn.map(digest));
		expect(new Set(pictures.map(digest)).size).toBe(4);
		recordOutput(WORKFLOW, ...pictures);
	});

	it('goes on with the next seeds, so that four more are four others', async () => {
		const prompt = 'A hare as a logo';
		const { page } = await wish(prompt);
		const [, seed] = /name="seed" value="(\d+)"/.exec(page) ?? [];
		expect(seed).toBe('46');
		await wish(prompt, seed);
		const seeds = (await tasksWith(prompt)).map(seedOf).sort();
		expect(seeds).toEqual([42, 43, 44, 45, 46, 47, 48, 49]);
	});

	it('shows a prompt as the text that it is, and never as a part of the page', async () => {
		const prompt = `"><script>alert('1')</script><img src=x onerror=alert(2)> & more`;
		const { page } = await wish(prompt);
		expect(page).not.toMatch(/<script|<img src=x/i);
		expect(page).toContain('value="&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)');
		expect(picturesOf(page)).toHaveLength(4);
		expect((await tasksWith(prompt)).length).toBe(4);
	});

	it('shows no code of a seed either, and pays nothing for it', async () => {
		const { statusCode, page } = await wish('A hare with a seed', '"><script>alert(1)</script>');
		expect(statusCode).toBe(400);
		expect(page).toContain('Seed must be');
		expect(page).not.toContain('<script');
		expect(await tasksWith('A hare with a seed')).toEqual([]);
	});

	it('says why there is no picture, and shows the form again', async () => {
		const { statusCode, page } = await wish('Something forbidden <b>[moderated]</b>');
		expect(statusCode).toBe(502);
		expect(page).toContain('was blocked by the moderation of SeaArt Cloud');
		expect(page).toContain('value="Something forbidden &#60;b&#62;[moderated]&#60;/b&#62;"');
	});

	it('refuses an empty wish before anything is paid', async () => {
		const { statusCode, page } = await wish('');
		expect(statusCode).toBe(400);
		expect(page).toMatch(/Prompt/);
	});
});

const seedOf = ({ parameters }: { parameters: unknown }): number =>
	(parameters as { seed: number }).seed;
