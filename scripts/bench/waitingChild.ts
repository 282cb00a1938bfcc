import { randomFillSync } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCanvas } from '@napi-rs/canvas';

import { useBinaryMode } from '../../tooling/engine/engine';
import { runFlux, type Address } from './engineRun';

/** What this process is to do. */
export interface WaitingRun {
	readonly address: Address;
	/** Where the sandbox's ledger is. */
	readonly url: string;
	readonly tasks: number;
	/** Whether each task edits a picture of 1 MB. */
	readonly editing: boolean;
}

/** What it measures of itself. */
export interface WaitingRunResult {
	readonly heldBytes: number;
}

/** Noise does not compress: three bytes a pixel come to 1 MB. */
const NOISE_SIDE = 577;

/** For the last replies to be read and let go, in milliseconds. */
const SETTLE_MS = 2_000;

async function main({ address, url, tasks, editing }: WaitingRun): Promise<WaitingRunResult> {
	await useBinaryMode('filesystem');
	const prompts = Array.from({ length: tasks }, (_, index) => `Picture ${index}`);
	const inputImage = editing ? (await noise()).toString('base64') : undefined;
	void runFlux(address, {
		prompts,
		...(inputImage === undefined ? {} : { inputImage }),
		options: { maxConcurrentTasks: tasks, downloadImages: false },
	});
	while ((await tasksAt(url)) < tasks) await pause(500);
	await pause(SETTLE_MS);
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return { heldBytes: heapUsed + external };
}

async function noise(): Promise<Buffer> {
	const canvas = createCanvas(NOISE_SIDE, NOISE_SIDE);
	const context = canvas.getContext('2d');
	const pixels = context.createImageData(NOISE_SIDE, NOISE_SIDE);
	randomFillSync(pixels.data);
	for (let index = 3; index < pixels.data.length; index += 4) pixels.data[index] = 255;
	context.putImageData(pixels, 0, 0);
	return await canvas.encode('png');
}

async function tasksAt(sandboxUrl: string): Promise<number> {
	const ledger = (await (await fetch(`${sandboxUrl}/sandbox/ledger`)).json()) as { billed: number };
	return ledger.billed;
}

function collectGarbage(): void {
	setFlagsFromString('--expose_gc');
	const collect = runInNewContext('gc') as () => void;
	collect();
	collect();
}

async function pause(milliseconds: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

void main(JSON.parse(process.argv[2] ?? '') as WaitingRun).then((result) => {
	console.log(JSON.stringify(result));
	process.exit(0);
});
