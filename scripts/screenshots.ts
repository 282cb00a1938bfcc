import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { startSandbox } from '../sandbox';
import { startStandInModel } from '../tooling/chatModel/standInModel';
import { findChromium } from '../tooling/editor/chromium';
import { Editor } from '../tooling/editor/editor';
import { PROJECT, sandboxAccounts, startN8nFixture, type Fixture } from '../tooling/n8n/fixture';
import { N8N_LINES, type N8nLine } from '../tooling/n8n/install';
import { N8nRest } from '../tooling/n8n/rest';
import { readWorkflows } from '../tooling/n8n/workflow-files';
import { exitWith } from './jest';
import { formPictures } from './screenshots/forms';
import { scenePictures } from './screenshots/scenes';
import { Studio, type Picture } from './screenshots/studio';
import { catchSignals } from './signals';

/** Short jobs: nobody looks at the waiting. */
const JOB_SECONDS = { min: 0.3, max: 0.6 };
const README_FOLDER = join(PROJECT, 'docs', 'images');

interface ScreenshotOptions {
	line: N8nLine;
	only?: string;
	readme?: true;
}

const program: Command = new Command('npm run screenshots --')
	.description(
		'Takes pictures of the node in real n8n: its form for each gateway, operation and model, as it ' +
			'comes and with every field added, its dropdowns, credentials, outputs and errors, and the canvas ' +
			'of each example. They go to screenshots/.',
	)
	.addOption(
		new Option('--line <line>', 'the n8n to take them in')
			.choices(Object.keys(N8N_LINES))
			.default('2.41'),
	)
	.option('--only <text>', 'those whose names hold this text, e.g. vtrix-create')
	.option('--readme', 'those that the README shows, copied to docs/images/');

async function main(): Promise<number> {
	const { line, only = '', readme } = program.parse().opts<ScreenshotOptions>();
	catchSignals();
	const startMs = performance.now();
	const folder = join(PROJECT, 'screenshots', line);
	await mkdir(folder, { recursive: true });
	const userFolder = await mkdtemp(join(tmpdir(), 'flux-image-screenshots-'));
	const sandbox = await startSandbox({ jobSeconds: JOB_SECONDS });
	const model = await startStandInModel();
	const accounts = sandboxAccounts(sandbox);
	const examples = await readWorkflows(join(PROJECT, 'workflows'));
	const pictures = [...scenePictures(accounts, examples), ...formPictures()].filter(
		({ name, inReadme }) => name.includes(only) && (!readme || inReadme),
	);
	if (pictures.length === 0) program.error('No picture has such a name');
	console.log(`Starting n8n ${line} with the packed node, for ${pictures.length} pictures ...`);
	const { default: getPort } = await import('get-port');
	const fixture = await startN8nFixture({
		...{ line, userFolder, accounts, port: await getPort({ host: '127.0.0.1' }) },
		credentials: [{ name: 'OpenAI account', type: 'openAiApi', data: { ...model.credential } }],
	});
	try {
		const taken = await takeAll(pictures, await openStudio(fixture, accounts, folder));
		if (readme) await copyToReadme(taken, folder);
		const seconds = Math.round((performance.now() - startMs) / 1000);
		console.log(`${taken.length} of ${pictures.length} pictures in ${folder}, after ${seconds} s`);
		return taken.length < pictures.length ? 1 : 0;
	} finally {
		await fixture.n8n.stop();
		await model.close();
		await sandbox.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}

async function openStudio(
	{ n8n, login, session, workflowUrls }: Fixture,
	accounts: Studio['accounts'],
	folder: string,
): Promise<Studio> {
	const pictureFile = (name: string) => join(folder, `${name}.png`);
	const site = { url: n8n.url, login, workflowUrls, chromium: findChromium(), pictureFile };
	const rest = new N8nRest(n8n.url, session);
	const saved = await rest.call<Array<{ id: string; name: string }>>('GET', 'credentials');
	const credentialIds = new Map(saved.map(({ id, name }) => [name, id]));
	return new Studio(await Editor.open(site), rest, accounts, credentialIds);
}

/** Takes them one after the other, and closes the browser; gives the names of those that are there. */
async function takeAll(pictures: readonly Picture[], studio: Studio): Promise<string[]> {
	const taken: string[] = [];
	for (const { name, take } of pictures) {
		try {
			await take(studio);
			taken.push(name);
			console.log(name);
		} catch (error) {
			studio.leave();
			console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	await studio.editor.close();
	return taken;
}

async function copyToReadme(names: readonly string[], folder: string): Promise<void> {
	for (const name of names) {
		await copyFile(join(folder, `${name}.png`), join(README_FOLDER, `${name}.png`));
	}
}

exitWith(main());
