import type { Locator } from 'playwright-core';
import type { Editor } from '../../tooling/editor/editor';

const CHECKBOX = '[role="checkbox"], .el-checkbox__inner';

/** Settings > Community nodes, in the words of the screen. */
export class CommunityNodesScreen {
	constructor(private readonly editor: Editor) {}

	/** Opens the screen, or opens it anew. */
	async open(): Promise<void> {
		await this.editor.page.goto(`${this.editor.url}/settings/community-nodes`);
		await this.installButton().waitFor();
	}

	/** The button that begins an installation; absent where n8n allows none. */
	installButton(): Locator {
		return this.editor.page.getByRole('button', { name: /^Install( a community node)?$/ }).first();
	}

	/** Types a package's name, ticks the box about the risk and presses Install; waits for the end. */
	async install(packageName: string): Promise<void> {
		await this.installButton().click();
		const name = this.editor.marked('package-name-input');
		// n8n 1 marks the field itself, n8n 2 what is around it.
		await name
			.locator('input')
			.or(name.and(this.editor.page.locator('input')))
			.fill(packageName);
		// Beside the box is a link. n8n 1 draws the box with Element Plus.
		const box = this.editor.page.getByRole('dialog').locator(CHECKBOX).first();
		await box.click();
		await this.editor.marked('install-community-package-button').click();
		await this.cardOf(packageName).waitFor();
	}

	/** What an installed package's card says: its name, its nodes, its version. */
	async cardWords(packageName: string): Promise<string> {
		return await this.cardOf(packageName).innerText();
	}

	/** Presses Update on the card and confirms; waits for the card of that version. */
	async update(packageName: string, version: string): Promise<void> {
		await this.cardOf(packageName).getByRole('button', { name: 'Update' }).click();
		await this.confirm('Confirm update');
		await this.cardOf(packageName)
			.filter({ hasText: `v${version}` })
			.waitFor();
	}

	/** Picks Uninstall package from the card's menu and confirms; waits until the card is gone. */
	async uninstall(packageName: string): Promise<void> {
		await this.cardOf(packageName).locator('[data-test-id="action-toggle"]').click();
		await this.editor.page.getByText('Uninstall package', { exact: true }).click();
		await this.confirm('Confirm uninstall');
		await this.cardOf(packageName).waitFor({ state: 'detached' });
	}

	private cardOf(packageName: string): Locator {
		return this.editor.marked('community-package-card').filter({ hasText: packageName });
	}

	private async confirm(label: string): Promise<void> {
		await this.editor.page.getByRole('button', { name: label }).click();
	}
}
