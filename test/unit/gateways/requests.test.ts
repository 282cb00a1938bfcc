import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { isPathPart, pathPartIn } from '../../../nodes/FluxImage/gateways/pathPart';

const { seaArtCloud, vtrix, toApis } = GATEWAYS;
const task = { requestId: 'a/b?c#d é', modelId: 'flux_kontext_max' };
const encoded = 'a%2Fb%3Fc%23d%20%C3%A9';

const submissionOfNothing = { modelId: 'm', parameters: {}, switches: {} };

describe('requests', () => {
	it('hold the encoded id of the task', () => {
		const base = `/v1/queue/flux_kontext_max/requests/${encoded}`;
		expect(seaArtCloud.status(task)).toEqual({ method: 'GET', path: `${base}/status` });
		expect(seaArtCloud.result(task)).toEqual({ method: 'GET', path: `${base}/response` });
		expect(seaArtCloud.cancel!(task)).toEqual({ method: 'PUT', path: `${base}/cancel` });
		expect(vtrix.status(task).path).toBe(`/v1/generation/task/${encoded}`);
		expect(toApis.status(task).path).toBe(`/v1/images/generations/${encoded}`);
	});

	it('create with the parameters as each gateway wants them', () => {
		const submission = { modelId: 'm/1', parameters: { prompt: 'p' }, switches: {} };
		expect(seaArtCloud.create(submission)).toEqual({
			method: 'POST',
			path: '/v1/queue/m%2F1',
			body: { prompt: 'p' },
		});
		expect(vtrix.create(submission).body).toEqual({
			model: 'm/1',
			input: [{ params: { prompt: 'p' } }],
		});
		expect(vtrix.create({ ...submission, switches: { flatRequest: true } }).body).toEqual({
			model: 'm/1',
			prompt: 'p',
		});
		expect(toApis.create(submission).body).toEqual({ model: 'm/1', prompt: 'p' });
	});

	// A gateway that shares a protocol with one of these is held to its sandbox by test/contract.
	it.each([
		[seaArtCloud, '/v1/queue/m', '/v1/queue/flux_kontext_max/requests/credential-test/status'],
		[vtrix, '/v1/generation', '/v1/generation/task/credential-test'],
		[toApis, '/v1/images/generations', '/v1/balance'],
	])('create, and try a key, in the protocol of $displayName', (gateway, create, probe) => {
		expect(gateway.create(submissionOfNothing)).toMatchObject({ method: 'POST', path: create });
		expect(gateway.credentialProbe()).toEqual({ method: 'GET', path: probe });
	});

	it('give ToAPIs an id of the caller, by which it finds the task again', () => {
		const ownId = 'n8n-a/1';
		expect(toApis.create({ ...submissionOfNothing, ownId }).body).toEqual({
			model: 'm',
			[toApis.ownIdField!]: ownId,
		});
		expect(toApis.find!(ownId)).toEqual({
			method: 'GET',
			path: '/v1/images/generations/n8n-a%2F1',
		});
	});

	it('upload a file to ToAPIs', () => {
		const image = { fileName: 'a.png', contentType: 'image/png', bytes: Buffer.from('a') };
		expect(toApis.upload!(image)).toEqual({
			method: 'POST',
			path: '/v1/uploads/images',
			file: { fieldName: 'file', ...image },
		});
	});

	it.each([
		[seaArtCloud, ' https://proxy.example//a// ', 'https://proxy.example//a'],
		[vtrix, ' https://proxy.example//a// ', 'https://proxy.example//a'],
		[toApis, 'https://proxy.example/v1/a', 'https://proxy.example/v1/a'],
	])(
		'go to $displayName below the base URL without its last slashes',
		(gateway, given, expected) => {
			expect(gateway.normalizeBaseUrl(given)).toBe(expected);
		},
	);

	it.each([
		['https://toapis.com', 'https://toapis.com'],
		['https://toapis.com/', 'https://toapis.com'],
		['https://toapis.com/v1', 'https://toapis.com'],
		[' https://api.toapis.com/v1/ ', 'https://api.toapis.com'],
		['https://api.toapis.com/V1//', 'https://api.toapis.com'],
		['https://proxy.example/toapis/v1', 'https://proxy.example/toapis'],
	])('go to ToAPIs below %j', (given, expected) => {
		expect(toApis.normalizeBaseUrl(given)).toBe(expected);
	});
});

describe('an id of a task', () => {
	it.each(['mmsu_01', 'a/b', 'é', '...a', 'a.', 'a'.repeat(200)])('may be %j', (id) => {
		expect(isPathPart(id)).toBe(true);
	});

	it.each(['', '.', '..', '...', '\ud800', 'a'.repeat(201)])('may not be %j', (id) => {
		expect(isPathPart(id)).toBe(false);
	});
});

describe('an id as an expression gives it', () => {
	it.each([
		[' mmsu_01\n', 'mmsu_01'],
		[1234, '1234'],
	])('%j is %s', (given, id) => {
		expect(pathPartIn(given)).toBe(id);
	});

	it.each([undefined, null, '', '  ', '..', ' . ', {}, ['a'], true, 'a'.repeat(201)])(
		'is not in %j',
		(given) => {
			expect(pathPartIn(given)).toBeUndefined();
		},
	);
});

describe.each(Object.values(GATEWAYS))('$displayName', (gateway) => {
	it.each(['.', '..', '\ud800', 'a'.repeat(201)])(
		'takes no id that cannot stand in a path: %j',
		(id) => {
			const body = { request_id: id, id, task_id: id, status: 'queued' };
			const { problem } = gateway.readCreate({ statusCode: 200, headers: {}, body }, 'm');
			expect(problem?.kind).toBe('unreadable');
			expect(problem?.reason).toContain('ID');
		},
	);

	it('tells only the start of an id without end', () => {
		const id = 'a'.repeat(5_000);
		const body = { request_id: id, id, task_id: id, status: 'queued' };
		const { problem } = gateway.readCreate({ statusCode: 200, headers: {}, body }, 'm');
		expect(problem?.reason?.length).toBeLessThan(400);
	});
});
