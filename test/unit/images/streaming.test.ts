import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { useBinaryMode } from '../../engine/engine';
import { inExecution } from '../transport/inExecution';
import { serve } from '../transport/localServer';
import { storeInEngine } from './pictureSession';

const PICTURE_BYTES = 20_000_000;
const PIECE = Buffer.alloc(64 * 1024, 7);
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in buffers that somebody still holds. */
function heldBytes(): number {
	collectGarbage();
	return process.memoryUsage().arrayBuffers;
}

/** Sends a picture piece by piece, as fast as it is taken, and pauses before its last byte. */
async function sendLargePicture(response: ServerResponse, beforeLastByte: () => void) {
	response.writeHead(200, { 'content-length': PICTURE_BYTES });
	response.write(SIGNATURE);
	for (let left = PICTURE_BYTES - SIGNATURE.length - 1; left > 0; left -= PIECE.length) {
		await new Promise((resolve) => response.write(PIECE.subarray(0, left), resolve));
	}
	beforeLastByte();
	response.end(PIECE.subarray(0, 1));
}

describe('a large picture', () => {
	it('goes to the disk without being held', async () => {
		await useBinaryMode('filesystem');
		const before = heldBytes();
		let atTheEnd = Infinity;
		const server = await serve((response) => {
			void sendLargePicture(response, () => (atTheEnd = heldBytes()));
		});
		const { binary } = await inExecution(
			'http://127.0.0.1:1',
			async (node) =>
				await storeInEngine(node, {
					image: { url: `${server.url}/large.png` },
					patienceMs: 20_000,
				}),
		);
		await server.close();
		expect(binary.fileSize).toBe('20 MB');
		expect(atTheEnd - before).toBeLessThan(PICTURE_BYTES / 2);
	});
});
