import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommunityNodesScreen } from './communityNodesScreen';
import { Editor } from './editor';
import { tasksWith } from './gatewayTasks';
import { startOwnN8n, type OwnN8n } from './ownN8n';
import { startPackageRegistry, type PackageRegistry } from './packageRegistry';
import { nextVersion, packProject, type Tarball } from './packageTarballs';
import { draw, publishPicture } from './pictureWebhook';

const START_TIMEOUT_MS = 300_000;

/** Makes the files' names of the later version end otherwise, deep in the code that runs. */
const CHANGE = {
	path: 'dist/nodes/FluxImage/operations/output.js',
	from: '_${index + 1}`',
	to: '_${index + 1}_later`',
};
const LATER_VERSION = '99.0.0';

/** The address that n8n asks whether a package is banned; where it is silent, n8n goes on. */
const ASKED_BY_N8N = ['api.n8n.io'];

describe('Settings > Community nodes, of an n8n that has no such node', () => {
	const folder = mkdtempSync(join(tmpdir(), 'flux-image-community-'));
	let registry: PackageRegistry;
	let packed: Tarball;
	let n8n: OwnN8n;
	let editor: Editor;
	let screen: CommunityNodesScreen;

	beforeAll(async () => {
		registry = await startPackageRegistry(folder);
		packed = packProject(folder);
		registry.publish(packed);
		n8n = await startOwnN8n(join(folder, 'n8n'), {
			...registry.environment,
			N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		});
		editor = await Editor.open(n8n);
		screen = new CommunityNodesScreen(editor);
	}, START_TIMEOUT_MS);

	afterAll(async () => {
		await editor?.screenshot('community-nodes-last');
		await editor?.close();
		await n8n?.stop();
		registry?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	it('installs the packed tarball by its name', async () => {
		await screen.open();
		await screen.install(packed.manifest.name);
		expect(await screen.cardWords(packed.manifest.name)).toContain(`v${packed.manifest.version}`);
		await editor.screenshot('community-nodes-installed');
	});

	it('whose node is in the node panel without a restart', async () => {
		// Searches for the node by its name and clicks on it.
		await editor.openActions();
	});

	it('and makes a picture, once', async () => {
		await publishPicture(n8n);
		expect(await draw(n8n, 'A lighthouse, installed')).toMatch(/_1\.png$/);
		expect((await tasksWith('A lighthouse, installed')).map(({ billed }) => billed)).toEqual([1]);
	});

	it('updates it to a later version, whose code runs without a restart', async () => {
		registry.publish(nextVersion(packed, LATER_VERSION, CHANGE, folder));
		await screen.open();
		await screen.update(packed.manifest.name, LATER_VERSION);
		await editor.screenshot('community-nodes-updated');
		expect(await draw(n8n, 'A lighthouse, updated')).toMatch(/_1_later\.png$/);
	});

	it('uninstalls it, and the node is gone', async () => {
		await screen.open();
		await screen.uninstall(packed.manifest.name);
		expect(await n8n.rest.call<object[]>('GET', 'community-packages')).toEqual([]);
		await expect(draw(n8n, 'A lighthouse, uninstalled')).rejects.toThrow();
		expect(await tasksWith('A lighthouse, uninstalled')).toEqual([]);
	});

	it('with nothing sent off this machine', () => {
		expect([...registry.refused].filter((host) => !ASKED_BY_N8N.includes(host))).toEqual([]);
	});
});
