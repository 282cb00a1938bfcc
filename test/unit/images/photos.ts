import { createCanvas } from '@napi-rs/canvas';

/** EXIF data with an orientation, in either order of bytes, behind another entry. */
export function exif(orientation: number, order: 'II' | 'MM'): Buffer {
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

/** A segment of a JPEG: its marker, its length and what is in it. */
export function segment(marker: number, content: Buffer): Buffer {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(content.length + 2, 2);
	return Buffer.concat([head, content]);
}

/** A real JPEG with segments behind its first marker. */
export async function photo(...segments: Buffer[]): Promise<Buffer> {
	const jpeg = await createCanvas(8, 8).encode('jpeg');
	return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}
