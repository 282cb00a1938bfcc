import type { PictureType } from './signature';

/** The sides of a picture in pixels, as it is stored: a photo that EXIF turns is not turned here. */
export interface Dimensions {
	readonly width: number;
	readonly height: number;
}

/** Bytes that a header is asked for: the next so many, after some that do not matter. */
interface Want {
	readonly skip: number;
	readonly take: number;
}

/** Reads a header: asks for bytes, and is given them once they have come. */
type HeaderReader = Generator<Want, Dimensions | undefined, Buffer>;

const next = (take: number, skip = 0): Want => ({ skip, take });

/** How many fields are looked at before it gives up: a JPEG may have any number of segments, or of fill bytes. */
const MOST_FIELDS = 10_000;

/** The longest side that is believed: that of JPEG. PNG, extended WebP and gateways can name any number. */
const LONGEST_SIDE = 65_535;

/**
 * The dimensions of a picture, from its bytes as they pass. It keeps no more of them than the field it
 * waits for, asks for nothing, and never throws: of a header that is none, the dimensions stay unknown.
 */
export class DimensionsReader {
	/** Absent until they have passed, and where they cannot be told. */
	dimensions: Dimensions | undefined;
	/** Absent where nothing more is read. */
	private header: HeaderReader | undefined;
	private want: Want = next(0);
	private field: Buffer = Buffer.alloc(0);
	private fields = 0;

	constructor({ extension }: PictureType) {
		this.header = HEADERS.get(extension)?.();
		this.step();
	}

	/** Looks at the next bytes of the picture. */
	push(chunk: Buffer): void {
		let rest = chunk;
		while (this.header && rest.length > 0) {
			const { skip, take } = this.want;
			const skipped = Math.min(skip, rest.length);
			this.want = next(take, skip - skipped);
			const wanted = rest.subarray(skipped, skipped + take - this.field.length);
			rest = rest.subarray(skipped + wanted.length);
			// Concatenated, and so a copy: a part of a chunk would keep all of it in memory.
			this.field = Buffer.concat([this.field, wanted]);
			if (this.field.length === take) this.step();
		}
	}

	private step(): void {
		const result = this.header?.next(this.field);
		this.field = Buffer.alloc(0);
		if (result && !result.done && ++this.fields <= MOST_FIELDS) {
			this.want = result.value;
			return;
		}
		this.header = undefined;
		if (result?.done && result.value && isPlausible(result.value)) this.dimensions = result.value;
	}
}

/** The dimensions of a picture that is at hand. */
export function dimensionsOf(type: PictureType, bytes: Buffer): Dimensions | undefined {
	const reader = new DimensionsReader(type);
	reader.push(bytes);
	return reader.dimensions;
}

/** The dimensions that a gateway tells of a picture: both of them, or none. */
export function toldDimensions({ width, height }: Partial<Dimensions>): Dimensions | undefined {
	if (width === undefined || height === undefined) return undefined;
	return isPlausible({ width, height }) ? { width, height } : undefined;
}

const isPlausible = ({ width, height }: Dimensions) =>
	[width, height].every((side) => Number.isInteger(side) && side > 0 && side <= LONGEST_SIDE);

/** By file extension. */
const HEADERS: ReadonlyMap<string, () => HeaderReader> = new Map([
	['png', pngHeader],
	['jpg', jpegHeader],
	['webp', webpHeader],
	['gif', gifHeader],
]);

const PNG_SIGNATURE_LENGTH = 8;

/** The first chunk, IHDR, is of 13 bytes and begins with width and height. */
function* pngHeader(): HeaderReader {
	const chunk = yield next(16, PNG_SIGNATURE_LENGTH);
	if (chunk.readUInt32BE(0) !== 13 || chunk.toString('latin1', 4, 8) !== 'IHDR') return undefined;
	return { width: chunk.readUInt32BE(8), height: chunk.readUInt32BE(12) };
}

const START_OF_IMAGE_LENGTH = 2;

/** A segment's length counts its own two bytes. */
const LENGTH_LENGTH = 2;

/** Markers of JPEG that stand alone, without a length: TEM, and RST0 to RST7. */
const isStandalone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/** Markers that begin a frame, SOF0 to SOF15; among their numbers DHT, JPG and DAC are none. */
const isFrame = (marker: number) =>
	marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Markers behind which no frame can follow: end of image, start of scan, and no marker at all. */
const isEnd = (marker: number) => marker === 0xd9 || marker === 0xda || marker === 0x00;

/** Segments, each with a length of its own, until one begins the frame; previews lie within others. */
function* jpegHeader(): HeaderReader {
	let skip = START_OF_IMAGE_LENGTH;
	for (;;) {
		const start = yield next(2, skip);
		if (start.readUInt8(0) !== 0xff) return undefined;
		let marker = start.readUInt8(1);
		// Any number of these may fill the space before a marker.
		while (marker === 0xff) marker = (yield next(1)).readUInt8(0);
		if (isEnd(marker)) return undefined;
		skip = 0;
		if (isStandalone(marker)) continue;
		const length = (yield next(LENGTH_LENGTH)).readUInt16BE(0);
		if (length < LENGTH_LENGTH) return undefined;
		if (isFrame(marker)) return jpegFrame(length, yield next(6));
		skip = length - LENGTH_LENGTH;
	}
}

/** The length of a frame's header follows from the number of its components: so it is known for one. */
function jpegFrame(length: number, frame: Buffer): Dimensions | undefined {
	const components = frame.readUInt8(5);
	if (length !== 8 + 3 * components) return undefined;
	return { height: frame.readUInt16BE(1), width: frame.readUInt16BE(3) };
}

const RIFF_HEAD_LENGTH = 12;

/** How the first chunk of each kind of WebP tells the dimensions: how many bytes of it, and what they say. */
const WEBP_CHUNKS: Readonly<
	Record<string, { length: number; read(data: Buffer): Dimensions | undefined }>
> = {
	// Lossy: a key frame, its start code, and sides of 14 bits below two of scaling.
	'VP8 ': {
		length: 10,
		read: (data) => {
			const isKeyFrame = (data.readUInt8(0) & 1) === 0;
			if (!isKeyFrame || data.toString('hex', 3, 6) !== '9d012a') return undefined;
			return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
		},
	},
	// Lossless: a signature, then sides less one, of 14 bits each.
	VP8L: {
		length: 5,
		read: (data) => {
			if (data.readUInt8(0) !== 0x2f) return undefined;
			const bits = data.readUInt32LE(1);
			return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
		},
	},
	// Extended: four bytes of flags, then sides less one, of 24 bits each.
	VP8X: {
		length: 10,
		read: (data) => ({ width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 }),
	},
};

function* webpHeader(): HeaderReader {
	const head = yield next(8, RIFF_HEAD_LENGTH);
	const chunk = WEBP_CHUNKS[head.toString('latin1', 0, 4)];
	return chunk?.read(yield next(chunk.length));
}

/** The logical screen: its sides stand behind the signature. */
function* gifHeader(): HeaderReader {
	const signatureLength = 6;
	const screen = yield next(4, signatureLength);
	return { width: screen.readUInt16LE(0), height: screen.readUInt16LE(2) };
}
