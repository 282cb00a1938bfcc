import type { IExecuteFunctions } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { ItemInput } from '../../../nodes/FluxImage/operations/operation';
import { imageItems } from '../../../nodes/FluxImage/operations/output';
import type { Transport } from '../../../nodes/FluxImage/client/http';
import { Workbench } from '../tasks/workbench';

/** An item whose pictures come out of a host that does with each URL what the test says. */
async function fetching(
	bench: Workbench,
	download: (url: string, signal: AbortSignal) => Promise<void>,
) {
	const room = bench.room();
	const transport = {
		...room.session.transport,
		download: async (url: string, { signal }: { signal: AbortSignal }) => {
			await download(url, signal);
			if (signal.aborted) return { problem: { kind: 'stopped' } };
			return { problem: { kind: 'badParameters', reason: 'too large' } };
		},
	} as unknown as Transport;
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
	return await imageItems(
		item,
		{ ...room, session: { ...room.session, transport } },
		state,
		Infinity,
	);
}

describe('The pictures of a task', () => {
	it('end together where one cannot be fetched: none is loaded on when the item is out', async () => {
		const ended: string[] = [];
		const bench = new Workbench();
		const items = fetching(bench, async (url, signal) => {
			if (url.includes('two')) await bench.clock.sleep(3_600_000, signal);
			ended.push(url);
		});
		const startedMs = bench.clock.nowMs();
		expect(await bench.problemOf(items)).toMatchObject({
			kind: 'pictureUnavailable',
			pictureUrl: 'https://pictures.test/one.png',
			requestId: 'task-1',
		});
		expect(ended).toHaveLength(2);
		expect(bench.clock.nowMs()).toBe(startedMs);
	});
});
