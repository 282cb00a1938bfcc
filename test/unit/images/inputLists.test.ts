import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';

import { hintsOn } from '../../../nodes/FluxImage/images/inputHints';
import { held, pngOf, readField, type For } from './readImages';

const [SMALL, MIDDLE, LARGE] = [pngOf(20), pngOf(30), pngOf(40)];

/** An item with three files. */
const ITEM: Partial<INodeExecutionData> = {
	binary: { data: held(SMALL), data_1: held(MIDDLE), 'front, left': held(LARGE) },
};

/** How many bytes each image has that a row of Binary Field gives. */
async function sizes(binaryPropertyName: unknown, more: For = {}): Promise<number[]> {
	const images = await readField({ source: 'binary', binaryPropertyName }, { item: ITEM, ...more });
	const bytes = images.map(async (image) =>
		image.form === 'base64' ? (await image.bytes()).length : 0,
	);
	return await Promise.all(bytes);
}

/** As n8n gives `$binary`: without the bytes. */
const bare = (file: IBinaryData): Partial<IBinaryData> =>
	Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'data'));

describe('Binary Field', () => {
	it.each<[string, unknown, number[]]>([
		['a name', 'data', [20]],
		['a name with blanks around it', ' data ', [20]],
		['names by comma', 'data, data_1', [20, 30]],
		['names by comma without a blank', 'data_1,data', [30, 20]],
		['names by line', 'data\ndata_1', [20, 30]],
		['names by line, with empty lines', '\ndata\r\n\r\n data_1\n', [20, 30]],
		['names by semicolon', 'data;data_1; data', [20, 30, 20]],
		['names by tab', 'data\tdata_1\t', [20, 30]],
		['names by comma and line', 'data,\ndata_1, data', [20, 30, 20]],
		['a name with a tab and a line break around it', '\tdata\n', [20]],
		['a name with a comma in it', 'front, left', [40]],
		['a list of names', ['data_1', 'front, left'], [30, 40]],
		['a list of names as JSON in a text', '["data","data_1"]', [20, 30]],
		['a list in a list', [['data'], ['data_1']], [20, 30]],
		['a file of any node', held(LARGE), [40]],
		['files of any node', [held(LARGE), held(SMALL)], [40, 20]],
		['a map of files', { a: held(MIDDLE), b: held(SMALL) }, [30, 20]],
		['a list of maps', [{ a: held(MIDDLE) }, { a: held(SMALL) }], [30, 20]],
		['items of n8n', [{ json: { id: 1 }, binary: { data: held(LARGE) } }], [40]],
		['a file beside a name', [held(LARGE), 'data'], [40, 20]],
	])('takes %s', async (_what, value, expected) => {
		expect(await sizes(value)).toEqual(expected);
	});

	it.each<[string, number]>([
		['data,', 2],
		['data;', 2],
		[';data', 1],
		['data\n\ndata_1', 2],
		['data\ndata_1\n', 3],
		['data\t\tdata_1', 2],
		['data,\ndata_1,\n', 3],
	])('refuses %j from an expression: a missing name', async (value, hole) => {
		const written = { source: 'binary', binaryPropertyName: '={{ $json.names }}' };
		await expect(sizes(value, { written })).rejects.toThrow(
			`Input Images 1, image ${hole}: Input Binary Field must be the name of a field, or a file, but is empty`,
		);
	});

	it('takes a field whose name holds what parts names', async () => {
		const names = ['a;b', 'a\nb', 'a\tb'];
		const item = { binary: Object.fromEntries(names.map((name) => [name, held(LARGE)])) };
		for (const name of names) expect(await sizes(name, { item })).toEqual([40]);
	});

	it('takes what $binary gives where n8n keeps files in memory, without their bytes', async () => {
		const [data, data1] = [held(SMALL, 'one.png'), held(MIDDLE, 'two.png')];
		const item = { binary: { data, data_1: data1 } };
		expect(await sizes({ data: bare(data), data_1: bare(data1) }, { item })).toEqual([20, 30]);
		expect(await sizes(bare(data1), { item })).toEqual([30]);
	});

	it('does not guess between two files that are the same but for their bytes', async () => {
		const item = { binary: { data: held(SMALL), data_1: held(MIDDLE) } };
		await expect(sizes(bare(held(MIDDLE)), { item })).rejects.toThrow(
			'Input Images 1: n8n gives this file without its content. Give the name of its field',
		);
		const map = { data_1: bare(held(MIDDLE)) };
		expect(await sizes(map, { item, written: '={{ $binary }}' })).toEqual([30]);
		for (const expression of ['={{ $node["Form"].binary }}', '={{ ({ data_1: $binary.data }) }}']) {
			const asked = sizes(map, { item, written: expression });
			await expect(asked).rejects.toThrow('n8n gives this file without its content');
		}
	});

	it.each<[string, object]>([
		['name', held(MIDDLE, 'other.png')],
		['type', { ...held(MIDDLE), mimeType: 'image/webp' }],
		['size', { ...held(MIDDLE), bytes: 31 }],
	])(
		'takes no file for that of another node in the same field: another %s',
		async (_fact, file) => {
			for (const value of [bare(file as IBinaryData), { photo: bare(file as IBinaryData) }]) {
				const item = { binary: { photo: { ...held(MIDDLE), bytes: 30 } } };
				for (const written of ['={{ $node["Form"].binary }}', '={{ $binary }}']) {
					await expect(sizes(value, { item, written })).rejects.toThrow(
						'Input Images 1: n8n gives this file without its content. Give the name of its field',
					);
				}
			}
		},
	);

	it('takes no file for that of another node where n8n does not tell what nodes put out', async () => {
		const photo = held(MIDDLE);
		const asked = { item: { binary: { photo } }, outputsAreTold: false };
		const own = '={{ $binary.photo }}';
		expect(await sizes(bare(photo), { ...asked, written: own })).toEqual([30]);
		expect(await sizes('photo', asked)).toEqual([30]);
		const other = sizes(bare(photo), { ...asked, written: '={{ $node["Form"].binary.photo }}' });
		await expect(other).rejects.toThrow('n8n gives this file without its content');
	});

	describe.each<[string, unknown]>([
		['null', null],
		['undefined', undefined],
		['an empty object', {}],
		['a text', 'a.png'],
	])('takes a field with %s for one that is not there', (_what, nothing) => {
		const photo = held(MIDDLE);
		const item = { binary: { mask: nothing, photo } as never };

		it.each<[string, unknown]>([
			['a name', 'photo'],
			['$binary.photo', bare(photo)],
		])('where the row gives %s', async (_row, value) => {
			expect(await sizes(value, { item })).toEqual([30]);
		});

		it('where a row names it', async () => {
			await expect(sizes('mask', { item })).rejects.toThrow(
				/^Input Images 1: This item has no file in "mask"\. It has: photo$/,
			);
			await expect(sizes('photo, mask', { item })).rejects.toThrow(
				'Input Images 1, image 2: This item has no file in "mask"',
			);
		});
	});

	it.each([null, undefined])('passes over what $binary has no file for: %s', async (nothing) => {
		const photo = held(MIDDLE);
		const item = { binary: { mask: nothing, photo } as never };
		const written = '={{ $binary }}';
		for (const mask of [nothing, {}]) {
			expect(await sizes({ mask, photo: bare(photo) }, { item, written })).toEqual([30]);
			expect(await sizes([{ json: {}, binary: { mask, photo } }], { item })).toEqual([30]);
		}
	});

	it('does not pass over a hole in a map that a person wrote', async () => {
		const photo = held(MIDDLE);
		const item = { binary: { photo, mask: null } as never };
		const written = '={{ ({ photo: $binary.photo, mask: $binary.mask }) }}';
		for (const mask of [undefined, null, {}]) {
			for (const value of [
				{ photo, mask },
				{ photo, other: mask },
			]) {
				await expect(sizes(value, { item, written })).rejects.toThrow(
					'Input Images 1, image 2: Input Binary',
				);
			}
		}
	});

	it.each([null, undefined, 'x', []])(
		'has no files in an item whose files are %j',
		async (binary) => {
			const item = { binary: binary as never };
			await expect(sizes('photo', { item })).rejects.toThrow('It has no files');
			await expect(sizes([{ json: {}, binary: {} }], { item })).rejects.toThrow('without files');
		},
	);

	it('takes fields that are called as the parts of an item', async () => {
		const binary = { binary: held(SMALL), json: held(MIDDLE), photo: held(LARGE) };
		const written = '={{ $binary }}';
		expect(await sizes(binary, { item: { binary }, written })).toEqual([20, 30, 40]);
		expect(await sizes({ binary: bare(held(SMALL)) }, { item: { binary }, written })).toEqual([20]);
	});

	it('takes no text in the JSON of an item without files for a name', async () => {
		for (const value of [{ json: { note: 'data' } }, { json: { note: 'data' }, binary: null }]) {
			await expect(sizes(value)).rejects.toThrow('is an object without files');
			await expect(sizes([value, 'data'])).rejects.toThrow('Input Images 1, image 1: Input Binary');
		}
	});

	it('has no files in an item with nothing but fields without one', async () => {
		const item = { binary: { photo: null } as never };
		for (const value of [{ photo: {} }, { photo: null }]) {
			await expect(sizes(value, { item, written: '={{ $binary }}' })).rejects.toThrow(
				'is an object without files. This item has no files',
			);
		}
	});

	it.each<[string, object]>([
		['photo', { photo: held(MIDDLE), name: 'x' }],
		['Upload Old Photo', { 'Upload Old Photo': held(MIDDLE) }],
		['photo', { _files: { photo: held(MIDDLE) } }],
		['_files.photo', { _files: { photo: held(MIDDLE) } }],
		['body.photo', { body: { photo: held(MIDDLE) } }],
	])('finds %s where a workflow of n8n 2 keeps files in its JSON: %j', async (name, json) => {
		const item = { json: json as INodeExecutionData['json'] };
		expect(await sizes(name, { item, filesAreInJson: true })).toEqual([30]);
		await expect(sizes(name, { item })).rejects.toThrow('It has no files');
	});

	it('says which files there are in the JSON', async () => {
		const json = { _files: { data: held(SMALL) }, 'Old Photo': held(SMALL) } as never;
		await expect(sizes('photo', { item: { json }, filesAreInJson: true })).rejects.toThrow(
			'This item has no file in "photo". It has: data, Old Photo',
		);
	});

	it('says what the item has, where a label was typed in place of the name', async () => {
		const item = { binary: { Upload_Old_Photo: held(SMALL), Mask: held(SMALL) } };
		await expect(sizes('Upload Old Photo', { item })).rejects.toThrow(
			/^Input Images 1: This item has no file in "Upload Old Photo"\. It has: Upload_Old_Photo, Mask$/,
		);
		await expect(sizes('data', { item: {} })).rejects.toThrow(
			'This item has no file in "data". It has no files',
		);
	});

	it.each(['constructor', '__proto__', 'toString'])('has no file in %s', async (name) => {
		await expect(sizes(name)).rejects.toThrow(`This item has no file in "${name}"`);
	});

	it.each<[string, unknown, string]>([
		['a list with a hole', ['data', undefined], 'Input Images 1, image 2: Input Binary Field'],
		['a list with null', [null, 'data'], 'Input Images 1, image 1: Input Binary Field'],
		[
			'an empty list',
			[],
			'Input Binary Field must be the name of a field, or a file, but is an empty',
		],
		['an empty list in a list', ['data', []], 'Input Images 1, image 2: Input Binary Field'],
		['a name that is missing beside a comma', 'data, ', 'Input Images 1, image 2: Input Binary'],
		['a map with what is no file', { a: held(SMALL), rows: 7 }, 'Input Images 1, image 2: Input'],
		['an item with a text', [{ binary: { a: held(SMALL), b: 'x' } }], 'has no file in "x"'],
		['a map with a text', { a: held(SMALL), note: 'x' }, 'image 2: This item has no file in "x"'],
		['a file of another kind', held(Buffer.from('%PDF-1.7')), 'must be a PNG, JPEG, WebP or GIF'],
		['a file without bytes', { ...held(SMALL), data: '' }, 'must be an image, but is empty'],
		[
			'an empty map',
			{},
			'but is an object without files. This item has: data, data_1, front, left',
		],
		['JSON with a file', JSON.stringify([held(SMALL)]), 'but is JSON in a text. Give a file by'],
		['JSON with a file in a list', ['data', JSON.stringify(held(SMALL))], 'but is JSON in a text'],
		['JSON in JSON', JSON.stringify([JSON.stringify([held(SMALL)])]), 'but is JSON in a text'],
		['JSON with names and no name', '["data", null]', 'but is JSON in a text'],
		[
			'JSON with a list of no names',
			'[]',
			'must be the name of a field, or a file, but is an empty',
		],
		[
			'a word of the store in place of the bytes',
			{ ...held(SMALL), data: 'filesystem-v2' },
			'without its content',
		],
		[
			'a file that no item of the execution has',
			{ ...held(SMALL), id: 'filesystem-v2:1' },
			"no node of this execution has put out this file of n8n. Give the name of its field, or {{ $('Node')",
		],
	])('refuses %s', async (_what, value, words) => {
		await expect(sizes(value)).rejects.toThrow(words);
	});
});

