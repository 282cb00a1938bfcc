import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installOnce } from '../../../tooling/n8n/cache';

describe('A large download', () => {
	let parent: string;
	let folder: string;

	beforeEach(() => {
		parent = mkdtempSync(join(tmpdir(), 'flux-image-cache-'));
		folder = join(parent, 'deep', 'n8n');
	});

	afterEach(() => rmSync(parent, { recursive: true }));

	it('is installed once, and leaves no lock behind', async () => {
		const install = jest.fn(async () => await Promise.resolve());
		await installOnce(folder, install);
		await installOnce(folder, install);
		expect(install).toHaveBeenCalledTimes(1);
		expect(readdirSync(join(parent, 'deep'))).toEqual(['n8n']);
	});

	it('is begun anew in an empty folder where it failed', async () => {
		const failing = installOnce(folder, async (path) => {
			writeFileSync(join(path, 'half'), '');
			await Promise.reject(new Error('the network is gone'));
		});
		await expect(failing).rejects.toThrow('the network is gone');
		await installOnce(folder, async () => await Promise.resolve());
		expect(existsSync(join(folder, 'half'))).toBe(false);
	});
});
