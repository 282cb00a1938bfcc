import type { ICredentialsDecrypted, ICredentialTestFunctions } from 'n8n-workflow';

import { credentialTests } from '../../../nodes/FluxImage/client/credentialTest';

/** A reply of the gateway, or what n8n's helper throws. */
type Answer = { statusCode: number; body: unknown } | Error;

const KEY = 'sk-the-real-one';

/** Presses Test against a host that answers so, one call after the other. */
async function press(type: string, answers: Answer[], baseUrl = 'https://gateway.test/model') {
	const keys: unknown[] = [];
	const request = async ({ headers }: { headers: { Authorization: string } }) => {
		keys.push(headers.Authorization);
		const answer = answers.shift()!;
		if (answer instanceof Error) throw answer;
		return { headers: {}, ...answer };
	};
	const context = { helpers: { request } } as unknown as ICredentialTestFunctions;
	const credential = { id: '1', name: 'Test', type, data: { apiKey: KEY, baseUrl } };
	const result = await credentialTests[type]!.call(context, credential as ICredentialsDecrypted);
	return { ...result, keys };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
	code: 'ECONNREFUSED',
});
const noSuchTask = { statusCode: 404, body: { detail: 'no such task' } };
const wrongKey = { statusCode: 401, body: { detail: 'Invalid key' } };
const WORKS = { status: 'OK', message: 'The key works. Nothing was billed.' };

describe('The Test button', () => {
	it('tries the key, and then one that cannot be right', async () => {
		const { keys, ...result } = await press('seaArtCloudApi', [noSuchTask, wrongKey]);
		expect(result).toEqual(WORKS);
		expect(keys).toEqual([`Bearer ${KEY}`, `Bearer sk-${'0'.repeat(48)}`]);
	});

	it.each<[string, Answer]>([
		['cannot be reached any more', refused],
		['has another answer', { statusCode: 200, body: { request_id: 'x' } }],
		['refuses with the same status', { statusCode: 404, body: '<html></html>' }],
	])('passes the key where the host, asked with the other one, %s', async (_what, second) => {
		expect(await press('seaArtCloudApi', [noSuchTask, second])).toMatchObject(WORKS);
	});

	it('names the host where nobody looks at the key', async () => {
		const { status, message } = await press('seaArtCloudApi', [noSuchTask, noSuchTask]);
		expect(status).toBe('Error');
		expect(message).toMatch(/^gateway\.test gives the same answer to a key that cannot be right/);
	});

	it("tells the gateway's reason, or the status where it gives none", async () => {
		const remedy = "Copy the key from the gateway's console into the credential once more.";
		expect(await press('seaArtCloudApi', [wrongKey])).toMatchObject({
			message: `SeaArt Cloud refused the API key (Invalid key). ${remedy}`,
		});
		expect(await press('seaArtCloudApi', [{ statusCode: 401, body: '' }])).toMatchObject({
			message: `SeaArt Cloud refused the API key (HTTP 401). ${remedy}`,
		});
	});

	it('tells why the host could not be reached, and where the gateway is', async () => {
		const told = 'gateway.test could not be reached (ECONNREFUSED). Check the Base URL.';
		expect((await press('vtrixApi', [refused])).message).toBe(told);
		expect((await press('toApisApi', [refused])).message).toBe(
			`${told} ToAPIs is at https://toapis.com, and in mainland China at https://toapis.cn.`,
		);
		expect((await press('vtrixApi', [new Error('socket hang up')])).message).toBe(
			'gateway.test could not be reached (socket hang up). Check the Base URL.',
		);
	});

	it('sends nothing where the address is none', async () => {
		expect(await press('seaArtCloudApi', [], 'gateway.test')).toEqual({
			status: 'Error',
			message: 'Base URL is not an address: "gateway.test", since it lacks https:// before it.',
			keys: [],
		});
	});
});