it('A file of Binary Field that n8n has no more is told so', async () => {
	const item = { binary: { photo: { ...held(SMALL), id: 'nowhere:1' } } };
	await expect(sizes('photo', { item })).rejects.toThrow('could not read the file');
});

describe('An empty file that n8n keeps in memory', () => {
	const item = { binary: { photo: { ...held(SMALL), data: '' } } };

	it.each<[string, unknown]>([
		['its name', 'photo'],
		['$binary', { photo: bare(item.binary.photo) }],
		['$binary and its name', bare(item.binary.photo)],
	])('is told to be empty, where it is given by %s', async (_what, value) => {
		await expect(sizes(value, { item })).rejects.toThrow(
			'Input Images 1 must be an image, but is empty',
		);
	});
});

/** Texts that hold a secret, and what of them must not be shown. */
const SECRETS: ReadonlyArray<[text: string, secret: RegExp]> = [
	['https://ann:pa55@a.example/b.png?sig=SIGNED', /ann|pa55|SIGNED/],
	['ann:pa55@a.example/b.png', /ann|pa55/],
	['//ann:pa55@a.example/b.png', /ann|pa55/],
	['a.example/b.png?sig=SIGNED', /SIGNED/],
	['api.telegram.org/file/bot123456789:AAFtoken/photo.jpg', /12345|AAF/],
	['ftp://ann:pa55@a.example/b.png', /ann|pa55/],
	['123456789:AAFtoken', /12345|AAF/],
	['sk-proj-0123456789abcdefABCDEF', /sk-|0123/],
	['token=SIGNED', /SIGNED/],
];

