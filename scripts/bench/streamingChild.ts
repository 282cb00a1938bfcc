import { useBinaryMode } from '../../tooling/engine/engine';
import { runFlux, type Address } from './engineRun';

/** What this process is to do. */
export interface PicturesRun {
	readonly address: Address;
	readonly pictures: number;
}

/** What it measures of itself. */
export interface PicturesRunResult {
	readonly peakBytes: number;
	readonly seconds: number;
}

async function main({ address, pictures }: PicturesRun): Promise<PicturesRunResult> {
	await useBinaryMode('filesystem');
	const prompts = Array.from({ length: pictures }, (_, index) => `Picture ${index}`);
	const startedMs = Date.now();
	const { items } = await runFlux(address, { prompts });
	const seconds = (Date.now() - startedMs) / 1_000;
	const stored = items.filter(({ binary }) => binary?.['data']?.id !== undefined).length;
	if (stored !== pictures) throw new Error(`${stored} of ${pictures} pictures were stored`);
	// maxRSS is in kibibytes.
	return { peakBytes: process.resourceUsage().maxRSS * 1_024, seconds };
}

void main(JSON.parse(process.argv[2] ?? '') as PicturesRun).then((result) => {
	console.log(JSON.stringify(result));
	process.exit(0);
});
