import '../../tooling/engine/engine';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { CredentialTestContext } from 'n8n-core';
import type { ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';

import { FluxImage } from '../../nodes/FluxImage/FluxImage.node';
import { startSandbox, type Sandbox } from '../../sandbox';
import { GATEWAY_ROWS, type GatewayRow } from './gatewayRows';

const { credentialTest } = new FluxImage().methods;

/** Presses Test as n8n does. */
async function pressTest(
	{ credentialType }: GatewayRow,
	data: { apiKey: string; baseUrl: string },
): Promise<INodeCredentialTestResult> {
	const credential = { id: '1', name: 'Test', type: credentialType, data };
	return await credentialTest[credentialType]!.call(
		new CredentialTestContext() as ThisParameterType<(typeof credentialTest)[string]>,
		credential as ICredentialsDecrypted,
	);
}

let sandbox: Sandbox;
beforeAll(async () => (sandbox = await startSandbox({ pictureScale: 0.1 })));
beforeEach(() => {
	sandbox.ledger.clear();
	sandbox.faults.clear();
});
afterAll(async () => await sandbox.close());

describe.each(GATEWAY_ROWS)('the Test button of $displayName', (row) => {
	const test = async (apiKey: string, baseUrl = sandbox.baseUrls[row.gateway]) =>
		await pressTest(row, { apiKey, baseUrl });

	it('passes a right key, and bills nothing', async () => {
		expect(await test(sandbox.keys.valid)).toMatchObject({ status: 'OK' });
		const read = { method: 'GET', authorization: true };
		// The second is with a key that cannot be right.
		expect(sandbox.ledger.requests).toMatchObject([read, read]);
		expect(sandbox.ledger.billed()).toBe(0);
	});

	it('passes a right key without credit', async () => {
		expect(await test(sandbox.keys.noCredit)).toMatchObject({ status: 'OK' });
	});

	it.each(['/', '//', ' '])('passes a base URL with %j behind it', async (behind) => {
		const baseUrl = `${sandbox.baseUrls[row.gateway]}${behind}`;
		expect(await test(sandbox.keys.valid, baseUrl)).toMatchObject({ status: 'OK' });
	});

	it('says that a key is wrong, without repeating it', async () => {
		const { status, message } = await test('a-key-of-nobody');
		expect(status).toBe('Error');
		expect(message).toContain(`${row.displayName} refused the API key`);
		expect(message).not.toContain('a-key-of-nobody');
	});

	it('says that a key has no right to anything', async () => {
		const { status, message } = await test(sandbox.keys.forbidden);
		expect(status).toBe('Error');
		expect(message).toContain('does not allow this account');
	});

	it('takes success: false for a wrong key, whatever the HTTP status', async () => {
		const { status, message } = await test(sandbox.keys.unsuccessful);
		expect(status).toBe('Error');
		expect(message).toContain('refused the API key');
	});

	it('names the host that cannot be reached', async () => {
		const { status, message } = await test(sandbox.keys.valid, 'http://nowhere.invalid/model');
		expect(status).toBe('Error');
		expect(message).toContain('nowhere.invalid');
		expect(message).toContain('Base URL');
		const inChina = message.includes('in mainland China at https://toapis.cn');
		expect(inChina).toBe(row.gateway === 'toApis');
	});

	it('names the port where nobody listens', async () => {
		const { message } = await test(sandbox.keys.valid, 'http://127.0.0.1:1/model');
		expect(message).toContain('127.0.0.1:1');
	});

	it('says that a base URL is none', async () => {
		const { status, message } = await test(sandbox.keys.valid, 'not an address');
		expect(status).toBe('Error');
		expect(message).toContain('not an address');
	});

	it('says that another server answers there', async () => {
		sandbox.faults.add({ call: 'any', fault: 'html200' });
		const page = await test(sandbox.keys.valid);
		expect(page).toMatchObject({ status: 'Error' });
		expect(page.message).toContain('We will be right back');
	});

	it('does not carry the key along a redirect', async () => {
		sandbox.faults.add({ call: 'any', fault: 'redirect' });
		const { status, message } = await test(sandbox.keys.valid);
		expect(status).toBe('Error');
		expect(message).toContain('redirect');
		expect(sandbox.ledger.where({ call: 'trap' })).toHaveLength(0);
	});
});

/** Servers that look at no key, by what they answer to every call. */
const HEEDLESS: Array<[what: string, statusCode: number, body: object]> = [
	['any JSON 404', 404, { message: 'Cannot GET /v1' }],
	['a framework that knows no such path', 404, { detail: 'Not Found' }],
	['an API that refuses the path as a parameter', 400, { error: 'no such route' }],
	['an answer of success to everything', 200, { success: true }],
	['a task that anybody may read', 200, { status: 'IN_QUEUE', request_id: 'x' }],
];

describe('FAULTS C3: a host where nobody looks at the key', () => {
	let answer: { statusCode: number; body: object; keys: string[] };
	let server: Server;
	let baseUrl: string;

	beforeAll(async () => {
		server = createServer(({ headers }, response) => {
			answer.keys.push(headers.authorization ?? '');
			response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
			response.end(JSON.stringify(answer.body));
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(() => server.close());

	describe.each(GATEWAY_ROWS)('in place of $displayName', (row) => {
		it.each(HEEDLESS)('%s: the key is not said to work', async (_what, statusCode, body) => {
			answer = { statusCode, body, keys: [] };
			const { status, message } = await pressTest(row, { apiKey: 'sk-the-real-one', baseUrl });
			expect(status).toBe('Error');
			expect(message).toMatch(/Base URL|no such route/);
			expect(message).not.toContain('sk-the-real-one');
			expect(answer.keys[0]).toBe('Bearer sk-the-real-one');
			expect(answer.keys.slice(1)).not.toContain('Bearer sk-the-real-one');
		});

		it('says so of an address without its path', async () => {
			const { origin } = new URL(sandbox.baseUrls[row.gateway]);
			const outcome = await pressTest(row, { apiKey: sandbox.keys.valid, baseUrl: origin });
			expect(outcome.status).toBe('Error');
		});
	});
});