describe.each(['url', 'binaryPropertyName', 'base64', 'requestId'])(
	'An error about the %s of an input image',
	(field) => {
		const sourceOf: Record<string, string> = { binaryPropertyName: 'binary', requestId: 'task' };
		const refusalOf = async (value: string) =>
			await readField({ source: sourceOf[field] ?? field, [field]: value }).then(
				() => '',
				(error: Error) => error.message,
			);

		it.each(SECRETS)('shows no secret of %s', async (text, secret) => {
			for (const value of [text, `${text}, ${text}`, JSON.stringify([text])]) {
				const message = await refusalOf(value);
				expect(message.replace(/\.example/g, '')).not.toMatch(secret);
			}
		});
	},
);

describe('What an error says in the place of a text that it does not show', () => {
	it.each<[object, string]>([
		[
			{ source: 'url', url: 'ann:pa55@a.example/b.png' },
			'Input Images 1: URL must begin with http:// or https://, but does not',
		],
		[
			{ source: 'binary', binaryPropertyName: 'https://ann:pa55@a.example/b.png' },
			'Input Images 1: Input Binary Field must be the name of a field, or a file, but is an address. Choose URL as its Source',
		],
		[
			{ source: 'binary', binaryPropertyName: 'ann:pa55@a.example/b.png' },
			'Input Images 1: This item has no file in the field that is named here. It has no files',
		],
		[
			{ source: 'base64', base64: 'https://a.example/b.png' },
			'Input Images 1: Base64 must be an image as base64, but is an address. Choose URL as its Source',
		],
	])('of %j', async (row, words) => {
		await expect(readField(row)).rejects.toThrow(new Error(words));
	});
});

