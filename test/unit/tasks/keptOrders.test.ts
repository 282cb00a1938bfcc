import { Orders, type OrderRow } from '../../../nodes/FluxImage/accounts/orders';
import { KeptOrders, type StaticData } from '../../../nodes/FluxImage/tasks/keptOrders';

const DAY_MS = 24 * 3_600_000;
const NOW_MS = 100 * DAY_MS;

const row = (requestId: string, atMs = NOW_MS, more: Partial<OrderRow> = {}): OrderRow => ({
	...{ requestId, modelId: 'flux_kontext_max', request: 'digest', atMs },
	...more,
});

let data: StaticData;
let orders: Orders;

beforeEach(() => {
	data = {};
	orders = new Orders();
});

/** The orders of one node; of another where its id is given. */
const kept = (nodeId = 'node') => new KeptOrders(() => data, nodeId, orders, 'key/node/');

/** The names that stand in the static data for the node. */
const names = (): string[] => {
	const nodes = data['fluxImageOrders'] as Record<string, object>;
	return Object.keys(nodes['node']!);
};

describe('An order in static data', () => {
	it('is a short row, from which it can be read', () => {
		kept().set('key/node/1', row('task-1'));
		expect(data).toEqual({
			fluxImageOrders: {
				node: { 'key/node/1': ['task-1', 'flux_kontext_max', 'digest', NOW_MS] },
			},
		});
		expect(kept().get('key/node/1')).toStrictEqual(row('task-1'));
		expect(kept().get('key/node/2')).toBeUndefined();
	});

	it('has the id that the create carried, where there is one', () => {
		const carried = row('task-1', NOW_MS, { ownId: 'n8n-1' });
		kept().set('key/node/1', carried);
		expect(kept().get('key/node/1')).toStrictEqual(carried);
	});

	it('is kept by node', () => {
		kept().set('key/node/1', row('task-1'));
		kept('another').set('key/node/1', row('task-2'));
		expect(kept().get('key/node/1')?.requestId).toBe('task-1');
		expect(kept('another').get('key/node/1')?.requestId).toBe('task-2');
	});

	it('is gone once it is deleted, and nothing else', () => {
		kept().set('key/node/1', row('task-1'));
		kept().set('key/node/2', row('task-2'));
		kept().delete('key/node/1');
		expect(names()).toEqual(['key/node/2']);
	});

	it('is not written where there was none to delete, so that n8n saves nothing', () => {
		kept().delete('key/node/1');
		expect(data).toEqual({});
	});
});

describe('What this process knows of other orders of the node', () => {
	it('is written as well, where an older copy came back', () => {
		orders.rows.set('key/node/1', row('task-1'));
		orders.rows.set('key/another/1', row('task-9'));
		kept().set('key/node/2', row('task-2'));
		expect(names().sort()).toEqual(['key/node/1', 'key/node/2']);
	});

	it.each([
		['of the same time', NOW_MS, 'known'],
		['later', NOW_MS + 1, 'known'],
		['earlier: another process ordered anew', NOW_MS - 1, 'saved'],
	])('stands for what is saved where it is %s', (_, atMs, stays) => {
		kept().set('key/node/1', row('saved'));
		orders.rows.set('key/node/1', row('known', atMs));
		kept().set('key/node/2', row('task-2'));
		expect(kept().get('key/node/1')?.requestId).toBe(stays);
	});

	it('and is older than thirty days is not written', () => {
		orders.rows.set('key/node/1', row('task-1', NOW_MS - 30 * DAY_MS));
		orders.rows.set('key/node/2', row('task-2', NOW_MS - 30 * DAY_MS + 1));
		kept().set('key/node/3', row('task-3'));
		expect(names().sort()).toEqual(['key/node/2', 'key/node/3']);
	});
});

describe('The static data of a node', () => {
	it('forgets rows of thirty days at the next order, and none at a delete, which has no time', () => {
		kept().set('key/node/1', row('task-1', NOW_MS - 30 * DAY_MS));
		kept().set('key/node/2', row('task-2', NOW_MS - 30 * DAY_MS));
		kept().delete('key/node/2');
		expect(names()).toEqual(['key/node/1']);
		kept().set('key/node/3', row('task-3'));
		expect(names()).toEqual(['key/node/3']);
	});

	it('holds three hundred rows, the latest ones', () => {
		// The earliest in the middle, so that neither end is right by chance.
		const atMs = (index: number) => NOW_MS + Math.abs(index - 100) * 1_000;
		for (let index = 0; index < 305; index++) {
			kept().set(`key/node/${index}`, row(`task-${index}`, atMs(index)));
		}
		expect(names()).toHaveLength(300);
		expect(names()).toEqual(expect.arrayContaining(['key/node/0', 'key/node/304']));
		expect(kept().get('key/node/100')).toBeUndefined();
	});
});
