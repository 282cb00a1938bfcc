import { byGateway } from '../../sandbox';
import { CredentialDialog } from '../../tooling/editor/credentialDialog';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';
import { fixture } from './fixture';

/** A port that nothing listens on: discard, which no system serves today. */
const DEAD_HOST = '127.0.0.1:9';

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
});

afterAll(async () => {
	await editor.close();
});

describe.each(
	Object.values(byGateway(({ name, title }) => ({ title: `${title} API`, gateway: name }))),
)('the Test button of the credential $title', ({ title, gateway }) => {
	const baseUrl = fixture.sandbox.baseUrls[gateway];
	let dialog: CredentialDialog;

	beforeEach(async () => {
		dialog = await CredentialDialog.create(editor, title);
	});

	it('passes with a right key, again and again', async () => {
		expect(await dialog.save(fixture.sandbox.key, baseUrl)).toMatchObject({ passed: true });
		expect(await dialog.retry()).toMatchObject({ passed: true });
		await editor.screenshot(`credential-${gateway}-right-key`);
	});

	it('says that a wrong key is wrong', async () => {
		const verdict = await dialog.save('not-a-key', baseUrl);
		await editor.screenshot(`credential-${gateway}-wrong-key`);
		expect(verdict.passed).toBe(false);
		expect(verdict.words).toMatch(/key/i);
		expect(verdict.words).not.toContain('not-a-key');
	});

	it('names the host that does not answer', async () => {
		const path = new URL(baseUrl).pathname;
		const verdict = await dialog.save(fixture.sandbox.key, `http://${DEAD_HOST}${path}`);
		await editor.screenshot(`credential-${gateway}-dead-host`);
		expect(verdict.passed).toBe(false);
		expect(verdict.words).toContain(DEAD_HOST);
	});
});