const A = 'https://a.example/1.png';
const B = 'https://b.example/2.png?w=1,2';

const urls = async (url: unknown, written: unknown = url) => {
	const images = await readField(
		{ source: 'url', url },
		{ written: { source: 'url', url: written } },
	);
	return images.map((image) => image.form === 'url' && image.url);
};

/** What an expression gives, whichever. */
const byExpression = async (url: unknown) => await urls(url, '={{ $json.urls }}');

describe('URL', () => {
	const COMMAS = 'https://res.example/w_1,h_2/a,b.png';

	it.each<[string, unknown, string[]]>([
		['an address', A, [A]],
		['an address with commas in it', COMMAS, [COMMAS]],
		['an address with two commas beside each other', `${A}?at=1,,2`, [`${A}?at=1,,2`]],
		['one a line', `${A}\n${B}`, [A, B]],
		['one a line, with empty lines', `\n${A}\r\n\r\n${COMMAS}\n`, [A, COMMAS]],
		['by comma before a blank', `${COMMAS}, ${B}`, [COMMAS, B]],
		['by comma before https://', `${B},${A}`, [B, A]],
		['by comma and line', `${A},\n${B}`, [A, B]],
		['by semicolon', `${A};${B}; ${A}`, [A, B, A]],
		['by tab, as a row of a sheet', `${A}\t${B}`, [A, B]],
		['by comma and tab, with a tab at the end', `${A},\t${B}\t`, [A, B]],
		['an address with semicolons in it', `${A};v=1;w`, [`${A};v=1;w`]],
		['an address with a semicolon at its end', `${A}?sig=abc%3D;`, [`${A}?sig=abc%3D;`]],
		['an address with blanks and tabs around it', ` \t${A}\t `, [A]],
		['a list of addresses with a semicolon at the end', [`${A};`, `\t${B};;`], [`${A};`, `${B};;`]],
		['a list', [A, B], [A, B]],
		['a list as JSON in a text', JSON.stringify([A, B]), [A, B]],
		['objects as JSON in a text', ` ${JSON.stringify([{ url: A }])}`, [A]],
		['objects with a url', [{ url: A, width: 7 }, { url: B }], [A, B]],
		['objects with a src', { src: A }, [A]],
		['an object whose url is empty, with a src', { url: '', src: B }, [B]],
		['our own items', [{ requestId: 'x', status: 'completed', url: A, imageIndex: 0 }], [A]],
		['items of n8n', [{ json: { url: A }, pairedItem: 0 }, { json: { url: B } }], [A, B]],
		['an object whose url is a list', { url: [A, { url: B }] }, [A, B]],
		['a list in a list', [[A], [[B]]], [A, B]],
	])('takes %s', async (_what, value, expected) => {
		expect(await urls(value)).toEqual(expected);
	});

	it.each<[string, unknown, string]>([
		[
			'an empty text',
			' \n ',
			'Input Images 1: URL must begin with http:// or https://, but is empty',
		],
		['a list with a hole', [A, undefined], 'Input Images 1, image 2: URL must begin with'],
		['a list with null', [null, A], 'Input Images 1, image 1: URL must begin with'],
		['an empty list', [], 'but is an empty list'],
		['an empty list in a text', '[]', 'but is'],
		['a second address that came to nothing', `${A}, `, 'Input Images 1, image 2: URL must begin'],
		['a first address that came to nothing', `, ${A}`, 'Input Images 1, image 1: URL must begin'],
		['a comma at the end', `${A}?v=1,`, 'Input Images 1, image 2: URL must begin with'],
		['a comma at the end of a line', `${A},\n`, 'Input Images 1, image 2: URL must begin with'],
		['two commas at the end', `${A}?v=1,,`, 'Input Images 1, image 2: URL must begin with'],
		['two commas between', `${A},,${B}`, 'Input Images 1, image 2: URL must begin with'],
		[
			'a semicolon at the end of the second',
			`${A};${B};`,
			'Input Images 1, image 3: URL must begin',
		],
		['a semicolon and a comma at the end', `${A};,`, 'Input Images 1, image 2: URL must begin'],
		['a semicolon before', `;${A}`, 'Input Images 1, image 1: URL must begin with'],
		['two addresses with a blank between', `${A} ${B}`, 'URL must be one address, but holds two'],
		['an object whose url is empty', [{ url: A }, { url: '' }], 'image 2: URL must be an address'],
		['an item that failed', [{ error: 'no', url: null }], 'is an object without a url or src'],
		[
			'a data: text among addresses',
			[A, 'data:image/png;base64,AA'],
			'Choose Base64 as its Source',
		],
		['an object that holds itself', circle(), 'URL must be an address, but is an object'],
	])('refuses %s', async (_what, value, words) => {
		await expect(urls(value)).rejects.toThrow(words);
	});
});

