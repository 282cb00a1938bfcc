/** A kind of picture file. */
export interface PictureType {
	readonly contentType: string;
	readonly extension: string;
}

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

/** First bytes of each kind: offset and bytes, all of which must fit. */
const SIGNATURES: ReadonlyArray<{
	readonly type: PictureType;
	readonly bytes: ReadonlyArray<readonly [offset: number, bytes: readonly number[]]>;
}> = [
	{
		type: { contentType: 'image/png', extension: 'png' },
		bytes: [[0, [0x89, ...ascii('PNG'), 0x0d, 0x0a, 0x1a, 0x0a]]],
	},
	{ type: { contentType: 'image/jpeg', extension: 'jpg' }, bytes: [[0, [0xff, 0xd8, 0xff]]] },
	{
		type: { contentType: 'image/webp', extension: 'webp' },
		bytes: [
			[0, ascii('RIFF')],
			[8, ascii('WEBP')],
		],
	},
	{ type: { contentType: 'image/gif', extension: 'gif' }, bytes: [[0, ascii('GIF8')]] },
];

/** How many first bytes tell the type. */
export const SIGNATURE_LENGTH = 12;

/** The type that the first bytes of a file tell; nothing where it is no picture known here. */
export function pictureTypeOf(start: Buffer): PictureType | undefined {
	return SIGNATURES.find(({ bytes }) =>
		bytes.every(([offset, expected]) =>
			expected.every((byte, index) => start[offset + index] === byte),
		),
	)?.type;
}

const AVIF: PictureType = { contentType: 'image/avif', extension: 'avif' };
const HEIC: PictureType = { contentType: 'image/heic', extension: 'heic' };

/** Kinds that only some hosts and cameras have, by the brand in their fifth to twelfth byte. */
const BRANDED: ReadonlyArray<readonly [brand: RegExp, type: PictureType]> = [
	[/^ftyp(avif|avis)/, AVIF],
	[/^ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/, HEIC],
];

/** Where a file of a branded kind tells its brand. */
const BRAND_OFFSET = 4;

/** Where the brands begin that it is compatible with, and how far they are looked at. */
const COMPATIBLE_OFFSET = 16;
const COMPATIBLE_END = 64;

/**
 * The type of a file that no model takes, though it is a picture: HEIC, as phones make it, or AVIF. Both
 * may have a brand that says only "picture": then what it is compatible with tells, where that is there.
 */
export function foreignTypeOf(start: Buffer): PictureType | undefined {
	const brand = start.subarray(BRAND_OFFSET, SIGNATURE_LENGTH).toString('latin1');
	const type = BRANDED.find(([pattern]) => pattern.test(brand))?.[1];
	if (type !== HEIC || !/^ftypm[is]f1/.test(brand)) return type;
	const end = Math.min(start.readUInt32BE(0), COMPATIBLE_END);
	const compatible = start.subarray(COMPATIBLE_OFFSET, end).toString('latin1');
	return /avi[fs]/.test(compatible) ? AVIF : type;
}

/** What a file is that no model takes, to follow "is": the person learns what to do with it. */
export function otherThanPicture(start: Buffer): string {
	const foreign = foreignTypeOf(start);
	if (foreign) return `${foreign.extension.toUpperCase()}, which must be converted to JPEG before`;
	if (start.length === 0) return 'empty';
	const isPage = /^\s*<(!doctype|html|\?xml|head|body)/i.test(start.toString('latin1'));
	return isPage ? 'a page, and not a picture' : 'no PNG, JPEG, WebP or GIF';
}

/** How many last bytes tell whether a file is whole. */
export const TAIL_LENGTH = 64;

/** The bytes that stand at the end of a whole file; WebP tells its length at its beginning instead. */
const END_MARKS: ReadonlyMap<string, Buffer> = new Map([
	['png', Buffer.from('IEND')],
	['jpg', Buffer.from([0xff, 0xd9])],
	['gif', Buffer.from([0x00, 0x3b])],
]);

/** Where WebP has its length, without the eight bytes up to there. */
const RIFF_LENGTH_OFFSET = 4;
const RIFF_HEAD_LENGTH = 8;

/**
 * Whether a picture has the end that its format tells. Some writers put more behind it, zeros mostly.
 *
 * @param start its first bytes, `SIGNATURE_LENGTH` of them
 * @param tail its last bytes, up to `TAIL_LENGTH` of them
 * @param bytes how many it has
 */
export function isWhole(
	{ extension }: PictureType,
	start: Buffer,
	tail: Buffer,
	bytes: number,
): boolean {
	if (extension === 'webp') {
		return start.length >= SIGNATURE_LENGTH && bytes >= webpLength(start);
	}
	const mark = END_MARKS.get(extension);
	return mark === undefined || tail.includes(mark) || tail.every((byte) => byte === 0);
}

const webpLength = (start: Buffer) => start.readUInt32LE(RIFF_LENGTH_OFFSET) + RIFF_HEAD_LENGTH;
