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