describe('URL by expression', () => {
	it.each<[string, unknown, string[]]>([
		['an address', A, [A]],
		['an address with commas in it', B, [B]],
		['one a line', `${A}\n${B}\r\n${A}`, [A, B, A]],
		['by comma', `${B},${A}, ${B}`, [B, A, B]],
		['by comma and line', `${A},\n${B}, \r\n${A}`, [A, B, A]],
		['by semicolon', `${A};${B}; ${A}`, [A, B, A]],
		['by tab', `${A}\t${B}`, [A, B]],
		['by comma and tab', `${A},\t${B}`, [A, B]],
		['a blank at the end', `${A} `, [A]],
		['a tab at the end', `${A}\t`, [A]],
		['a tab and blanks before', ` \t ${A}`, [A]],
		['a semicolon at the end of an address', `${A}?sig=abc%3D;`, [`${A}?sig=abc%3D;`]],
		['two semicolons and a tab at the end', `${A}?a=1;;\t`, [`${A}?a=1;;`]],
		['a list as JSON in a text', JSON.stringify([A, B]), [A, B]],
	])('takes %s', async (_what, value, expected) => {
		expect(await byExpression(value)).toEqual(expected);
	});

	const V = `${A}?v=1`;
	it.each<[string, unknown, number]>([
		['{{ a }},{{ b }} without b', `${V},`, 2],
		['{{ a }},{{ b }} without a', `,${V}`, 1],
		['{{ a }},{{ b }},{{ c }} without b', `${V},,${V}`, 2],
		['{{ a }},{{ b }},{{ c }} without b and c', `${V},,`, 2],
		['{{ a }}, {{ b }}, {{ c }} without b', `${V}, , ${V}`, 2],
		['[a, null, undefined].join(",")', [V, null, undefined].join(','), 2],
		['[a, null].join("\\n")', [V, null].join('\n'), 2],
		['[null, a].join("\\n")', [null, V].join('\n'), 1],
		['[a, null, b].join("\\n")', [V, null, B].join('\n'), 2],
		['[a, null, b].join("\\r\\n")', [V, null, B].join('\r\n'), 2],
		['[a, null, b].join(",\\n")', [V, null, B].join(',\n'), 2],
		['[a, null].join(",\\n")', [V, null].join(',\n'), 2],
		['a blank line', `${V}\n \t\n${B}`, 2],
		['{{ a }};{{ b }};{{ c }} without c', `${V};${B};`, 3],
		['{{ a }};{{ b }} without a', `;${V}`, 1],
		['[a, null, b].join("\\t")', [V, null, B].join('\t'), 2],
		['[a, b, null].join("\\t")', [V, B, null].join('\t'), 3],
		['a list of texts with a hole', [A, `${V}\n`], 3],
	])('refuses %s: a missing picture', async (_what, value, hole) => {
		await expect(byExpression(value)).rejects.toThrow(
			`Input Images 1, image ${hole}: URL must begin with http:// or https://, but is empty, which stands for a missing picture`,
		);
	});

	it.each<[string, string, number]>([
		['={{ $json.a }};{{ $json.b }}', `${V};`, 2],
		['={{ $json.a }}; {{ $json.b }}', `${V}; `, 2],
		["={{ [$json.a, null].join(';') }}", `${V};`, 2],
		['={{ [$json.a, null].join("\\t") }}', `${V}\t`, 2],
		['={{ [null, $json.a].join("\\t") }}', `\t${V}`, 1],
		['={{ $json.a }}\t{{ $json.b }}', `${V}\t`, 2],
	])('refuses %j, where the second came to nothing', async (written, value, hole) => {
		await expect(urls(value, written)).rejects.toThrow(
			`Input Images 1, image ${hole}: URL must begin with http:// or https://, but is empty, which stands for a missing picture`,
		);
	});

	it.each<[string, string]>([
		['=https://a.example/{{ $json.path }}?sig={{ $json.sig }};', `${V};`],
		['={{ $json.url }}\t', `${V}\t`],
	])('takes %j, behind whose last sign nothing could come', async (written, value) => {
		expect(await urls(value, written)).toEqual([value.trim()]);
	});

	it('says what parts addresses', async () => {
		const words = 'Addresses are parted by a comma, a semicolon, a tab or a line break.';
		await expect(byExpression(`${V},`)).rejects.toThrow(words);
	});

	it.each([`${V},undefined`, `undefined,${V}`, `${V},null,${B}`, `${V},[object Object]`])(
		'refuses %s, which code wrote where nothing was',
		async (value) => {
			await expect(byExpression(value)).rejects.toThrow(
				/image \d: URL must begin with .*, but does not/,
			);
		},
	);

	it('tells a hole before it counts too many images', async () => {
		const row = { source: 'url', url: `${A}\n` };
		const written = { image: [{ ...row, url: '={{ $json.url }}' }] };
		const only = { gateway: 'vtrix', model: 'flux_pro_11', written } as const;
		await expect(readField({ image: [row] }, only)).rejects.toThrow('with .trim()');
	});

	it.each<[string, unknown]>([
		['the whole field', '={{ $json.images }}'],
		['the list of rows', { image: '={{ $json.images }}' }],
		[
			'its own row',
			{
				image: [
					{ source: 'url', url: `${A}` },
					{ source: 'url', url: '={{ 1 }}' },
				],
			},
		],
	])('is known by %s', async (_what, written) => {
		const rows = [A, `${A}\n\n${B}`].map((url) => ({ source: 'url', url }));
		await expect(readField({ image: rows }, { written })).rejects.toThrow(
			'Input Images 2, image 2: URL must begin with',
		);
	});

	it('of one row does not make another row an expression', async () => {
		const rows = [A, `${A}\n\n${B}\n`].map((url) => ({ source: 'url', url }));
		const written = { image: [{ source: 'url', url: '={{ 1 }}' }, rows[1]] };
		expect(await readField({ image: rows }, { written })).toHaveLength(3);
	});
});

