import { createCanvas } from '@napi-rs/canvas';
import fc from 'fast-check';

import { isTurnedByExif } from '../../../nodes/FluxImage/images/exif';

/** EXIF data with an orientation, in either order of bytes, behind another entry. */
function exif(orientation: number, order: 'II' | 'MM'): Buffer {
	const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4);
	const isLittle = order === 'II';
	const write16 = (value: number, at: number) =>
		isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
	const write32 = (value: number, at: number) =>
		isLittle ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at);
	tiff.write(order, 'latin1');
	write16(42, 2);
	write32(8, 4);
	write16(2, 8);
	write16(0x0110, 10);
	write16(0x0112, 22);
	write16(3, 24);
	write32(1, 26);
	write16(orientation, 30);
	return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]));
}

function segment(marker: number, content: Buffer): Buffer {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(content.length + 2, 2);
	return Buffer.concat([head, content]);
}

/** A real JPEG with segments behind its first marker. */
async function photo(...segments: Buffer[]): Promise<Buffer> {
	const jpeg = await createCanvas(8, 8).encode('jpeg');
	return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

describe('A photo that its EXIF data turns', () => {
	it.each([2, 3, 4, 5, 6, 7, 8])('is known by its orientation %d', async (orientation) => {
		expect(isTurnedByExif(await photo(exif(orientation, 'MM')))).toBe(true);
		expect(isTurnedByExif(await photo(exif(orientation, 'II')))).toBe(true);
	});

	it.each([0, 1, 9])('is none by the orientation %d', async (orientation) => {
		expect(isTurnedByExif(await photo(exif(orientation, 'II')))).toBe(false);
	});

	it('is known behind other segments, and before the picture is there', async () => {
		const xmp = segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0'));
		const whole = await photo(segment(0xe0, Buffer.alloc(14)), xmp, exif(6, 'II'));
		expect(isTurnedByExif(whole)).toBe(true);
		expect(isTurnedByExif(whole.subarray(0, 200))).toBe(true);
	});

	it('is none without EXIF data, nor as PNG', async () => {
		expect(isTurnedByExif(await photo())).toBe(false);
		expect(isTurnedByExif(await createCanvas(8, 8).encode('png'))).toBe(false);
	});

	it('is looked for in any bytes, without an error and without end', async () => {
		const whole = await photo(exif(6, 'II'));
		fc.assert(
			fc.property(fc.nat(120), fc.uint8Array({ maxLength: 40 }), (at, bytes) => {
				const broken = Buffer.from(whole);
				broken.set(bytes, at + 2);
				expect(typeof isTurnedByExif(broken)).toBe('boolean');
				expect(typeof isTurnedByExif(broken.subarray(0, at))).toBe('boolean');
			}),
			{ numRuns: 2_000 },
		);
	});
});
