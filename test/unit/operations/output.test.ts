import type { IExecuteFunctions } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { ItemInput } from '../../../nodes/FluxImage/operations/operation';
import { imageItems } from '../../../nodes/FluxImage/operations/output';
import { GatewayClient } from '../../../nodes/FluxImage/client/gatewayClient';
import type { Http } from '../../../nodes/FluxImage/client/http';
import { unlimited } from '../../../nodes/FluxImage/client/limiter';
import { TaskHarness } from '../tasks/taskHarness';

/** An item whose pictures come out of a host that does with each URL what the test says. */
async function fetching(
	harness: TaskHarness,
	download: (url: string, signal: AbortSignal) => Promise<void>,
) {
	const { clock, queue } = harness;
	const http = {
		...queue.http,
		download: async (url: string, { signal }: { signal: AbortSignal }) => {
			await download(url, signal);
			if (signal.aborted) return { problem: { kind: 'stopped' } };
			return { problem: { kind: 'badParameters', reason: 'too large' } };
		},
	} as unknown as Http;
	const item = {
		context: {} as IExecuteFunctions,
		itemIndex: 0,
		gateway: GATEWAYS.toApis,
		options: { downloadImages: true, maxImageBytes: 1, binaryPropertyName: 'data' },
	} as ItemInput;
	const state = {
		requestId: 'task-1',
		modelId: 'flux-kontext-max',
		status: 'completed',
		images: ['one', 'two'].map((name) => ({ url: `https://pictures.test/${name}.png` })),
		raw: {},
	} as const;
	const ports = {
		http,
		clock,
		random: () => 0.5,
		limiter: unlimited,
		execution: {},
		isTestRun: false,
	};
	const client = new GatewayClient(item.gateway, ports);
	return await imageItems(item, { ...harness.execution(), client }, state, harness.wait());
}

describe('The pictures of a task', () => {
	it('end together where one cannot be fetched: none is loaded on when the item is out', async () => {
		const ended: string[] = [];
		const harness = new TaskHarness();
		const items = fetching(harness, async (url, signal) => {
			if (url.includes('two')) await harness.clock.sleep(3_600_000, signal);
			ended.push(url);
		});
		const startedMs = harness.clock.nowMs();
		expect(await harness.problemOf(items)).toMatchObject({
			kind: 'pictureUnavailable',
			pictureUrl: 'https://pictures.test/one.png',
			requestId: 'task-1',
		});
		expect(ended).toHaveLength(2);
		expect(harness.clock.nowMs()).toBe(startedMs);
	});
});
