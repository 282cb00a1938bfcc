import { CredentialError, credentialOf } from '../../../nodes/FluxImage/client/credential';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';

const read = (apiKey: unknown, baseUrl: unknown = 'https://cloud.seaart.ai/model') =>
	credentialOf(GATEWAYS.seaArtCloud, { apiKey: apiKey as string, baseUrl: baseUrl as string });

describe('The key of a credential', () => {
	it.each([
		'sk-1234567890',
		' sk-1234567890\n',
		'Bearer sk-1234567890',
		'bearer   sk-1234567890 ',
		'"sk-1234567890"',
		"'Bearer sk-1234567890'",
		'"Bearer sk-1234567890" ',
		'Bearer "sk-1234567890"',
		'`sk-1234567890`',
		'Authorization: Bearer sk-1234567890',
		'Bearer Bearer sk-1234567890',
		'Authorization:Bearer sk-1234567890',
		'Authorization:  Bearer sk-1234567890',
		'" Bearer sk-1234567890 "',
	])('pasted as %j is the bare key, for n8n as well (FAULTS C1)', (pasted) => {
		const { apiKey, data } = read(pasted);
		expect(apiKey).toBe('sk-1234567890');
		expect(data['apiKey']).toBe('sk-1234567890');
	});

	it.each(['', '  ', undefined, null, '""', 'Bearer', 'Bearer '])(
		'is missing where it is %j',
		(pasted) => {
			expect(() => read(pasted)).toThrow(new CredentialError('The credential has no API key'));
			expect(() => read(pasted)).toThrow(expect.objectContaining({ name: 'CredentialError' }));
		},
	);

	it.each(['sk-12"34"', '"12"34', '"1234\'', 'sk-bearer 1234', 'my bearer 1234'])(
		'keeps what only looks like something around it: %j',
		(pasted) => {
			expect(read(pasted).apiKey).toBe(pasted);
		},
	);
});

describe('The address of a credential', () => {
	it.each([
		'https://me:secret@cloud.seaart.ai/model',
		'https://me@cloud.seaart.ai/model',
		'https://:secret@cloud.seaart.ai/model',
	])('holds no name: %s is refused, and the password is not shown (FAULTS C4)', (address) => {
		expect(() => read('sk-1234567890', address)).toThrow(
			new CredentialError(
				'Base URL must not hold a name and a password, but is "https://cloud.seaart.ai/model" with both before it',
			),
		);
	});

	it('is not shown with its password where it is no address of the web', () => {
		expect(() => read('sk-1234567890', 'ftp://me:secret@cloud.seaart.ai')).toThrow(
			new CredentialError('Base URL is not an address: "ftp://cloud.seaart.ai"'),
		);
	});

	it('is missing in a credential that lacks it', () => {
		expect(() => credentialOf(GATEWAYS.seaArtCloud, { apiKey: 'sk-1234567890' })).toThrow(
			new CredentialError('Base URL is not an address: ""'),
		);
	});

	it.each([
		'',
		'cloud.seaart.ai',
		'ftp://cloud.seaart.ai',
		'view-source:https://seaart.ai',
		'https://',
	])('is an address of the web, not %j', (address) => {
		expect(() => read('sk-1234567890', address)).toThrow('Base URL is not an address');
	});

	it.each([
		'cloud.seaart.ai',
		'cloud.seaart.ai/model',
		'toapis.com:443/v1',
		'gate.x/v1',
		'gate.x:80',
	])('has its https:// named where only that is missing: %s', (address) => {
		expect(() => read('sk-1234567890', address)).toThrow('lacks https:// before it');
	});

	it.each(['', 'ftp://cloud.seaart.ai', 'https://', 'the usual one', 'mailto:me@example.com'])(
		'is not told to begin with https:// where that would not help: %j',
		(address) => {
			expect(() => read('sk-1234567890', address)).not.toThrow('lacks https://');
		},
	);
});
