import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { byGateway, type FaultName } from '../../sandbox';
import { digest } from '../n8n/digest';
import { addFault, clearFaults, drawnFor, taskWith } from './gatewayTasks';
import { fixture } from './fixture';
import { itemsOf, openN8n, outcomeOf, pictureOf } from './n8n';
import { callsAbout, NODE, publishOwn, type Published } from './ownWorkflow';

const rest = openN8n();

afterEach(async () => await clearFaults());

describe('FAULTS B4: a picture cut in half', () => {
	let published: Published;

	beforeAll(async () => {
		published = await publishOwn(rest, {
			path: 'cut-in-half',
			parameters: {
				prompt: '={{ $json.prompt }}',
				additionalFields: { outputFormat: '={{ $json.format }}' },
				options: {},
			},
		});
	});

	it.each<[fault: FaultName, format: string]>([
		['half', 'png'],
		['halfUnknownLength', 'jpeg'],
	])('(%s) is fetched again, and paid once', async (fault, format) => {
		const prompt = `A whole ${format}`;
		await addFault({ call: 'picture', fault, promptIncludes: prompt, times: 1 });
		const execution = await published.run([{ prompt, format }]);
		expect(outcomeOf(execution)).toEqual({ status: 'success' });
		const task = await taskWith(prompt);
		const [drawn] = await drawnFor(task);
		const [item] = itemsOf(execution, NODE);
		expect(digest(await pictureOf(rest, item))).toBe(digest(drawn!));
		expect(await callsAbout(task.id, 'picture')).toMatchObject([{ fault }, { fault: null }]);
	});

	it.each(['png', 'jpeg'])('that comes twice the same is taken as it is (%s)', async (format) => {
		const prompt = `Half a ${format}, for ever [picture=half]`;
		const execution = await published.run([{ prompt, format }]);
		expect(outcomeOf(execution)).toEqual({ status: 'success' });
		const task = await taskWith(prompt);
		const [drawn] = await drawnFor(task);
		const half = drawn!.subarray(0, drawn!.length / 2);
		const [item] = itemsOf(execution, NODE);
		expect(digest(await pictureOf(rest, item))).toBe(digest(half));
		expect(await callsAbout(task.id, 'picture')).toHaveLength(2);
	});
});

describe('FAULTS B9: pictures that are written to a folder under their own names', () => {
	const { folder } = fixture.receivers;

	it.each([
		['toApis', 2],
		['seaArtCloud', 1],
	] as const)('none writes over another: of %s, two items with %i each', async (gateway, n) => {
		const published = await publishOwn(rest, {
			...{ path: `own-names-${gateway.toLowerCase()}`, gateway },
			parameters: { prompt: '={{ $json.prompt }}', n, options: {} },
			next: {
				...{ name: 'Write', type: 'n8n-nodes-base.readWriteFile', typeVersion: 1 },
				parameters: {
					operation: 'write',
					fileName: `=${folder}/{{ $json.fileName }}`,
					dataPropertyName: 'data',
					options: {},
				},
			},
		});
		const execution = await published.run([{ prompt: 'A twin' }, { prompt: 'A twin, too' }]);
		expect(outcomeOf(execution)).toEqual({ status: 'success' });
		const pictures = itemsOf(execution, NODE);
		expect(pictures).toHaveLength(2 * n);
		const written = itemsOf(execution, 'Write').map(({ json }) => String(json.fileName));
		expect(new Set(written.map((name) => basename(name))).size).toBe(2 * n);
		const files = await Promise.all(written.map(async (name) => await readFile(name)));
		const drawn = await Promise.all(pictures.map(async (item) => await pictureOf(rest, item)));
		expect(files.map(digest)).toEqual(drawn.map(digest));
		expect(pictures.map(({ json }) => join(folder, String(json.fileName)))).toEqual(written);
	});
});

/** What n8n's Test button gets. */
interface Verdict {
	status: 'OK' | 'Error';
	message: string;
}

const CREDENTIALS = Object.values(
	byGateway(({ name, isSingleRead }) => ({ gateway: name, type: `${name}Api`, isSingleRead })),
);

/** Another's address for each credential; the queue gateways speak one API, and both look at the key. */
const FOREIGN = CREDENTIALS.flatMap(({ gateway, type, isSingleRead }) =>
	CREDENTIALS.filter(
		(other) => other.gateway !== gateway && (isSingleRead || other.isSingleRead),
	).map((other) => ({ type, address: other.gateway })),
);

describe("FAULTS C3: a credential's Test", () => {
	/** Saves a credential and presses Test, as the editor does. */
	async function test(type: string, baseUrl: string): Promise<Verdict> {
		const name = 'An address to test';
		const data = { apiKey: fixture.sandbox.key, baseUrl };
		const id = await rest.saveCredential(`${name} (${type})`, type, data);
		const credentials = { id, name, type, data };
		return await rest.call<Verdict>('POST', 'credentials/test', { credentials });
	}

	it.each(CREDENTIALS)('$type works at its own address', async ({ gateway, type }) => {
		const verdict = await test(type, fixture.sandbox.baseUrls[gateway]);
		expect(verdict.status).toBe('OK');
	});

	it.each(FOREIGN)('$type does not work at the address of $address', async ({ type, address }) => {
		const verdict = await test(type, fixture.sandbox.baseUrls[address]);
		expect(verdict).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('Base URL'),
		});
	});

	it.each(CREDENTIALS)('$type does not work without its path', async ({ gateway, type }) => {
		const baseUrl = fixture.sandbox.baseUrls[gateway];
		for (const shorter of [baseUrl.replace(/\/model$/, ''), new URL(baseUrl).origin]) {
			if (shorter === baseUrl) continue;
			expect(await test(type, shorter)).toMatchObject({ status: 'Error' });
		}
	});
});
