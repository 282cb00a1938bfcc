/** Markers of a JPEG file: its first, and that of the segment which may hold EXIF data. */
const START = 0xffd8;
const APP1 = 0xffe1;

/** The markers that stand alone or begin the picture itself: no segment with a length follows. */
const LAST_MARKERS: ReadonlySet<number> = new Set([0xffd9, 0xffda]);

const EXIF_HEAD = Buffer.from('Exif\0\0', 'latin1');
const ORIENTATION_TAG = 0x0112;
const ENTRY_LENGTH = 12;

/** How many first bytes of a file may hold its orientation: segments have two bytes for their length. */
export const EXIF_WITHIN = 96 * 1024;

/**
 * Whether a photo is turned or mirrored by its EXIF data when it is shown: its pixels lie otherwise. It
 * reads JPEG, as cameras write it; of anything else, and of what is cut off, it says no.
 *
 * @param file the file, or its first `EXIF_WITHIN` bytes
 */
export function isTurnedByExif(file: Buffer): boolean {
	if (file.length < 4 || file.readUInt16BE(0) !== START) return false;
	for (let at = 2; at + 4 <= file.length; ) {
		const marker = file.readUInt16BE(at);
		if (marker < 0xff00 || LAST_MARKERS.has(marker)) return false;
		const length = file.readUInt16BE(at + 2);
		const segment = file.subarray(at + 4, at + 2 + length);
		if (marker === APP1 && segment.subarray(0, EXIF_HEAD.length).equals(EXIF_HEAD)) {
			const orientation = orientationIn(segment.subarray(EXIF_HEAD.length));
			return orientation !== undefined && orientation > 1 && orientation <= 8;
		}
		at += 2 + Math.max(length, 2);
	}
	return false;
}

/** The orientation in a TIFF header and its first directory. */
function orientationIn(tiff: Buffer): number | undefined {
	const order = tiff.toString('latin1', 0, 2);
	if (order !== 'II' && order !== 'MM') return undefined;
	const uint16 = (at: number) => {
		if (at + 2 > tiff.length) return undefined;
		return order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
	};
	if (tiff.length < 8) return undefined;
	const directory = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
	const entries = uint16(directory) ?? 0;
	for (let index = 0; index < entries; index++) {
		const at = directory + 2 + index * ENTRY_LENGTH;
		const tag = uint16(at);
		if (tag === undefined) return undefined;
		if (tag === ORIENTATION_TAG) return uint16(at + 8);
	}
	return undefined;
}
