import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox';
import { GATEWAY_ROWS } from './gatewayRows';

const PROJECT = join(__dirname, '..', '..');

/** Time for the program to start on a busy machine, in milliseconds. */
const RUN_TIMEOUT_MS = 60_000;

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ jobSeconds: { min: 0.02, max: 0.05 }, pictureScale: 0.25 });
});
beforeEach(() => {
	sandbox.ledger.clear();
	sandbox.faults.clear();
	sandbox.quirks.reset();
});
afterAll(async () => await sandbox.close());

/** Runs `npm run check:live` as a person does, but for npm. */
async function checkLive(args: string[], apiKey: string | undefined) {
	const environment = { ...process.env };
	delete environment.FLUX_IMAGE_KEY;
	return await new Promise<{ code: number | string; output: string }>((resolve) => {
		execFile(
			process.execPath,
			['--import', 'tsx', join(PROJECT, 'scripts', 'checkLive.ts'), ...args],
			{
				cwd: PROJECT,
				timeout: RUN_TIMEOUT_MS,
				env: { ...environment, ...(apiKey === undefined ? {} : { FLUX_IMAGE_KEY: apiKey }) },
			},
			(error, stdout, stderr) =>
				resolve({ code: error?.code ?? (error ? -1 : 0), output: `${stdout}${stderr}` }),
		);
	});
}

const argumentsFor = (gateway: keyof Sandbox['baseUrls'], ...more: string[]) => [
	'--gateway',
	gateway,
	'--base-url',
	sandbox.baseUrls[gateway],
	'--poll-interval',
	'0.1',
	...more,
];

describe.each(GATEWAY_ROWS)('check:live of $displayName', ({ gateway, cancels }) => {
	it(
		'finds the contract kept, down to a picture that is paid for',
		async () => {
			const { code, output } = await checkLive(
				argumentsFor(gateway, '--spend'),
				sandbox.keys.valid,
			);
			process.stdout.write(`\n${output}`);
			expect(output).not.toContain('✗');
			expect(output).toContain('The picture, without the key');
			expect(output.includes('alreadyCompleted')).toBe(cancels);
			expect(output).not.toContain(sandbox.keys.valid);
			expect(code).toBe(0);
			expect(sandbox.ledger.billed()).toBe(1);
		},
		RUN_TIMEOUT_MS,
	);
});

describe('check:live', () => {
	it(
		'reads only, where it may not spend',
		async () => {
			const { code, output } = await checkLive(argumentsFor('seaArtCloud'), sandbox.keys.valid);
			expect(output).toContain('6 of 6 matched the contract.');
			expect(code).toBe(0);
			const methods = sandbox.ledger.requests.map(({ method }) => method);
			// A cancel of a task that never was is a PUT, and changes nothing.
			expect(methods.filter((method) => method !== 'GET')).toEqual(['PUT']);
		},
		RUN_TIMEOUT_MS,
	);

	it(
		'reads the balance and the models of ToAPIs, which cost nothing either',
		async () => {
			const { code, output } = await checkLive(argumentsFor('toApis'), sandbox.keys.valid);
			expect(output).toMatch(/✓ +Balance +HTTP 200/);
			expect(output).toMatch(/✓ +Balance, a wrong key .*HTTP 401/);
			expect(output).toMatch(/✓ +Models of images .*HTTP 200/);
			expect(output).toMatch(/✓ +Models of images, a wrong key .*HTTP 401/);
			expect(output).toContain('8 of 8 matched the contract.');
			expect(code).toBe(0);
			expect(sandbox.ledger.requests.every(({ method }) => method === 'GET')).toBe(true);
		},
		RUN_TIMEOUT_MS,
	);

	it(
		'shows what has moved in them: fields, and models that are not listed',
		async () => {
			const data = [{ id: 'flux-kontext-max' }];
			sandbox.faults.add([
				{ call: 'balance', nth: 3, fault: { statusCode: 200, body: { success: true, left: 1 } } },
				{ call: 'models', nth: 1, fault: { statusCode: 200, body: { success: true, data } } },
			]);
			const { code, output } = await checkLive(argumentsFor('toApis'), sandbox.keys.valid);
			expect(output).toMatch(/✗ +Balance .*no remain_balance/);
			expect(output).toMatch(/✗ +Models of images .*no object, does not list flux-kontext-pro/);
			expect(code).toBe(1);
		},
		RUN_TIMEOUT_MS,
	);

	it(
		'shows a host that looks at the key before the path, where a wrong address reads like a right key',
		async () => {
			sandbox.quirks.set({ keyBeforePath: true });
			const { code, output } = await checkLive(argumentsFor('vtrix'), sandbox.keys.valid);
			expect(output).toMatch(/✗ +Credential test, a wrong address .*HTTP 404 to yours, HTTP 401/);
			expect(code).toBe(1);
		},
		RUN_TIMEOUT_MS,
	);

	it(
		'shows a key that is refused, and an address where nobody is',
		async () => {
			const refused = await checkLive(argumentsFor('toApis'), 'a-key-of-nobody');
			expect(refused.output).toMatch(/✗ +Credential test, your key .*badKey/);
			expect(refused.output).toMatch(/✗ +Balance .*HTTP 401/);
			expect(refused.output).not.toContain('a-key-of-nobody');
			expect(refused.code).toBe(1);
			const nobody = ['--gateway', 'vtrix', '--base-url', 'http://127.0.0.1:9/model'];
			const { code, output } = await checkLive(nobody, sandbox.keys.valid);
			expect(output).toMatch(/✗ +Credential test, your key .*ECONNREFUSED/);
			expect(code).toBe(1);
		},
		RUN_TIMEOUT_MS,
	);

	it(
		'shows what has moved: a new word, and another refusal',
		async () => {
			sandbox.quirks.set({ stateWords: { completed: 'completed', queued: 'warming_up' } });
			sandbox.faults.add({ call: 'balance', fault: '502-html', times: 1 });
			const { code, output } = await checkLive(
				argumentsFor('toApis', '--spend'),
				sandbox.keys.valid,
			);
			expect(output).toMatch(/✗ +Credential test, your key .*gatewayFault/);
			expect(output).toMatch(/✗ +Words for states .*new: warming_up/);
			expect(code).toBe(1);
		},
		RUN_TIMEOUT_MS,
	);

	it(
		'asks for the key where there is none',
		async () => {
			const { code, output } = await checkLive(argumentsFor('vtrix'), undefined);
			expect(output).toContain('FLUX_IMAGE_KEY');
			expect(code).toBe(1);
			expect(sandbox.ledger.requests).toHaveLength(0);
		},
		RUN_TIMEOUT_MS,
	);
});