/** Deeper than any list that a person writes. */
function circle(): object {
	const inner: { url?: object } = {};
	inner.url = inner;
	return inner;
}

describe('Base64', () => {
	const read = async (base64: unknown) =>
		(await readField({ source: 'base64', base64 })).map(({ name }) => name);
	const [one, two] = [SMALL, MIDDLE].map((bytes) => bytes.toString('base64'));

	it.each<[string, unknown, number]>([
		['a text', one, 1],
		['a list', [one, `data:image/png;base64,${two}`], 2],
		['a list as JSON in a text', JSON.stringify([one, two]), 2],
	])('takes %s', async (_what, value, count) => {
		expect(await read(value)).toHaveLength(count);
	});

	/** A picture whose base64 needs no padding, with the end that PNG has. */
	const whole = Buffer.concat([pngOf(20), Buffer.from('IEND\xaeB`\x82', 'latin1')]);
	const lines = (text: string, length: number) => text.match(new RegExp(`.{1,${length}}`, 'g'))!;

	it.each([76, 64, 4])('takes a text that is wrapped at %d letters', async (length) => {
		const letters = Buffer.concat([whole, whole, whole, whole]).toString('base64');
		for (const end of ['\n', '\r\n', ' ']) {
			expect(await read(lines(letters, length).join(end) + end)).toHaveLength(1);
		}
	});

	it('takes a text whose wrapped line begins as a picture does', async () => {
		const jpeg = Buffer.from('/9j/'.repeat(40), 'base64');
		expect(await read(lines(jpeg.toString('base64'), 4).join('\n'))).toHaveLength(1);
	});

	it.each([
		['a line break', '\n', ''],
		['lines', '\r\n\r\n', ''],
		['a blank', ' ', ''],
		['a comma', ',', ''],
		['a line break, as data URIs', '\n', 'data:image/png;base64,'],
		['a comma, as data URIs', ',', 'data:image/png;base64,'],
	])('refuses two pictures with %s between: none is sent as one', async (_what, between, start) => {
		expect(whole.length % 3).toBe(1);
		for (const bytes of [whole, Buffer.concat([whole, Buffer.alloc(2)])]) {
			const text = bytes.toString('base64');
			await expect(read(`${start}${text}${between}${start}${text}`)).rejects.toThrow(
				'Input Images 1: Base64 must be one image, but holds several. Give a list by expression',
			);
		}
	});

	it.each<[string, unknown]>([
		['an empty list', []],
		['a list with a hole', [one, null]],
		['a list of objects', [{ b64_json: one }]],
	])('refuses %s', async (_what, value) => {
		await expect(read(value)).rejects.toThrow(/Base64 must be an image as base64, but is/);
	});
});

