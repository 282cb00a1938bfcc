import type { Locator } from 'playwright-core';
import type { Editor } from './editor';

/** What n8n's test of a credential said. */
export interface TestVerdict {
	passed: boolean;
	/** The words of the banner, its details included. */
	words: string;
}

/** n8n's dialog for one credential. */
export class CredentialDialog {
	private constructor(private readonly editor: Editor) {}

	/** Begins a new credential of the type with that title, e.g. `SeaArt Cloud API`. */
	static async create(editor: Editor, title: string): Promise<CredentialDialog> {
		await editor.page.goto(`${editor.url}/home/credentials/create`);
		const search = editor.marked('new-credential-type-select').locator('input');
		await search.fill(title);
		await editor.page.getByRole('option', { name: title, exact: true }).click();
		await editor.marked('new-credential-type-button').click();
		await editor.marked('parameter-input-apiKey').waitFor();
		return new CredentialDialog(editor);
	}

	/** Fills both fields and saves; n8n tests the credential as it saves. */
	async save(apiKey: string, baseUrl: string): Promise<TestVerdict> {
		await this.field('apiKey').fill(apiKey);
		await this.field('baseUrl').fill(baseUrl);
		return await this.press(this.editor.marked('credential-save-button'));
	}

	/** Presses Retry, which tests the saved credential again. */
	async retry(): Promise<TestVerdict> {
		return await this.press(this.dialog().getByRole('button', { name: 'Retry' }));
	}

	private async press(button: Locator): Promise<TestVerdict> {
		// The banner of an earlier test stays until the new one's answer is there.
		const answer = this.editor.page.waitForResponse((response) =>
			response.url().endsWith('/rest/credentials/test'),
		);
		await button.click();
		await answer;
		const passed = this.dialog().getByText('Connection tested successfully');
		const failed = this.dialog().getByText(/Couldn.t connect with these settings/);
		await passed.or(failed).first().waitFor();
		if (await passed.isVisible()) return { passed: true, words: await passed.innerText() };
		const details = this.dialog().getByText('More details');
		if (await details.isVisible()) await details.click();
		return { passed: false, words: await this.dialog().innerText() };
	}

	private field(name: string): Locator {
		return this.editor.marked(`parameter-input-${name}`).locator('input');
	}

	private dialog(): Locator {
		return this.editor.marked('editCredential-modal');
	}
}
