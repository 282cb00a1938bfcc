import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { Login } from '../n8n/rest';
import { settled } from './browserWait';
import { NodeView } from './nodeView';
import { WINDOW, type Screen } from './screen';

/** Headless, and without the browser's own calls home. */
const CHROMIUM_FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];
const NOTIFICATION = '.el-notification';
/** Elements that move cannot be clicked before they stand still. */
const NO_ANIMATIONS =
	'* { transition-duration: 0s !important; animation-duration: 0s !important; }';
/** A busy machine takes many seconds for what an idle one does at once. */
const ACTION_TIMEOUT_MS = 60_000;

/** The hosts that the editor asked for while it was open, beside n8n itself. */
export type ForeignHosts = Set<string>;

const LOG_IN_TRIES = 4;

/** The n8n that the editor is opened of, and the browser that opens it. */
export interface EditorSite {
	/** Address of n8n, without a slash at the end. */
	url: string;
	login: Login;
	/** The browser's program. */
	chromium: string;
	/** Addresses of the workflows in the editor, by name. */
	workflowUrls: Readonly<Record<string, string>>;
	/** The file of a picture that is saved under a name. */
	pictureFile(name: string): string;
}

/** n8n's editor in a browser, logged in as the owner. Its words are those of n8n's screens. */
export class Editor implements Screen {
	readonly foreignHosts: ForeignHosts = new Set();

	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly site: EditorSite,
	) {
		page.setDefaultTimeout(ACTION_TIMEOUT_MS);
		page.on('request', (request) => {
			const { host, protocol } = new URL(request.url());
			const isWeb = protocol.startsWith('http') || protocol.startsWith('ws');
			if (isWeb && host !== new URL(this.url).host) this.foreignHosts.add(host);
		});
	}

	/** Opens a browser and logs in. */
	static async open(site: EditorSite): Promise<Editor> {
		const browser = await chromium.launch({
			executablePath: site.chromium,
			args: CHROMIUM_FLAGS,
		});
		const page = await browser.newPage({ viewport: WINDOW, reducedMotion: 'reduce' });
		page.on('load', () => void page.addStyleTag({ content: NO_ANIMATIONS }));
		const editor = new Editor(browser, page, site);
		try {
			await editor.logIn();
		} catch (error) {
			// A browser that stays open would keep the tests from ending.
			await browser.close();
			throw error;
		}
		return editor;
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	/** Address of the n8n, without a slash at the end. */
	get url(): string {
		return this.site.url;
	}

	/** An element by the mark that n8n puts on it for tests. */
	marked(testId: string): Locator {
		return this.page.locator(`[data-test-id="${testId}"]`);
	}

	/** Opens an example workflow and waits for a node on its canvas. */
	async openWorkflow(name: string, node?: string): Promise<void> {
		const url = this.site.workflowUrls[name];
		if (!url) throw new Error(`n8n holds no workflow "${name}"`);
		await this.openCanvas(url, node);
	}

	/** Opens a workflow by its address and waits for a node on its canvas. */
	async openCanvas(url: string, node = 'FLUX Image'): Promise<void> {
		await this.page.goto(url);
		await this.canvasNode(node).waitFor();
	}

	/** Begins a new workflow and opens the node in the node panel, where its actions are listed. */
	async openActions(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.marked('canvas-add-button').locator('button').first().click();
		await this.marked('node-creator-search-bar').fill('FLUX Image');
		await this.panelItem('FLUX Image').click();
	}

	/** Picks an action in the node panel: n8n adds the node to the canvas and opens it. */
	async pickAction(action: string): Promise<NodeView> {
		await this.panelItem(action).click();
		await this.marked('node-parameters').waitFor();
		return new NodeView(this);
	}

	/** Begins a new workflow and adds the node by one of its actions. */
	async dropNode(action: string): Promise<NodeView> {
		await this.openActions();
		return await this.pickAction(action);
	}

	/** Presses Execute workflow and waits until n8n says how it went. */
	async execute(): Promise<string> {
		await this.marked('execute-workflow-button').first().click();
		const words = await this.page.locator(NOTIFICATION).first().innerText();
		await this.dismissNotifications();
		return words;
	}

	/** Presses Execute workflow, and returns while it runs. */
	async startExecution(): Promise<void> {
		await this.marked('execute-workflow-button').first().click();
		await this.marked('stop-execution-button').waitFor();
	}

	/** Presses Stop and waits until n8n says that the execution has ended. */
	async stopExecution(): Promise<void> {
		await this.marked('stop-execution-button').click();
		await this.marked('stop-execution-button').waitFor({ state: 'detached' });
	}

	/** Opens a node of the workflow. */
	async openNode(name: string): Promise<NodeView> {
		await this.canvasNode(name).dblclick();
		await this.marked('output-panel').waitFor();
		return new NodeView(this);
	}

	/** Searches the node panel and gives the entry of that title; wait for it to be visible. */
	async searchNode(words: string, title: string): Promise<Locator> {
		const search = this.marked('node-creator-search-bar');
		if (!(await search.isVisible())) await this.marked('node-creator-plus-button').click();
		await search.fill(words);
		return this.panelItem(title);
	}

	/** Shows the picture in the open node's output panel. */
	async viewPicture(): Promise<Locator> {
		const panel = this.marked('output-panel');
		await panel.locator('[data-test-id="radio-button-binary"]').click();
		await panel.locator('[data-test-id="ndv-view-binary-data"]').click();
		const picture = panel.locator('img');
		await picture.waitFor();
		await picture.evaluate(async (image: HTMLImageElement) => await image.decode());
		return picture;
	}

	/** The file behind a picture that the editor shows. */
	async bytesOf(picture: Locator): Promise<Buffer> {
		const address = (await picture.getAttribute('src')) ?? '';
		return await (await this.page.request.get(new URL(address, this.url).href)).body();
	}

	/** Saves what the window shows, or a part of it. */
	async screenshot(name: string, part: Locator | Page = this.page): Promise<void> {
		await this.dismissNotifications();
		// What is under the mouse looks otherwise than the rest.
		await this.page.mouse.move(0, 0);
		await part.screenshot({ path: this.site.pictureFile(name) });
	}

	/** A node or an action in the node panel. */
	panelItem(title: string): Locator {
		return this.marked('node-creator-item-name').filter({ hasText: title }).first();
	}

	/** A node on the canvas. */
	canvasNode(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** Closes them all, those that come meanwhile too. */
	private async dismissNotifications(): Promise<void> {
		const closeButtons = this.page.locator(`${NOTIFICATION} .el-notification__closeBtn`);
		await settled(
			async () =>
				await closeButtons.evaluateAll((buttons: HTMLElement[]) => {
					for (const button of buttons) button.click();
					return buttons.length;
				}),
			(open) => open === 0,
		);
	}

	private async logIn(): Promise<void> {
		await this.page.goto(`${this.url}/signin`);
		const form = this.marked('auth-form');
		await form.locator('input').first().fill(this.site.login.email);
		await form.locator('input[type="password"]').fill(this.site.login.password);
		// On a busy machine n8n may not listen yet to the form that it shows, or asks for a pause.
		const timeout = ACTION_TIMEOUT_MS / LOG_IN_TRIES;
		const isIn = (url: URL) => !url.pathname.includes('signin');
		for (let tries = 0; tries < LOG_IN_TRIES; tries++) {
			await form
				.locator('button')
				.first()
				.click({ timeout })
				.catch(() => undefined);
			const isDone = await this.page.waitForURL(isIn, { timeout }).then(
				() => true,
				() => false,
			);
			if (isDone) return;
		}
		throw new Error('The log-in to n8n came to nothing');
	}
}
