import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { embeddedBytes } from '../../../nodes/FluxImage/gateways/pictures';
import { reply } from './reply';

const task = { requestId: 'task', modelId: 'm' };
const url = 'https://pictures.example/a.png';
const image = { type: 'image', url };
const base64 = 'iVBORw0KGgo'.repeat(6);

const read = (fields: object, word = 'completed') =>
	GATEWAYS.vtrix.readResult(reply(200, { status: word, ...fields }), task).value;
const picturesOf = (output: unknown) => read({ output })?.images;
const embedded = `data:application/octet-stream;base64,${base64}`;

describe('A picture in a reply', () => {
	it.each<[unknown, object]>([
		[` ${url} `, { url }],
		['//pictures.example:8080/a.png', { url: 'https://pictures.example:8080/a.png' }],
		['/files/a.png', { url: '/files/a.png' }],
		['//no-host/a.png', { url: '//no-host/a.png' }],
		['ftp://pictures.example/a.png', { url: 'ftp://pictures.example/a.png' }],
		['data:image/png;base64,AAAA', { url: 'data:image/png;base64,AAAA' }],
		[` ${base64}\n`, { url: embedded }],
		[{ b64_json: base64 }, { url: embedded }],
		[{ b64: base64 }, { url: embedded }],
		[{ base64: 'data:image/png;base64,AAAA' }, { url: 'data:image/png;base64,AAAA' }],
		[
			{ image_base64: base64, mime_type: 'image/png' },
			{ url: `data:image/png;base64,${base64}`, contentType: 'image/png' },
		],
		[{ url: 'pending', image_url: url }, { url }],
		[{ url: '', b64_json: base64 }, { url: embedded }],
		[{ imageUrl: url }, { url }],
		[{ sample: url }, { url }],
		[
			{ image: { src: url, width: 5 }, height: 6 },
			{ url, width: 5, height: 6 },
		],
		[{ image_url: { url, filename: 'a.png' } }, { url, fileName: 'a.png' }],
		[
			{ url, fileName: 'a.png', contentType: 'image/png' },
			{
				url,
				fileName: 'a.png',
				contentType: 'image/png',
			},
		],
		[{ url: { url } }, { url }],
		[{ type: 'image/webp', url }, { url }],
		[{ type: 'generated', url }, { url }],
		[{ type: 'message', content: [image] }, { url }],
		[{ result: { data: [{ content: [{ image: { url } }] }] } }, { url }],
		[{ urls: [url] }, { url }],
		[`{"url":"${url}"}`, { url }],
		[{ '0': url }, { url }],
	])('at %j is %j', (output, picture) => {
		expect(picturesOf(output)).toEqual([picture]);
	});

	it.each([
		'pending',
		base64.slice(0, 50),
		`${base64}!`,
		`/${'a'.repeat(20)} b.png`,
		'[broken',
		'data:text/plain,hello',
		{ type: 'file', url },
		{ type: 'file', content: ['x'] },
		{ role: 'input', url },
		{ purpose: 'mask', url },
		{ preview: true, url },
		{ is_preview: true, url },
		{ kind: 'thumbnail', url },
		{ odd: url },
		{ odd: [image] },
		{ '0': url, odd: 5 },
		{ '12345': url },
		{ url: null, image: null, b64_json: '' },
		{},
	])('is not in %j', (output) => {
		expect(picturesOf(output)).toEqual([]);
	});

	it.each([
		...['url', 'image_url', 'imageUrl', 'image', 'uri', 'sample', 'src'],
		...['b64_json', 'base64', 'b64', 'image_base64', 'image_urls', 'imageUrls', 'content'],
		...['outputs', 'output', 'images', 'result', 'data', 'urls'],
	])('stands at %s of its row, or in a list there', (name) => {
		expect(picturesOf([{ [name]: [url] }])).toEqual(
			/b64|base64|uri|sample|src|imageUrl$/.test(name) ? [] : [{ url }],
		);
		expect(picturesOf([{ [name]: { url } }])).toEqual([{ url }]);
	});

	it.each(['img', 'picture', 'photo', 'PNG', 'jpg', 'jpeg', 'gif', 'avif', 'url', 'uri', 'output'])(
		'may be of type %s',
		(type) => {
			expect(picturesOf([{ type, url }])).toEqual([{ url }]);
		},
	);

	it.each([
		'video',
		'audio',
		'urls',
		'my output',
		'input',
		'original',
		'param',
		'request',
		'thumb',
	])('is never of type %s', (type) => {
		expect(picturesOf([{ type, url }])).toEqual([]);
	});

	it('is one of several', () => {
		const other = `${url}?2`;
		expect(picturesOf([image, { url: other }])).toEqual([{ url }, { url: other }]);
		expect(picturesOf({ 0: url, 1: other })).toEqual([{ url }, { url: other }]);
		expect(picturesOf({ data: [], urls: [url, other] })).toEqual([{ url }, { url: other }]);
	});

	it('is found as deep as any contract has it, and one level more', () => {
		const nested = (levels: number): unknown => (levels === 0 ? url : [nested(levels - 1)]);
		expect(picturesOf(nested(6))).toEqual([{ url }]);
		expect(picturesOf(nested(7))).toEqual([]);
	});

	it('stands at the first place that holds one', () => {
		const fields = { output: [], outputs: [{ url }], images: [`${url}?input`] };
		expect(read(fields)?.images).toEqual([{ url }]);
	});

	it.each(['outputs', 'output', 'images', 'result', 'results', 'data'])(
		'may stand at %s, whatever the contract says',
		(place) => {
			expect(read({ [place]: [image] })?.images).toEqual([{ url }]);
		},
	);

	it.each(['input', 'image', 'url', 'source'])('is never one at %s of the task', (place) => {
		expect(read({ [place]: url })?.images).toEqual([]);
	});
});

