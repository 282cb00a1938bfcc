import { multipartBody } from '../../../nodes/FluxImage/client/multipart';

const FILE = {
	fieldName: 'file',
	fileName: 'apple.png',
	contentType: 'image/png',
	bytes: Buffer.from('the bytes'),
};

it('a file stands between the boundaries that its header names', () => {
	const { headers, bytes } = multipartBody(FILE);
	const [, boundary = ''] = /^multipart\/form-data; boundary=(.+)$/.exec(headers['Content-Type']!)!;
	expect(boundary).toMatch(/^flux-image-[0-9a-f-]{36}$/);
	expect(bytes.toString()).toBe(
		[
			`--${boundary}`,
			'Content-Disposition: form-data; name="file"; filename="apple.png"',
			'Content-Type: image/png',
			'',
			'the bytes',
			`--${boundary}--`,
			'',
		].join('\r\n'),
	);
});

it('a boundary is another for every file', () => {
	expect(multipartBody(FILE).headers).not.toEqual(multipartBody(FILE).headers);
});