describe('All input images together', () => {
	it('are counted after they are taken apart, and before any is read', async () => {
		const rows = [
			{ source: 'url', url: `${A}\n${B}` },
			{ source: 'binary', binaryPropertyName: 'nowhere, data' },
			{ source: 'url', url: A },
		];
		await expect(readField(rows, { model: 'flux_kontext_max' })).rejects.toThrow(
			'Input Images must be at most 4 for FLUX.1 Kontext [max], but are 5',
		);
	});

	it('go to the list for several where one row has several', async () => {
		const row = { source: 'url', url: [A, B] };
		const of = { gateway: 'toApis', model: 'flux-kontext-max' } as const;
		expect(await readField(row, of)).toHaveLength(2);
		const switches = { imageField: 'image_urls' };
		await expect(readField(row, { ...of, switches })).rejects.toThrow('must be at most 1');
	});

	it('have the place of their row, and within it', async () => {
		const rows = [
			{ source: 'url', url: A },
			{ source: 'url', url: [A, B] },
		];
		const images = await readField(rows);
		expect(images.map(({ name }) => name)).toEqual([
			'Input Images 1',
			'Input Images 2, image 1',
			'Input Images 2, image 2',
		]);
	});

	it('are told where one comes twice, under whatever name', async () => {
		const item = { binary: { data: held(SMALL), photo: held(SMALL, 'other.png') } };
		const row = { source: 'binary', binaryPropertyName: 'data, photo' };
		expect(hintsOn(await readField(row, { item }))).toEqual([
			'Input Images 1, image 2 is the same picture as Input Images 1, image 1: it is sent twice.',
		]);
	});
});

