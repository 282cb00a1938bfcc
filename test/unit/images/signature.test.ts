import { isWhole, pictureTypeOf } from '../../../nodes/FluxImage/images/signature';

describe('the type of a file', () => {
	it.each([
		['image/png', 'png', Buffer.from('89504e470d0a1a0a0000000d', 'hex')],
		['image/jpeg', 'jpg', Buffer.from('ffd8ffe000104a464946', 'hex')],
		['image/webp', 'webp', Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1')],
		['image/gif', 'gif', Buffer.from('GIF89a', 'latin1')],
	])('is %s by its first bytes', (contentType, extension, bytes) => {
		expect(pictureTypeOf(bytes)).toEqual({ contentType, extension });
	});

	it.each([
		['a page', Buffer.from('<!DOCTYPE html>')],
		['nothing', Buffer.alloc(0)],
		['a PNG that breaks off', Buffer.from('89504e47', 'hex')],
		['another RIFF file', Buffer.from('RIFF\x10\0\0\0WAVEfmt ', 'latin1')],
		['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
	])('is no picture of %s', (_name, bytes) => {
		expect(pictureTypeOf(bytes)).toBeUndefined();
	});
});

it.each(['avif', 'constructor', 'hasOwnProperty'])(
	'a file is whole as it came where its kind has no end that is known: %s',
	(extension) => {
		const type = { contentType: `image/${extension}`, extension };
		expect(isWhole(type, Buffer.alloc(12, 1), Buffer.from('the end'), 100)).toBe(true);
	},
);
