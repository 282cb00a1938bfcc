import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Locator } from 'playwright-core';

import { digest } from '../n8n/digest';
import { serve, type LocalServer } from '../unit/client/localServer';
import { openChat } from './agentChat';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';
import { fixture } from './fixture';
import { drawnFor, taskWith } from './gatewayTasks';
import { openN8n } from './n8n';
import { startOpenAiStub } from '../../tooling/chatModel/openAiStub';
import { drawShared, publishSharing } from './sharing';

jest.setTimeout(300_000);

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
});

afterAll(async () => {
	await editor.close();
});

/** The browser of somebody who has no account at this n8n. */
async function stranger(): Promise<BrowserContext> {
	const browser = editor.page.context().browser() as Browser;
	return await browser.newContext({ viewport: { width: 1200, height: 900 } });
}

/** Waits until a picture is there with all its bytes, and gives its width in pixels. */
async function shownWidth(picture: Locator): Promise<number> {
	await picture.waitFor();
	return await picture.evaluate(async (image: HTMLImageElement) => {
		await image.decode();
		return image.naturalWidth;
	});
}

describe('A share link in the browser of somebody without an account', () => {
	const path = 'share-link-in-browser';
	const prompt = 'A lighthouse in a browser';
	let link: string;
	let page: LocalServer;

	beforeAll(async () => {
		await publishSharing(openN8n(), path, { shareLink: '1h', downloadImages: false });
		link = (await drawShared(path, prompt)).shareUrl;
		page = await serve((response) => {
			response.setHeader('content-type', 'text/html');
			response.end(`<h1>A page of another host</h1><img src="${link}">`);
		});
	});

	afterAll(async () => await page.close());

	it('is a picture on a page of another host', async () => {
		const context = await stranger();
		const tab = await context.newPage();
		await tab.goto(page.url);
		expect(await shownWidth(tab.locator('img'))).toBeGreaterThan(100);
		await context.close();
	});

	it('is a download under the name of the picture, where it is opened itself', async () => {
		const context = await stranger();
		const tab = await context.newPage();
		const [download] = await Promise.all([
			tab.waitForEvent('download'),
			// A navigation that becomes a download is no page.
			tab.goto(link).catch(() => undefined),
		]);
		expect(download.suggestedFilename()).toMatch(/^flux-kontext-max_\w+_1\.png$/);
		const [drawn] = await drawnFor(await taskWith(prompt));
		expect(digest(await readFile(await download.path()))).toBe(digest(drawn!));
		await context.close();
	});
});

describe('The page of "A set of variations to choose from"', () => {
	it('shows four pictures to somebody without an account who has written a wish', async () => {
		const context = await stranger();
		const tab = await context.newPage();
		await tab.goto(`${fixture.url}/webhook/flux-image-variations`);
		await tab.fill('input[name=prompt]', 'A fox on a <b>hill</b> & "alone"');
		await tab.click('button');
		const pictures = tab.locator('figure img');
		await pictures.nth(3).waitFor();
		for (const picture of await pictures.all()) {
			expect(await shownWidth(picture)).toBeGreaterThan(100);
		}
		expect(await tab.inputValue('input[name=prompt]')).toBe('A fox on a <b>hill</b> & "alone"');
		await tab.screenshot({ path: `test-results/gallery-${fixture.line}.png` });
		await context.close();
	});
});

describe('The agent of "AI agent draws", in the chat of the editor', () => {
	it('answers with the picture itself', async () => {
		const model = await startOpenAiStub((words) => ({ prompt: words, aspectRatio: '16:9' }));
		const rest = openN8n();
		await rest.saveCredential('OpenAI account', 'openAiApi', model.credential);
		const name = 'agent-in-browser';
		await openChat(rest, { webhookId: name, agentVersion: 3, streaming: false });
		const { id = '' } = (await rest.listWorkflows()).find((row) => row.name === name) ?? {};
		await editor.page.goto(`${fixture.url}/workflow/${id}`);
		await editor.marked('workflow-chat-button').first().click();
		const input = editor.marked('chat-input').first();
		await input.fill('Draw a lighthouse at dusk, for a wide banner');
		await input.press('Enter');
		const picture = editor.page.locator('.chat-message-from-bot img, .chat-message img').first();
		expect(await shownWidth(picture)).toBeGreaterThan(100);
		expect(await picture.getAttribute('src')).toContain('/rest/binary-data/signed?token=');
		await editor.screenshot('agent-chat');
		await model.close();
	});
});
