import { join } from 'node:path';
import { Editor, type EditorSite } from '../../tooling/editor/editor';
import { fixture } from './fixture';

const RESULTS_FOLDER = join(__dirname, '..', '..', 'test-results');

/** Opens the editor of an n8n. Screenshots, for whoever looks into a failure, have the line in their names. */
export async function openEditor({
	url,
	login,
}: Pick<EditorSite, 'url' | 'login'> = fixture): Promise<Editor> {
	const pictureFile = (name: string) => join(RESULTS_FOLDER, `${name}-${fixture.line}.png`);
	const { chromium, workflowUrls } = fixture;
	return await Editor.open({ url, login, chromium, workflowUrls, pictureFile });
}
