import { createCanvas } from '@napi-rs/canvas';
import fc from 'fast-check';

import { isTurnedByExif } from '../../../nodes/FluxImage/images/exif';
import { exif, photo, segment } from './photos';

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