describe('Earlier Task', () => {
	const read = async (row: object) => await readField({ source: 'task', ...row });

	it('names a task, a picture of it, and the model', async () => {
		const row = { requestId: ' abc ', imageIndex: '1', taskModel: 'flux_2_pro' };
		expect(await read(row)).toMatchObject([
			{
				form: 'earlierTask',
				task: { requestId: 'abc', modelId: 'flux_2_pro' },
				imageIndex: 1,
				digest: 'task/abc/1',
			},
		]);
		expect(await read({ requestId: 7 })).toMatchObject([
			{ task: { requestId: '7', modelId: 'flux_kontext_max' }, imageIndex: 0 },
		]);
	});

	it.each([
		[{ requestId: '' }, 'Input Images 1: Request ID must be the ID of a task, but is empty'],
		[{}, 'Request ID must be the ID of a task, but is missing'],
		[{ requestId: '..' }, 'Request ID must be the ID of a task, but is ".."'],
		[{ requestId: 'https://a.example/b.png' }, 'but is an address. Choose URL as its Source'],
		[{ requestId: 'ann:pa55@a.example' }, 'but is an address. Choose URL as its Source'],
		[{ requestId: 'a.example/b.png?sig=SIGNED' }, 'but is an address. Choose URL as its Source'],
		[{ requestId: ['a'] }, 'Request ID must be the ID of a task, but is a list'],
		[{ requestId: 'a', imageIndex: -1 }, 'Image Index must be a whole number from 0, but is -1'],
		[{ requestId: 'a', imageIndex: 0.5 }, 'Image Index must be a whole number from 0, but is 0.5'],
		[{ requestId: 'a', imageIndex: 'first' }, 'Image Index must be a whole number from 0'],
		[{ requestId: 'a', imageIndex: null }, 'Image Index must be a whole number from 0'],
		[{ requestId: 'a', taskModel: ['b'] }, 'Task Model must be the ID of a model, but is a list'],
	])('refuses %j', async (row, words) => {
		await expect(read(row)).rejects.toThrow(words);
	});
});
