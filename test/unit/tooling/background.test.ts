import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually } from '../../../tooling/eventually';
import { startInBackground } from '../../../tooling/services/background';

describe('The log of a program in the background', () => {
	let folder: string;
	let logFile: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'flux-image-background-'));
		logFile = join(folder, 'program.log');
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	/** Runs a program that prints a word, and ends it once the log has the word. */
	async function print(word: string, keepLog?: boolean): Promise<void> {
		const program = await startInBackground(
			process.execPath,
			['-e', `console.log('${word}'); setTimeout(() => {}, 60_000)`],
			{ name: 'A program', cwd: folder, logFile, keepLog },
			async () => await Promise.resolve(true),
			10_000,
		);
		await eventually(
			'the word in the log',
			async () => await Promise.resolve(readFileSync(logFile, 'utf8')),
			(log) => log.includes(word),
		);
		await program.stop();
	}

	it('is begun anew at each start', async () => {
		await print('first');
		await print('second');
		expect(readFileSync(logFile, 'utf8')).toBe('second\n');
	});

	it('keeps what the starts before printed, where that is asked for', async () => {
		await print('first', true);
		await print('second', true);
		expect(readFileSync(logFile, 'utf8')).toBe('first\nsecond\n');
	});
});
