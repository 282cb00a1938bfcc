import { createCanvas, loadImage } from '@napi-rs/canvas';
import fc from 'fast-check';

import {
	DimensionsReader,
	dimensionsOf,
	type Dimensions,
} from '../../../nodes/FluxImage/images/dimensions';
import { pictureTypeOf, type PictureType } from '../../../nodes/FluxImage/images/signature';

type Format = 'png' | 'jpeg' | 'webp';

/** A real picture, as a real encoder writes it; one that is see-through has its own kind of WebP. */
async function picture(width: number, height: number, format: Format, alpha = 1): Promise<Buffer> {
	const canvas = createCanvas(width, height);
	const context = canvas.getContext('2d');
	context.globalAlpha = alpha;
	context.fillStyle = 'teal';
	context.fillRect(0, 0, width, height);
	return format === 'png' ? await canvas.encode('png') : await canvas.encode(format, 90);
}

const read = (bytes: Buffer) => dimensionsOf(pictureTypeOf(bytes)!, bytes);

/** Reads what comes in pieces of those lengths, the last over and over. */
function readInPieces(bytes: Buffer, lengths: readonly number[]): Dimensions | undefined {
	const reader = new DimensionsReader(pictureTypeOf(bytes)!);
	for (let at = 0, piece = 0; at < bytes.length; piece++) {
		const length = lengths[Math.min(piece, lengths.length - 1)]!;
		reader.push(bytes.subarray(at, at + length));
		at += length;
	}
	return reader.dimensions;
}

const segment = (marker: number, data: Buffer) => {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(data.length + 2, 2);
	return Buffer.concat([head, data]);
};

/** A JPEG with more right behind its start. */
const jpegWith = (jpeg: Buffer, ...more: Buffer[]) =>
	Buffer.concat([jpeg.subarray(0, 2), ...more, jpeg.subarray(2)]);

/** EXIF that says: turn it by a quarter. */
const TURNED = segment(
	0xe1,
	Buffer.from(
		'457869660000' + '4d4d002a00000008' + '0001' + '0112000300000001' + '00060000' + '00000000',
		'hex',
	),
);

const riff = (...chunks: Array<[name: string, data: Buffer]>) => {
	const body = Buffer.concat(
		chunks.flatMap(([name, data]) => {
			const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
			head.writeUInt32LE(data.length, 4);
			return [head, data, Buffer.alloc(data.length % 2)];
		}),
	);
	const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
	head.writeUInt32LE(body.length + 4, 4);
	return Buffer.concat([head, body]);
};

/** What a chunk of a WebP holds. */
function chunkIn(webp: Buffer, name: string): Buffer {
	const at = webp.indexOf(name, 0, 'latin1');
	return webp.subarray(at + 8, at + 8 + webp.readUInt32LE(at + 4));
}

/** A lossless WebP of one pixel. */
const LOSSLESS_PIXEL = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');

/** The least GIF there is. */
const GIF_PIXEL = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64');

let photo: Buffer;
beforeAll(async () => (photo = await picture(320, 200, 'jpeg')));

