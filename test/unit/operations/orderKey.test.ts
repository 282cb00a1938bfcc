import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { findOffer } from '../../../nodes/FluxImage/models';
import { perTask } from '../../../nodes/FluxImage/models/numberOfImages';
import { readParameters } from '../../../nodes/FluxImage/models/validation';
import type { GatewayId } from '../../../nodes/FluxImage/gateways/gateway';
import type { Item } from '../../../nodes/FluxImage/operations/operation';
import { orderKeysOf } from '../../../nodes/FluxImage/operations/orderKey';
import { digestOf, requestOf } from '../../../nodes/FluxImage/tasks/order';

interface Asked {
	readonly gateway?: GatewayId;
	readonly model?: string;
	readonly n?: number;
	readonly mode?: string;
	readonly payOnceKey?: string;
	/** Whether n8n has filled the field in, as it does since there is one. */
	readonly isFilledIn?: boolean;
}

/** The keys of an item that asks for so many images. */
function keysOf({
	gateway = 'seaArtCloud',
	model = 'flux_kontext_max',
	n = 1,
	mode = 'trigger',
	payOnceKey,
	isFilledIn = true,
}: Asked) {
	const options: IDataObject = payOnceKey === undefined ? {} : { payOnceKey };
	const written = { gateway, model, prompt: '={{ $json.prompt }}', additionalFields: { seed: 7 } };
	const parameters = isFilledIn ? { ...written, n } : written;
	const flow = {};
	const context = {
		getNode: () => ({ id: 'node', type: 'fluxImage', parameters }),
		getWorkflow: () => ({ id: 'workflow' }),
		getContext: () => flow,
		getExecutionId: () => '1',
		getMode: () => mode,
		getInputData: () => [{ json: { prompt: 'An apple' } }],
		getNodeParameter: () => options,
		getWorkflowDataProxy: () => ({ $runIndex: 0 }),
	};
	const client = { gateway: GATEWAYS[gateway], account: 'account', host: 'host' };
	const item = {
		context: context as unknown as IExecuteFunctions,
		itemIndex: 0,
		gateway: GATEWAYS[gateway],
		options: { reuseInTestRuns: 'whenSeedIsSet' },
		execution: { client },
	} as Item;
	const offer = findOffer(gateway, model)!;
	const read = readParameters(offer, { prompt: 'An apple', seed: 7, n });
	const requests = perTask(offer, read).map((task) => ({
		...task,
		modelId: offer.id,
		images: [],
		offer,
	}));
	return orderKeysOf(item, requests);
}

/** What the ledger keeps of a key. */
const keptOf = (asked: Asked) =>
	keysOf(asked).map((key) => ({
		place: [key.runIndex, key.itemIndex, key.number],
		origin: digestOf(key.origin),
		payload: digestOf(key.payload),
		request: requestOf(key),
		name: key.shared?.name,
	}));

describe('The key of an order', () => {
	/** As they were before there were several images: what was paid then must be found. */
	const ONE = {
		origin: '22bc18aaa2a0ee26407340992daf8c41',
		payload: 'cb7829a0dcac9188b340a8ee48f669cd',
		request: 'e64c0bfd06c53e5ff1647fb668fdc3b8',
	};
	const AT_TOAPIS = {
		origin: 'b4605d0580814492f75c9e0a367227a6',
		payload: '224d3716152b862e3d7dcf5c0aa42174',
		request: '224d3716152b862e3d7dcf5c0aa42174',
	};
	const BEFORE = [
		[{ payOnceKey: 'A-7' }, ONE, 'key/137658964a94/fced7478903bb1f51e5a71c5ffeaa748'],
		[
			{ mode: 'manual', payOnceKey: 'A-7' },
			ONE,
			'testKey/137658964a94/fa880959e026a6e17cd0e8cad7e747f7',
		],
		[{ mode: 'manual' }, ONE, 'testRun/6d0e621d12941053c81ecd684116609b/0'],
		[{ gateway: 'toApis', model: 'flux-kontext-max', n: 2 }, AT_TOAPIS, undefined],
	] as const;

	it.each(BEFORE)('is what it was, for one task: %j', (asked, digests, name) => {
		expect(keptOf(asked)).toEqual([{ place: [0, 0, undefined], ...digests, name }]);
	});

	it('is the same with and without the field that n8n fills in since there is one', () => {
		expect(keptOf({ isFilledIn: false })).toEqual(keptOf({ isFilledIn: true }));
	});

	it('is of the same origin whatever the number, where each image has one', () => {
		const [two, five] = [keptOf({ n: 2 }), keptOf({ n: 5 })];
		expect(five.slice(0, 2)).toEqual(two);
		expect(keptOf({ n: 1 })).toEqual(two.slice(0, 1));
	});

	it.each(['trigger', 'manual'])('differs by the image, in %s mode', (mode) => {
		const keys = keptOf({ n: 10, mode, payOnceKey: 'A-7' });
		expect(new Set(keys.map(({ name }) => name)).size).toBe(10);
		expect(new Set(keys.map(({ payload }) => payload)).size).toBe(10);
		expect(new Set(keys.map(({ request }) => request)).size).toBe(1);
		expect(keys.map(({ place }) => place[2])).toEqual([undefined, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	});

	it('holds the seed that is sent', () => {
		expect(keysOf({ n: 3 }).map(({ seed }) => seed)).toEqual([7, 8, 9]);
	});
});
