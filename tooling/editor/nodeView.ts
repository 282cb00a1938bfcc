import type { Locator } from 'playwright-core';
import { settled } from './browserWait';
import { WINDOW, type Screen } from './screen';

/** What the output panel says of a failed run. */
export interface ShownError {
	message: string;
	/** The description and all else that the panel shows without a click. */
	words: string;
}

/** The details of one node in the editor: its fields in the middle, its output on the right. */
export class NodeView {
	constructor(private readonly screen: Screen) {}

	/** Names of the fields that show, from the top, those inside collections among them. */
	async fields(): Promise<string[]> {
		const labels = this.parameters().locator('label[for]:visible');
		return await labels.evaluateAll((shown: HTMLLabelElement[]) => shown.map((one) => one.htmlFor));
	}

	/** What a field shows: its text, its number, or the name of the chosen option. */
	async value(field: string): Promise<string> {
		return await this.input(field).inputValue();
	}

	/** Types into a field of text or a number. */
	async fill(field: string, text: string): Promise<void> {
		await this.input(field).fill(text);
	}

	/** Turns a switch. */
	async toggle(field: string): Promise<void> {
		await this.screen.marked(`parameter-input-${field}`).locator('.el-switch').click();
	}

	/** Picks an option of a dropdown by its name. */
	async choose(field: string, option: string): Promise<void> {
		await this.pick(this.input(field), option);
		await settled(
			async () => await this.value(field),
			(shown) => shown === option,
		);
	}

	/** The names of a dropdown's options, sorted. */
	async options(field: string): Promise<string[]> {
		return await this.listed(this.input(field), '.option-headline');
	}

	/** Picks the credential of the shown gateway. */
	async chooseCredential(name: string): Promise<void> {
		await this.pick(this.screen.marked('node-credentials-select').locator('input'), name);
	}

	/** What a collection (`Additional Fields`, `Options`) offers to add, sorted. */
	async addable(collection: string): Promise<string[]> {
		return await this.listed(this.adder(collection), 'span');
	}

	/** Adds a field to a collection. */
	async add(collection: string, label: string): Promise<void> {
		await this.pick(this.adder(collection), label);
	}

	/** Adds a row to Input Images. */
	async addImage(): Promise<void> {
		await this.screen.marked('fixed-collection-add').click();
	}

	/** Presses Execute step. */
	async run(): Promise<void> {
		await this.screen.marked('node-execute-button').first().click();
	}

	/** The error that the output panel shows. */
	async error(): Promise<ShownError> {
		const message = await this.screen.marked('node-error-message').innerText();
		return { message, words: await this.screen.marked('output-panel').innerText() };
	}

	/** Saves the whole form, however long it is, as wide as it is in the window. */
	async screenshot(name: string): Promise<void> {
		await this.blur();
		const { page } = this.screen;
		const form = this.parameters();
		const hidden = async () =>
			await form.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
		await page.setViewportSize({ ...WINDOW, height: WINDOW.height + (await hidden()) });
		await settled(hidden, (height) => height === 0);
		await this.screen.screenshot(name, form);
		await page.setViewportSize(WINDOW);
	}

	/** The names of an open dropdown with what is said of each, for a screenshot; it stays open. */
	async openDropdown(field: string): Promise<void> {
		await this.blur();
		await this.input(field).click();
		await this.items().first().waitFor();
	}

	/** Brings a field, or what is near the top, into view for a screenshot. */
	async scrollTo(field: string): Promise<void> {
		await this.parameters().locator(`label[for="${field}"]`).scrollIntoViewIfNeeded();
	}

	/** Goes back to the canvas. */
	async close(): Promise<void> {
		// n8n 1 calls its button otherwise.
		const button = this.screen.marked('ndv-close-button');
		await button.or(this.screen.marked('back-to-canvas')).first().click();
		await this.parameters().waitFor({ state: 'hidden' });
	}

	private parameters(): Locator {
		return this.screen.marked('node-parameters');
	}

	private input(field: string): Locator {
		return this.screen.marked(`parameter-input-${field}`).locator('input, textarea').first();
	}

	private adder(collection: string): Locator {
		return this.screen
			.marked('parameter-item')
			.filter({ has: this.screen.page.locator('label').getByText(collection, { exact: true }) })
			.locator('.el-select input')
			.last();
	}

	private items(): Locator {
		return this.screen.page.locator('.el-select-dropdown__item:visible');
	}

	/** A text field that has the focus shows a tip, which covers what is below. */
	private async blur(): Promise<void> {
		await this.screen.page.evaluate(() => {
			if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
		});
	}

	private async pick(select: Locator, option: string): Promise<void> {
		await this.blur();
		await select.click();
		const item = this.items().filter({
			has: this.screen.page.getByText(option, { exact: true }),
		});
		await item.click();
		await this.items().first().waitFor({ state: 'hidden' });
	}

	private async listed(select: Locator, name: string): Promise<string[]> {
		await this.blur();
		await select.click();
		await this.items().first().waitFor();
		const names = await this.items().locator(name).allInnerTexts();
		await select.press('Escape');
		await this.items().first().waitFor({ state: 'hidden' });
		return names.map((text) => text.trim()).sort();
	}
}