describe('the sides of a real picture', () => {
	const sizes = [
		[1, 1],
		[1024, 768],
		[768, 1360],
		[333, 17],
		[4096, 5],
	] as const;

	it.each(['png', 'jpeg', 'webp'] as const)(
		'are those that it was drawn with: %s',
		async (format) => {
			for (const [width, height] of sizes) {
				const bytes = await picture(width, height, format);
				expect(read(bytes)).toEqual({ width, height });
			}
		},
	);

	it.each([0.5, 1])('are those of its decoder, in a WebP of opacity %s', async (alpha) => {
		const bytes = await picture(301, 203, 'webp', alpha);
		const { width, height } = await loadImage(bytes);
		expect(read(bytes)).toEqual({ width, height });
	});

	it('are told of each kind of WebP', async () => {
		const data = chunkIn(await picture(301, 203, 'webp'), 'VP8 ');
		const extended = Buffer.alloc(10);
		extended.writeUIntLE(301 - 1, 4, 3);
		extended.writeUIntLE(203 - 1, 7, 3);
		for (const bytes of [riff(['VP8X', extended], ['VP8 ', data]), riff(['VP8 ', data])]) {
			expect(await loadImage(bytes)).toMatchObject({ width: 301, height: 203 });
			expect(read(bytes)).toEqual({ width: 301, height: 203 });
		}
		expect(await loadImage(LOSSLESS_PIXEL)).toMatchObject({ width: 1, height: 1 });
		expect(read(LOSSLESS_PIXEL)).toEqual({ width: 1, height: 1 });
	});

	it('are read from all fourteen bits of a lossless WebP', () => {
		const bytes = Buffer.from(LOSSLESS_PIXEL);
		bytes.writeUInt32LE(((9_999 - 1) | ((16_384 - 1) << 14)) >>> 0, 21);
		expect(read(bytes)).toEqual({ width: 9_999, height: 16_384 });
	});

	it('are told of a GIF', () => {
		expect(read(GIF_PIXEL)).toEqual({ width: 1, height: 1 });
	});

	it('are those that are stored, where EXIF turns the photo', async () => {
		expect(read(jpegWith(photo, TURNED))).toEqual({ width: 320, height: 200 });
	});

	it.each([
		[
			'behind a color profile of several segments',
			() => Array(5).fill(segment(0xe2, Buffer.alloc(65_000, 0xff))),
		],
		[
			'behind space before a marker',
			() => [Buffer.alloc(50, 0xff), segment(0xfe, Buffer.from('a'))],
		],
		[
			'behind two megabytes of other segments',
			() => Array<Buffer>(32).fill(segment(0xe1, Buffer.alloc(65_000))),
		],
		['behind an empty comment', () => [segment(0xfe, Buffer.alloc(0))]],
		['behind markers that stand alone', () => [Buffer.from('ff01ffd0', 'hex')]],
		['behind tables', () => [segment(0xc4, Buffer.alloc(20)), segment(0xcc, Buffer.alloc(2))]],
	])('are found %s', (_name, more) => {
		expect(read(jpegWith(photo, ...(more() as Buffer[])))).toEqual({ width: 320, height: 200 });
	});

	it('are not those of a preview within', async () => {
		const preview = await picture(16, 10, 'jpeg');
		expect(read(jpegWith(photo, segment(0xe1, preview)))).toEqual({ width: 320, height: 200 });
	});

	it.each([0xc0, 0xc1, 0xc2, 0xc9, 0xcf])('are told by a frame of any kind: %d', (marker) => {
		const bytes = Buffer.from(photo);
		const at = bytes.indexOf(Buffer.from('ffc0', 'hex'));
		bytes[at + 1] = marker;
		expect(read(bytes)).toEqual({ width: 320, height: 200 });
	});

	it('come out the same in pieces of any length', async () => {
		const bytes = [
			await picture(320, 200, 'png'),
			await picture(320, 200, 'webp'),
			jpegWith(photo, segment(0xe2, Buffer.alloc(3_000)), Buffer.alloc(9, 0xff)),
		];
		const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
		fc.assert(
			fc.property(fc.constantFrom(...bytes), lengths, (file, pieces) => {
				expect(readInPieces(file, pieces)).toEqual({ width: 320, height: 200 });
			}),
		);
	});
});

