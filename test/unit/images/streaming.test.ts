import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { checkInputImage, fetchInputImage } from '../../../nodes/FluxImage/images/fetchInput';
import { useBinaryMode } from '../../../tooling/engine/engine';
import { clientThrough, inExecution } from '../client/inExecution';
import { serve } from '../client/localServer';
import { storeInEngine } from './pictureHarness';

const PICTURE_BYTES = 20_000_000;
const PIECE = Buffer.alloc(64 * 1024, 7);
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const END = Buffer.from('0000000049454e44ae426082', 'hex');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Times that garbage is collected before what is left counts as held; found enough by trial. */
const COLLECTIONS = 10;

/**
 * Bytes in buffers that somebody still holds. V8 gives the memory of a dead buffer back beside the
 * program, some time after the collection that found it dead, so that one reading right after one
 * collection may count many that are dead: the least of several readings is taken, with a turn of
 * the event loop between them. What is held shows in each of them.
 */
async function heldBytes(): Promise<number> {
	let least = Infinity;
	for (let collection = 0; collection < COLLECTIONS; collection++) {
		collectGarbage();
		await setImmediate();
		least = Math.min(least, process.memoryUsage().arrayBuffers);
	}
	return least;
}

/** Sends a picture piece by piece, as fast as it is taken, and pauses before its end. */
async function sendLargePicture(response: ServerResponse, beforeTheEnd: () => Promise<void>) {
	response.writeHead(200, { 'content-length': PICTURE_BYTES });
	response.write(SIGNATURE);
	for (let left = PICTURE_BYTES - SIGNATURE.length - END.length; left > 0; left -= PIECE.length) {
		await new Promise((resolve) => response.write(PIECE.subarray(0, left), resolve));
	}
	await beforeTheEnd();
	response.end(END);
}

describe('a large picture', () => {
	it('goes to the disk without being held', async () => {
		await useBinaryMode('filesystem');
		const before = await heldBytes();
		let atTheEnd = Infinity;
		const server = await serve((response) => {
			void sendLargePicture(response, async () => {
				atTheEnd = await heldBytes();
			});
		});
		const { value } = await inExecution(
			'http://127.0.0.1:1',
			async (node) =>
				await storeInEngine(node, {
					image: { url: `${server.url}/large.png` },
					patienceMs: 100_000,
				}),
		);
		await server.close();
		expect(value?.binary.fileSize).toBe('20 MB');
		expect(atTheEnd - before).toBeLessThan(PICTURE_BYTES / 2);
	});

	it.each([
		['to be looked at', checkInputImage],
		['to be sent as base64', fetchInputImage],
	])('that comes as an input image, %s, is held in no buffer', async (_name, way) => {
		const before = await heldBytes();
		let atTheEnd = Infinity;
		const server = await serve((response) => {
			void sendLargePicture(response, async () => {
				atTheEnd = await heldBytes();
			});
		});
		const url = `${server.url}/large.png`;
		const maximumBytes = PICTURE_BYTES;
		const image = {
			form: 'fetchedUrl',
			url,
			digest: url,
			name: 'Input Images 1',
			maximumBytes,
		} as const;
		await inExecution('http://127.0.0.1:1', async ({ http }) => {
			const { client, clock } = clientThrough(http);
			const until = { deadlineMs: clock.nowMs() + 100_000, signal: new AbortController().signal };
			await way(client, image, until);
		});
		await server.close();
		expect(atTheEnd - before).toBeLessThan(PICTURE_BYTES / 2);
	});
});