describe('A status of the queue, whose result comes by a call of its own', () => {
	it.each([
		['outputs', 1],
		['output', 1],
		['result', 1],
		['results', 1],
		['images', undefined],
		['data', undefined],
	])('has at %s %s picture', (place, count) => {
		const body = { request_id: 'task', status: 'COMPLETED', [place]: [image] };
		const { value } = GATEWAYS.seaArtCloud.readStatus(reply(200, body), task);
		expect(value?.images?.length).toBe(count);
	});
});

describe('An empty place of pictures', () => {
	const empty = (fields: object) => GATEWAYS.vtrix.readResult(reply(200, fields), task).value;

	it.each([{ output: [] }, { outputs: [null] }, { output: 'none' }, { outputs: { odd: 1 } }])(
		'ends a result that tells no state: %j',
		(fields) => {
			expect(empty(fields)).toMatchObject({ status: 'completed', images: [] });
		},
	);

	it.each([{ output: {} }, { output: null }, { outputs: '' }, { images: 'none' }])(
		'is none of it: %j',
		(fields) => {
			expect(empty(fields)).toBeUndefined();
		},
	);
});

describe('The filter of a gateway', () => {
	const flags = (fields: object, count = 2) =>
		read({ output: Array.from({ length: count }, () => image), ...fields })?.images?.map(
			({ flagged }) => flagged,
		);

	it.each([
		{ nsfw: true },
		{ is_nsfw: 1 },
		{ hasNsfwConcepts: ' TRUE ' },
		{ contains_unsafe_content: 'yes' },
		{ safety_flagged: '1' },
		{ finishReason: 'SAFETY' },
		{ finish_reason: 'content_filter' },
		{ has_nsfw_concepts: [true] },
		{ has_nsfw_concepts: [true, true, false] },
		...['result', 'data', 'metadata', 'safety'].map((place) => ({ [place]: { nsfw: true } })),
	])('flags all pictures by %j', (fields) => {
		expect(flags(fields)).toEqual([true, true]);
	});

	it('flags each picture by its own flag', () => {
		expect(flags({ has_nsfw_concepts: [false, true] })).toEqual([undefined, true]);
		const output = [image, { ...image, nsfw: true }, { ...image, finish_reason: 'SAFETY' }];
		expect(read({ output })?.images?.map(({ flagged }) => flagged)).toEqual([
			undefined,
			true,
			true,
		]);
		expect(read({ output: { ...image, nsfw: [true, true] } })?.images).toHaveLength(1);
	});

	it.each([
		{ nsfw: false },
		{ nsfw: 'not true' },
		{ nsfw: 'truely' },
		{ nsfw: 2 },
		{ nsfw: [false, false] },
		{ finish_reason: 'stop' },
		{ finish_reason: ['SAFETY'] },
		{ reason: 'SAFETY' },
		{ nsfw_checker: true },
		{ odd: true },
	])('flags nothing by %j', (fields) => {
		expect(flags(fields)).toEqual([undefined, undefined]);
	});
});

describe('A picture that came within the reply', () => {
	it('is had from its address', () => {
		expect(embeddedBytes('data:image/png;base64,aGVsbG8=')?.toString()).toBe('hello');
		expect(embeddedBytes('DATA:;BASE64,aGVsbG8=')?.toString()).toBe('hello');
		expect(embeddedBytes('data:image/png;name=a;base64,aGVsbG8=')?.toString()).toBe('hello');
	});

	it.each([
		'https://pictures.example/;base64,aGVsbG8=',
		'data:text/plain,hello',
		'data:;base64;x,aGVsbG8=',
		'data:image/png;base64',
		'data:,x;base64,aGVsbG8=',
		'',
	])('is not in %j', (address) => {
		expect(embeddedBytes(address)).toBeUndefined();
	});
});
