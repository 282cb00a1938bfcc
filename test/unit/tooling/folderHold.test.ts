import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { holdFolder } from '../../../tooling/n8n/folderHold';

describe('The data folder of a demo', () => {
	let parent: string;
	let folder: string;

	beforeEach(() => {
		parent = mkdtempSync(join(tmpdir(), 'flux-image-hold-'));
		folder = join(parent, 'deep', 'sandbox');
		jest.spyOn(console, 'log').mockImplementation();
	});

	afterEach(() => {
		jest.restoreAllMocks();
		rmSync(parent, { recursive: true });
	});

	it('is for one: the second is told where the first runs, or that it starts', async () => {
		const starting = join(parent, 'deep', 'seaArtCloud');
		const tellAddress = await holdFolder(folder);
		await tellAddress('http://127.0.0.1:5678');
		await holdFolder(starting);
		// Each refusal takes six seconds: together.
		await Promise.all([
			expect(holdFolder(folder)).rejects.toThrow(
				/^A demo of this folder runs already, at http:\/\/127\.0\.0\.1:5678\. Stop it/,
			),
			expect(holdFolder(starting)).rejects.toThrow(
				/^A demo of this folder runs already, and is still starting\. Stop it/,
			),
		]);
	});

	it('is free soon after the one before was killed, and its address is forgotten', async () => {
		mkdirSync(`${folder}.running`, { recursive: true });
		writeFileSync(`${folder}.address`, 'http://127.0.0.1:5678');
		await holdFolder(folder);
		expect(existsSync(`${folder}.address`)).toBe(false);
	});
});