describe('the sides stay unknown', () => {
	const png = (width: number, height: number) => {
		const bytes = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
		const sides = Buffer.alloc(8);
		sides.writeUInt32BE(width, 0);
		sides.writeUInt32BE(height, 4);
		return Buffer.concat([bytes, sides]);
	};

	it.each([
		['of a PNG with no width', () => png(0, 5)],
		['of a PNG with a height that nobody draws', () => png(5, 0xffff_ffff)],
		['of a PNG whose first chunk is another', () => Buffer.from(png(5, 5)).fill(0x41, 12, 16)],
		['of a PNG whose first chunk has another length', () => Buffer.from(png(5, 5)).fill(1, 8, 12)],
		['of a WebP of an unknown kind', () => riff(['ALPH', Buffer.alloc(20)])],
		[
			'of a lossy WebP that begins with no key frame',
			() => riff(['VP8 ', Buffer.from('0100009d012a10001000', 'hex')]),
		],
		['of a lossy WebP without its start code', () => riff(['VP8 ', Buffer.alloc(10)])],
		['of a lossless WebP without its signature', () => riff(['VP8L', Buffer.alloc(5)])],
		['of a WebP larger than any', () => riff(['VP8X', Buffer.alloc(10, 0xff)])],
		[
			'of a JPEG that is all space',
			() => jpegWith(Buffer.from('ffd8ff', 'hex'), Buffer.alloc(3_000_000, 0xff)),
		],
		['of a JPEG whose scan comes first', () => jpegWith(photo, segment(0xda, Buffer.alloc(10)))],
		['of a JPEG that ends before its frame', () => jpegWith(photo, Buffer.from('ffd9', 'hex'))],
		[
			'of a JPEG with no marker where one must be',
			() => jpegWith(photo, Buffer.from('ff00', 'hex')),
		],
		['of a JPEG with a length that is none', () => jpegWith(photo, Buffer.from('ffe10001', 'hex'))],
		[
			'of a JPEG whose frame has another length than its components',
			() => jpegWith(photo, segment(0xc0, Buffer.from('0800c8014004', 'hex'))),
		],
		[
			'of a JPEG whose height comes later',
			() => jpegWith(photo, segment(0xc0, Buffer.from('080000014001012200', 'hex'))),
		],
	])('%s', (_name, bytes) => {
		expect(read(bytes())).toBeUndefined();
	});

	it('of a kind that only its host names, whatever the name', () => {
		for (const extension of ['avif', 'constructor', 'hasOwnProperty', '']) {
			const type: PictureType = { contentType: `image/${extension}`, extension };
			expect(dimensionsOf(type, photo)).toBeUndefined();
		}
	});

	it('of a picture of which too little came', async () => {
		const whole = [await picture(320, 200, 'png'), photo, await picture(320, 200, 'webp')];
		for (const bytes of whole) {
			const known = Array.from({ length: bytes.length }, (_, length) => length).filter((length) =>
				dimensionsOf(pictureTypeOf(bytes)!, bytes.subarray(0, length)),
			);
			for (const length of known) {
				expect(dimensionsOf(pictureTypeOf(bytes)!, bytes.subarray(0, length))).toEqual({
					width: 320,
					height: 200,
				});
			}
			expect(known[0]).toBeGreaterThan(20);
		}
	});
});

describe('whatever comes', () => {
	const sane = (dimensions: Dimensions | undefined) => {
		if (!dimensions) return;
		for (const side of [dimensions.width, dimensions.height]) {
			expect(Number.isInteger(side) && side > 0 && side <= 65_535).toBe(true);
		}
	};

	const STARTS = ['89504e470d0a1a0a', 'ffd8ff', '474946383961'].map((hex) =>
		Buffer.from(hex, 'hex'),
	);
	const webpStart = Buffer.from('RIFF\x10\0\0\0WEBPVP8', 'latin1');

	it('behind a signature, it ends in sides that may be, or in none', () => {
		const starts = fc.constantFrom(...STARTS, webpStart);
		fc.assert(
			fc.property(starts, fc.uint8Array({ maxLength: 400 }), (start, rest) => {
				const bytes = Buffer.concat([start, rest]);
				sane(dimensionsOf(pictureTypeOf(bytes) ?? pictureTypeOf(STARTS[1]!)!, bytes));
			}),
			{ numRuns: 2_000 },
		);
	});

	it('in a real picture with bytes changed, so too, and in pieces as in one', async () => {
		const files = [
			await picture(320, 200, 'png'),
			jpegWith(photo, TURNED, segment(0xe2, Buffer.alloc(100))),
			await picture(320, 200, 'webp'),
			LOSSLESS_PIXEL,
		];
		const change = fc.tuple(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 255 }));
		const changes = fc.array(change, { minLength: 1, maxLength: 6 });
		fc.assert(
			fc.property(
				fc.constantFrom(...files),
				changes,
				fc.integer({ min: 1, max: 40 }),
				(file, all, length) => {
					const type = pictureTypeOf(file)!;
					const bytes = Buffer.from(file);
					for (const [at, byte] of all) bytes[at % bytes.length] = byte;
					const atOnce = dimensionsOf(type, bytes);
					sane(atOnce);
					const reader = new DimensionsReader(type);
					for (let at = 0; at < bytes.length; at += length)
						reader.push(bytes.subarray(at, at + length));
					expect(reader.dimensions).toEqual(atOnce);
				},
			),
			{ numRuns: 2_000 },
		);
	});
});
